package io.esplanade.engine.net;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A hash table from a 128-bit address and a 32-bit qualifier (an SPI, a prefix length, a port) to a
 * number that is not negative: one thread writes, any number read at the same time without locks.
 *
 * <p>Open addressing with linear probing, changed in place: a change costs the same at ten entries
 * and at a million, but for the growth that doubles the table now and then. An entry is filled
 * first and then made live by a release-store of its control word, whose version is new at each
 * use; a reader that matched looks at that word again, and starts over if the entry was reused
 * under its eyes.
 */
public final class AddressMap {

    /** Answer of a lookup that found nothing. */
    public static final int NONE = -1;

    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

    // One entry: control word, high half, low half, qualifier << 32 | value.
    private static final int STRIDE = 4;
    private static final int HIGH = 1;
    private static final int LOW = 2;
    private static final int VALUE = 3;

    private static final long EMPTY = 0;
    private static final long LIVE = 1;
    private static final long DEAD = 2;
    private static final long VERSION = 4; // the lowest bit of the version above them

    private static final int SMALLEST = 16;

    private volatile long[] cells = new long[SMALLEST * STRIDE];
    private int live;
    private int used; // live and dead
    private long version; // of the entry filled last

    /** The value under this key, or {@link #NONE}; any thread. */
    public int get(long high, long low, int qualifier) {
        for (; ; ) {
            long[] table = cells;
            int mask = table.length - 1;
            int at = start(table, high, low, qualifier);
            long control;
            while ((control = (long) CELL.getAcquire(table, at)) != EMPTY
                    && !holds(table, at, control, high, low, qualifier)) {
                at = (at + STRIDE) & mask;
            }
            if (control == EMPTY) {
                return NONE;
            }
            long value = (long) CELL.getOpaque(table, at + VALUE);
            VarHandle.loadLoadFence();
            if ((long) CELL.getOpaque(table, at) == control) {
                return (int) value;
            }
        }
    }

    /**
     * Puts {@code value}, not negative, under this key; the writer only.
     *
     * @return the value that was there, or {@link #NONE}
     */
    public int put(long high, long low, int qualifier, int value) {
        if (value < 0) {
            throw new IllegalArgumentException("values are not negative: " + value);
        }
        int at = find(cells, high, low, qualifier);
        if (at >= 0) {
            int old = (int) cells[at + VALUE];
            CELL.setRelease(cells, at + VALUE, word(qualifier, value));
            return old;
        }
        if ((used + 1) * STRIDE > cells.length / 4 * 3) {
            rebuild();
        }
        insert(cells, high, low, word(qualifier, value));
        return NONE;
    }

    /**
     * Removes this key; the writer only.
     *
     * @return the value that was there, or {@link #NONE}
     */
    public int remove(long high, long low, int qualifier) {
        long[] table = cells;
        int at = find(table, high, low, qualifier);
        if (at < 0) {
            return NONE;
        }
        int old = (int) table[at + VALUE];
        CELL.setRelease(table, at, DEAD);
        live--;
        emptyBack(table, at);
        return old;
    }

    /** How many keys there are; the writer only. */
    public int size() {
        return live;
    }

    /** How many entries the table has room for before it is made anew; any thread. */
    int capacity() {
        return cells.length / STRIDE;
    }

    /** Index of the live entry with this key, or -1. */
    private static int find(long[] table, long high, long low, int qualifier) {
        int mask = table.length - 1;
        for (int at = start(table, high, low, qualifier); ; at = (at + STRIDE) & mask) {
            long control = (long) CELL.getAcquire(table, at);
            if (control == EMPTY) {
                return -1;
            }
            if (holds(table, at, control, high, low, qualifier)) {
                return at;
            }
        }
    }

    private static boolean holds(
            long[] table, int at, long control, long high, long low, int qualifier) {
        return (control & LIVE) != 0
                && (long) CELL.getOpaque(table, at + HIGH) == high
                && (long) CELL.getOpaque(table, at + LOW) == low
                && (int) ((long) CELL.getOpaque(table, at + VALUE) >>> 32) == qualifier;
    }

    /** Puts a key that is not there into the first entry of its chain that is not live. */
    private void insert(long[] table, long high, long low, long value) {
        int mask = table.length - 1;
        int at = start(table, high, low, (int) (value >>> 32));
        while ((table[at] & LIVE) != 0) {
            at = (at + STRIDE) & mask;
        }
        if (table[at] == EMPTY) {
            used++;
        }
        live++;
        version += VERSION;
        // Who sees any of the new key also sees that the entry died before.
        VarHandle.storeStoreFence();
        CELL.setOpaque(table, at + HIGH, high);
        CELL.setOpaque(table, at + LOW, low);
        CELL.setOpaque(table, at + VALUE, value);
        CELL.setRelease(table, at, version | LIVE);
    }

    /** Dead entries at the end of a chain need not be probed past: makes them empty again. */
    private void emptyBack(long[] table, int at) {
        int mask = table.length - 1;
        if (table[(at + STRIDE) & mask] != EMPTY) {
            return;
        }
        for (int i = at; (table[i] & DEAD) != 0; i = (i - STRIDE) & mask) {
            CELL.setRelease(table, i, EMPTY);
            used--;
        }
    }

    private void rebuild() {
        long[] old = cells;
        int entries = Math.max(SMALLEST, Integer.highestOneBit(live + 1) * 4);
        long[] table = new long[Math.multiplyExact(entries, STRIDE)];
        live = 0;
        used = 0;
        for (int at = 0; at < old.length; at += STRIDE) {
            if ((old[at] & LIVE) != 0) {
                insert(table, old[at + HIGH], old[at + LOW], old[at + VALUE]);
            }
        }
        cells = table;
    }

    private static long word(int qualifier, int value) {
        return (long) qualifier << 32 | value;
    }

    private static int start(long[] table, long high, long low, int qualifier) {
        long h =
                Hash.fold(
                        high ^ 0x9e3779b97f4a7c15L,
                        low ^ qualifier * 0xbf58476d1ce4e5b9L ^ 0x94d049bb133111ebL);
        return (int) h & (table.length - 1) & -STRIDE;
    }
}
