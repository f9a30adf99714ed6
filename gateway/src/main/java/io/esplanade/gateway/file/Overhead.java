package io.esplanade.gateway.file;

import io.esplanade.engine.crypto.Suite;
import io.esplanade.gateway.file.GatewayFile.TunnelEntry;

import java.net.Inet4Address;

/**
 * What ESP adds to a packet (RFC 4303 §2): for checks and reports.
 *
 * @param before bytes put before what is encrypted, and behind it
 * @param clear bytes of the packet's own header that stay in clear, in transport mode
 * @param alignment bytes to whose multiple what is encrypted is padded
 */
record Overhead(int before, int clear, int alignment) {

    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;
    private static final int UDP_HEADER = 8;
    private static final int ESP_HEADER = 8; // SPI and sequence number
    private static final int TRAILER = 2; // pad length and next header

    /** That of a tunnel. */
    static Overhead of(TunnelEntry tunnel) {
        return of(
                tunnel.remote().value() instanceof Inet4Address,
                tunnel.shape().transport(),
                tunnel.shape().udp().isPresent(),
                tunnel.proposal().suite());
    }

    static Overhead of(boolean outerIpv4, boolean transport, boolean udp, Suite suite) {
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
    int innerMtu(int mtu) {
        int room = mtu - before - clear;
        return clear + Math.floorDiv(room, alignment) * alignment - TRAILER;
    }

    /** The MTU that every inner packet of {@code inner} bytes fits. */
    int outerMtu(int inner) {
        return clear + Math.ceilDiv(inner - clear + TRAILER, alignment) * alignment + before;
    }
}
