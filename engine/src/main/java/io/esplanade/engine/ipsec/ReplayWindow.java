package io.esplanade.engine.ipsec;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.os.CacheLine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The sliding window that tells which sequence numbers an inbound SA has received (RFC 4303 §3.4.3,
 * appendix A2), with its bits in blocks that are cleared whole as it moves (RFC 6479).
 *
 * <p>T is the highest number accepted, W the size of the window, which is {@code (T - W, T]}.
 * Numbers are 64 bits read unsigned; without ESN they stay below 2³².
 *
 * <p>One thread, the one that accepts in order, may call {@link #accept}. Any other may meanwhile
 * call {@link #infer} and {@link #early}: T is stored with release after the blocks it brings in
 * have been cleared, and its own bit is set after that.
 */
public final class ReplayWindow {

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int TOP = CacheLine.LONGS;
    private static final int BLOCKS = TOP + 1;

    private final int size;
    private final long[] words; // T and the blocks, away from what other threads write
    private final int mask; // the blocks are a power of two, one more than the window covers

    /**
     * A window in which every number up to {@code top} counts as received.
     *
     * @param size a multiple of 64 up to {@link SecurityAssociation#MAX_REPLAY_WINDOW}; 0 for a
     *     window that accepts everything
     * @param top what T is at first: 0 for a new SA
     */
    public ReplayWindow(int size, long top) {
        if (size < 0 || size > SecurityAssociation.MAX_REPLAY_WINDOW || size % 64 != 0) {
            throw new IllegalArgumentException("a replay window of " + size);
        }
        this.size = size;
        int atLeast = size / 64 + 1;
        int blocks = Integer.highestOneBit(2 * atLeast - 1);
        mask = blocks - 1;
        words = new long[BLOCKS + blocks + CacheLine.LONGS];
        words[TOP] = top;
        Arrays.fill(words, BLOCKS, BLOCKS + blocks, -1L);
        words[index(top)] = -1L >>> (63 - (int) (top & 63));
    }

    /** W: how many numbers it holds; 0 if it accepts everything. */
    public int size() {
        return size;
    }

    /** T: the highest number accepted, read unsigned. */
    public long top() {
        return (long) WORD.getAcquire(words, TOP);
    }

    /**
     * The number whose low half is {@code low}, given that it lies in the window or above it within
     * 2³² - W (RFC 4303 appendix A2.2). Where the RFC's rule would go below 0, the number is above
     * the window instead.
     */
    public long infer(int low) {
        long t = (long) WORD.getAcquire(words, TOP);
        long high = t >>> 32;
        int bottom = (int) t - size + 1;
        boolean belowBottom = Integer.compareUnsigned(low, bottom) < 0;
        if ((t & 0xffff_ffffL) >= size - 1) {
            // Case A: the window is within one subspace of the low half.
            if (belowBottom) {
                high++;
            }
        } else if (!belowBottom && high != 0) {
            // Case B: the window spans two subspaces.
            high--;
        }
        return high << 32 | Integer.toUnsignedLong(low);
    }

    /**
     * A look before the ICV is checked that drops only what {@link #accept} would refuse for
     * certain, whatever comes in between.
     */
    public DropReason early(long sequence) {
        long t = (long) WORD.getAcquire(words, TOP);
        if (size == 0 || Long.compareUnsigned(sequence, t) > 0) {
            return DropReason.NONE;
        }
        if (Long.compareUnsigned(t - sequence, size) >= 0) {
            return DropReason.TOO_OLD;
        }
        long block = (long) WORD.getAcquire(words, index(sequence));
        // If T has moved meanwhile, the block may speak of a later number.
        boolean certain = (block & bit(sequence)) != 0 && t == (long) WORD.getAcquire(words, TOP);
        return certain ? DropReason.REPLAYED : DropReason.NONE;
    }

    /** The authoritative check, after the ICV verified; marks {@code sequence} if it passes. */
    public DropReason accept(long sequence) {
        long t = words[TOP];
        if (Long.compareUnsigned(sequence, t) > 0) {
            advance(t, sequence);
            return DropReason.NONE;
        }
        if (size == 0) {
            return DropReason.NONE;
        }
        if (Long.compareUnsigned(t - sequence, size) >= 0) {
            return DropReason.TOO_OLD;
        }
        int index = index(sequence);
        long block = words[index];
        if ((block & bit(sequence)) != 0) {
            return DropReason.REPLAYED;
        }
        WORD.setRelease(words, index, block | bit(sequence));
        return DropReason.NONE;
    }

    private void advance(long from, long to) {
        long steps = (to >>> 6) - (from >>> 6);
        int clear = (int) Math.min(steps, mask + 1);
        for (int i = 1; i <= clear; i++) {
            WORD.setOpaque(words, index(from + (i << 6)), 0L);
        }
        WORD.setRelease(words, TOP, to);
        int index = index(to);
        WORD.setRelease(words, index, words[index] | bit(to));
    }

    private int index(long sequence) {
        return BLOCKS + ((int) (sequence >>> 6) & mask);
    }

    private static long bit(long sequence) {
        return 1L << sequence;
    }
}
