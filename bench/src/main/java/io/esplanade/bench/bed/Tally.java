package io.esplanade.bench.bed;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A count on a cache line of its own: one thread adds, any thread reads. */
public final class Tally {

    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int AT = 16;

    private final long[] cells = new long[2 * AT + 1];

    public void add(long n) {
        CELL.setOpaque(cells, AT, cells[AT] + n);
    }

    /** Says {@code n}, and with it all that this thread wrote before. */
    void set(long n) {
        CELL.setRelease(cells, AT, n);
    }

    /** What was last {@link #set}, with all that was written before. */
    long get() {
        return (long) CELL.getAcquire(cells, AT);
    }

    /** What was added by now. */
    public long value() {
        return (long) CELL.getOpaque(cells, AT);
    }
}
