package io.esplanade.engine.ipsec;

/**
 * Traffic flow confidentiality (RFC 4303 §2.6, §2.7): what an outbound SA in tunnel mode sends so
 * that sizes and times of packets say less. Every receiver discards both.
 *
 * @param padTo inner packets that are shorter are padded to so many bytes, or as many as fit the
 *     path if these are fewer; {@link #TO_PATH_MTU} for as many as fit; 0 for no padding
 * @param dummies dummy packets a second, beside all others; 0 for none
 * @param aggregate IP-TFS (RFC 9347), both ways: packets go one behind the other into payloads of
 *     {@code padTo} bytes each and no other, and what does not fit goes on in the next one; the
 *     peer must know
 * @param rate so many payloads a second go out and no others, whatever there is to be sent (RFC
 *     9347 §2.4.1): what is too much at a time waits, and what is too little is padded; 0 for as
 *     many as need be. For outbound SAs that aggregate, without dummies
 */
public record Tfc(int padTo, int dummies, boolean aggregate, int rate) {

    /** The most dummies a second. */
    public static final int MAX_DUMMIES = 100_000;

    /** The highest constant rate, in payloads a second. */
    public static final int MAX_RATE = 1_000_000;

    /** Packets are padded to what fits the path, which may change while they are sent. */
    public static final int TO_PATH_MTU = -1;

    /** The smallest payload that packets are put into together. */
    public static final int LEAST_AGGREGATE = 64;

    public static final Tfc NONE = new Tfc(0, 0);

    /** Padding and dummies, and each packet for itself. */
    public Tfc(int padTo, int dummies) {
        this(padTo, dummies, false);
    }

    /** Padding and dummies, and packets together as they come or each for itself. */
    public Tfc(int padTo, int dummies, boolean aggregate) {
        this(padTo, dummies, aggregate, 0);
    }

    public Tfc {
        if (padTo != TO_PATH_MTU && (padTo < 0 || padTo > 0xffff)) {
            throw new IllegalArgumentException("packets are padded to 0 to 65535 bytes: " + padTo);
        }
        if (dummies < 0 || dummies > MAX_DUMMIES) {
            throw new IllegalArgumentException(
                    "there are 0 to " + MAX_DUMMIES + " dummies a second, not " + dummies);
        }
        if (aggregate && padTo >= 0 && padTo < LEAST_AGGREGATE) {
            throw new IllegalArgumentException(
                    "packets are put together in the path MTU, or in "
                            + LEAST_AGGREGATE
                            + " bytes or more, not "
                            + padTo);
        }
        if (rate < 0 || rate > MAX_RATE) {
            throw new IllegalArgumentException(
                    "a constant rate is 0 to " + MAX_RATE + " payloads a second, not " + rate);
        }
        if (rate > 0 && (!aggregate || dummies > 0)) {
            throw new IllegalArgumentException(
                    "a constant rate is of packets put together, and needs no dummies");
        }
    }
}
