package io.esplanade.engine.ipsec;

import io.esplanade.engine.crypto.Suite;

/**
 * What ESP adds to a packet (RFC 4303 §2): the one place that knows.
 *
 * @param before bytes put before what is encrypted, and behind it
 * @param clear bytes of the packet's own header that stay in clear, in transport mode
 * @param alignment bytes to whose multiple what is encrypted is padded
 */
public record Overhead(int before, int clear, int alignment) {

    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;
    private static final int UDP_HEADER = 8;
    private static final int ESP_HEADER = 8; // SPI and sequence number
    private static final int AH_FIXED = 12;
    private static final int TRAILER = 2; // pad length and next header

    /** That of an SA with these. */
    public static Overhead of(boolean outerIpv4, boolean transport, boolean udp, Suite suite) {
        int header = outerIpv4 ? IPV4_HEADER : IPV6_HEADER;
        return new Overhead(
                (transport ? 0 : header)
                        + (udp ? UDP_HEADER : 0)
                        + ESP_HEADER
                        + suite.ivLength()
                        + suite.icvLength(),
                transport ? header : 0,
                suite.alignment());
    }

    /** The longest inner packet whose ESP packet has at most {@code mtu} bytes. */
    public int innerMtu(int mtu) {
        int room = mtu - before - clear;
        return clear + Math.floorDiv(room, alignment) * alignment - TRAILER;
    }

    /** The MTU that every inner packet of {@code inner} bytes fits. */
    public int outerMtu(int inner) {
        return clear + Math.ceilDiv(inner - clear + TRAILER, alignment) * alignment + before;
    }

    /** The longest inner packet whose AH packet (RFC 4302 §2) has at most {@code mtu} bytes. */
    static int ahMtu(int mtu, boolean outerIpv6, boolean transport, int icvLength) {
        int header = AH_FIXED + icvLength + 7 & ~7; // IPv6 wants a multiple of 8
        int outer = transport ? 0 : outerIpv6 ? IPV6_HEADER : IPV4_HEADER;
        return mtu - outer - header;
    }
}
