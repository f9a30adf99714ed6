package io.esplanade.engine.ipsec;

import java.util.Objects;

/**
 * What a tunnel does about packets that are too long for it.
 *
 * <p>A packet that may not be fragmented, IPv4 with DF or IPv6, is answered with an ICMP error
 * whatever these say; only IPv6 packets of up to 1280 bytes, which must pass (RFC 2473 §7.1), are
 * encapsulated and fragmented then, unless fragmentation is {@link Fragmentation#NONE}.
 *
 * @param fragmentation what is done with IPv4 packets without DF
 * @param mss the most that a TCP SYN in either direction may say its sender takes (RFC 9293
 *     §3.7.1), in bytes; {@link #MSS_AS_IS} or {@link #MSS_BY_PATH}
 */
public record MtuRules(Fragmentation fragmentation, int mss) {

    /** The least MSS that may be set: with less, senders give up, or send a packet a byte. */
    public static final int LEAST_MSS = 88;

    /** SYNs are left as they are. */
    public static final int MSS_AS_IS = 0;

    /** SYNs say no more than what fits the tunnel's path MTU. */
    public static final int MSS_BY_PATH = -1;

    /** Fragments before encapsulation, and SYNs as they are. */
    public static final MtuRules DEFAULT = new MtuRules(Fragmentation.PRE, MSS_AS_IS);

    public MtuRules {
        Objects.requireNonNull(fragmentation, "fragmentation");
        boolean number = mss >= LEAST_MSS && mss <= 0xffff;
        if (!number && mss != MSS_AS_IS && mss != MSS_BY_PATH) {
            throw new IllegalArgumentException("an MSS is 88 to 65535 bytes, not " + mss);
        }
    }

    public MtuRules withFragmentation(Fragmentation newFragmentation) {
        return new MtuRules(newFragmentation, mss);
    }

    public MtuRules withMss(int newMss) {
        return new MtuRules(fragmentation, newMss);
    }
}
