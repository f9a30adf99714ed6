package io.esplanade.engine.port.pcap;

/**
 * What one tick of a pcapng interface's time stamps is: its {@code if_tsresol} and {@code
 * if_tsoffset} (draft-ietf-opsawg-pcapng §4.2).
 *
 * @param resolution a power of 10, negated; or, with the upper bit set, of 2
 * @param offset seconds to add
 */
record TimeScale(int resolution, long offset) {

    static final TimeScale MICROSECONDS = new TimeScale(6, 0);

    private static final long NANOS = 1_000_000_000L;
    private static final long[] POWER_OF_TEN = new long[20]; // the last is read unsigned

    static {
        POWER_OF_TEN[0] = 1;
        for (int i = 1; i < POWER_OF_TEN.length; i++) {
            POWER_OF_TEN[i] = POWER_OF_TEN[i - 1] * 10;
        }
    }

    /** The ns since 1970 that {@code ticks}, read unsigned, are; part of a nanosecond is lost. */
    long nanos(long ticks) {
        int exponent = resolution & 0x7f;
        long nanos = (resolution & 0x80) == 0 ? decimal(ticks, exponent) : binary(ticks, exponent);
        return nanos + offset * NANOS;
    }

    private static long decimal(long ticks, int exponent) {
        if (exponent <= 9) {
            return ticks * POWER_OF_TEN[9 - exponent];
        }
        return exponent - 9 < POWER_OF_TEN.length
                ? Long.divideUnsigned(ticks, POWER_OF_TEN[exponent - 9])
                : 0;
    }

    /** {@code ticks · 10⁹ / 2^exponent} by a product of 128 bits. */
    private static long binary(long ticks, int exponent) {
        long high = Math.unsignedMultiplyHigh(ticks, NANOS);
        long low = ticks * NANOS;
        if (exponent == 0) {
            return low;
        }
        return exponent < 64 ? high << 64 - exponent | low >>> exponent : high >>> exponent - 64;
    }
}
