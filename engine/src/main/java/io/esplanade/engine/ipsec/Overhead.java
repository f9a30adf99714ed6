package io.esplanade.engine.ipsec;

import io.esplanade.engine.crypto.Suite;

/**
 * What ESP or AH adds to a packet (RFC 4303 §2, RFC 4302 §2): the one place that knows.
 *
 * @param before bytes put before what is protected, and behind it
 * @param clear bytes of the packet's own header that stay before that, in transport mode
 * @param trailer bytes that are encrypted with it
 * @param alignment bytes to whose multiple what is encrypted is padded
 */
public record Overhead(int before, int clear, int trailer, int alignment) {

    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;
    private static final int UDP_HEADER = 8;
    private static final int ESP_HEADER = 8; // SPI and sequence number
    private static final int AH_FIXED = 12;
    private static final int TRAILER = 2; // pad length and next header

    /** That of an ESP SA with these. */
    public static Overhead of(boolean outerIpv4, boolean transport, boolean udp, Suite suite) {
        int header = outerIpv4 ? IPV4_HEADER : IPV6_HEADER;
        return new Overhead(
                (transport ? 0 : header)
                        + (udp ? UDP_HEADER : 0)
                        + ESP_HEADER
                        + suite.ivLength()
                        + suite.icvLength(),
                transport ? header : 0,
                TRAILER,
                suite.alignment());
    }

    /** That of an AH SA with these. */
    public static Overhead ofAh(boolean outerIpv4, boolean transport, Suite suite) {
        int outer = transport ? 0 : outerIpv4 ? IPV4_HEADER : IPV6_HEADER;
        return new Overhead(outer + ahLength(outerIpv4, suite.icvLength()), 0, 0, 1);
    }

    /** Bytes of AH, of which there are a multiple of 32 or, over IPv6, 64 bits (§3.3.3.2.1). */
    public static int ahLength(boolean outerIpv4, int icvLength) {
        int alignment = outerIpv4 ? 4 : 8;
        return AH_FIXED + icvLength + alignment - 1 & -alignment;
    }

    /** The longest inner packet that becomes one of at most {@code mtu} bytes. */
    public int innerMtu(int mtu) {
        int room = mtu - before - clear;
        return clear + Math.floorDiv(room, alignment) * alignment - trailer;
    }

    /** The MTU that every inner packet of {@code inner} bytes fits. */
    public int outerMtu(int inner) {
        return clear + Math.ceilDiv(inner - clear + trailer, alignment) * alignment + before;
    }
}
