package io.esplanade.engine.os;

/**
 * How far apart things are kept on the heap that different threads write: what shares a cache line
 * with them travels from core to core at each write. The collector may put any two objects side by
 * side, so the distance is within arrays, at both ends too.
 */
public final class CacheLine {

    /** A cache line in longs. */
    public static final int LONGS = 8;

    /** And in bytes. */
    public static final int BYTES = LONGS * Long.BYTES;

    private CacheLine() {}
}
