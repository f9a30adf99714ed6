package io.esplanade.engine.ipsec;

/**
 * Traffic flow confidentiality (RFC 4303 §2.6, §2.7): what an outbound SA in tunnel mode sends so
 * that sizes and times of packets say less. Every receiver discards both.
 *
 * @param padTo inner packets that are shorter are padded to so many bytes, or as many as fit the
 *     path if these are fewer; {@link #TO_PATH_MTU} for as many as fit; 0 for no padding
 * @param dummies dummy packets a second, beside all others; 0 for none
 */
public record Tfc(int padTo, int dummies) {

    /** The most dummies a second. */
    public static final int MAX_DUMMIES = 100_000;

    /** Packets are padded to what fits the path, which may change while they are sent. */
    public static final int TO_PATH_MTU = -1;

    public static final Tfc NONE = new Tfc(0, 0);

    public Tfc {
        if (padTo != TO_PATH_MTU && (padTo < 0 || padTo > 0xffff)) {
            throw new IllegalArgumentException("packets are padded to 0 to 65535 bytes: " + padTo);
        }
        if (dummies < 0 || dummies > MAX_DUMMIES) {
            throw new IllegalArgumentException(
                    "there are 0 to " + MAX_DUMMIES + " dummies a second, not " + dummies);
        }
    }
}
