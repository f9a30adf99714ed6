package io.esplanade.engine.ipsec;

import java.util.List;

/**
 * A prefix of one of the numbers that policies are indexed by, 128 bits in two longs.
 *
 * @param high its upper half
 * @param low its lower half; no bit behind {@code length} is set
 * @param length 0 to 128
 */
record SpdPrefix(long high, long low, int length) {

    private static final int BITS = 128;

    static SpdPrefix of(long high, long low, int length) {
        return new SpdPrefix(high & Prefix.highMask(length), low & Prefix.lowMask(length), length);
    }

    /**
     * One or two prefixes that together hold every number from first to last, and at most as many
     * others: the range is cut where its ends first differ, and each half gets the narrowest prefix
     * that holds it.
     */
    static List<SpdPrefix> cover(long firstHigh, long firstLow, long lastHigh, long lastLow) {
        int common = common(firstHigh, firstLow, lastHigh, lastLow);
        boolean whole =
                (firstHigh & ~Prefix.highMask(common)) == 0
                        && (firstLow & ~Prefix.lowMask(common)) == 0
                        && (lastHigh | Prefix.highMask(common)) == -1L
                        && (lastLow | Prefix.lowMask(common)) == -1L;
        if (whole) {
            return List.of(of(firstHigh, firstLow, common));
        }
        int cut = common + 1; // the bit in which the ends differ is the last of these
        long belowHigh = firstHigh | ~Prefix.highMask(cut);
        long belowLow = firstLow | ~Prefix.lowMask(cut);
        return List.of(
                of(firstHigh, firstLow, common(firstHigh, firstLow, belowHigh, belowLow)),
                of(
                        lastHigh,
                        lastLow,
                        common(
                                lastHigh & Prefix.highMask(cut),
                                lastLow & Prefix.lowMask(cut),
                                lastHigh,
                                lastLow)));
    }

    /** How many leading bits two numbers share. */
    static int common(long highA, long lowA, long highB, long lowB) {
        long high = highA ^ highB;
        return high != 0
                ? Long.numberOfLeadingZeros(high)
                : BITS / 2 + Long.numberOfLeadingZeros(lowA ^ lowB);
    }

    /** Bit {@code at} of a number, counted from its highest, which is 0. */
    static boolean bit(long high, long low, int at) {
        return (at < BITS / 2 ? high << at : low << at - BITS / 2) < 0;
    }
}
