package io.esplanade.engine.counters;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One lane's counters and drops.
 *
 * <p>One thread writes; any thread reads, and sees each number whole and at most a moment old.
 * Numbers only grow. The array is padded at both ends so that lanes do not share cache lines.
 */
public final class CounterTable {

    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int PAD = 16;
    private static final int COUNTERS = Counter.values().length;
    private static final int REASONS = DropReason.values().length;

    private final long[] cells = new long[PAD + COUNTERS + REASONS + PAD];

    /** Adds {@code n}; the owning thread only. */
    public void add(Counter counter, long n) {
        add(PAD + counter.ordinal(), n);
    }

    /** Counts {@code n} packets dropped for {@code reason}; the owning thread only. */
    public void drop(DropReason reason, long n) {
        add(PAD + COUNTERS + reason.ordinal(), n);
    }

    public long value(Counter counter) {
        return (long) CELL.getOpaque(cells, PAD + counter.ordinal());
    }

    public long drops(DropReason reason) {
        return (long) CELL.getOpaque(cells, PAD + COUNTERS + reason.ordinal());
    }

    /** All packets dropped, whatever the reason. */
    public long drops() {
        long sum = 0;
        for (int i = 0; i < REASONS; i++) {
            sum += (long) CELL.getOpaque(cells, PAD + COUNTERS + i);
        }
        return sum;
    }

    private void add(int cell, long n) {
        CELL.setOpaque(cells, cell, cells[cell] + n);
    }
}
