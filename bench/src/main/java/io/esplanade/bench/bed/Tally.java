package io.esplanade.bench.bed;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A count on a cache line of its own: one thread adds, any thread reads. */
final class Tally {

    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int AT = 16;

    private final long[] cells = new long[2 * AT + 1];

    void add(long n) {
        CELL.setOpaque(cells, AT, cells[AT] + n);
    }

    long value() {
        return (long) CELL.getOpaque(cells, AT);
    }
}
