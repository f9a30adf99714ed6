package io.esplanade.gateway.file;

import io.esplanade.engine.crypto.Suite;

/** What ESP in tunnel mode adds to a packet (RFC 4303 §2): for checks and reports. */
final class Overhead {

    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;
    private static final int ESP_HEADER = 8; // SPI and sequence number
    private static final int TRAILER = 2; // pad length and next header

    private Overhead() {}

    /** The longest inner packet whose ESP packet has at most {@code mtu} bytes. */
    static int innerMtu(int mtu, boolean outerIpv4, Suite suite) {
        int room = mtu - fixed(outerIpv4, suite);
        return Math.floorDiv(room, suite.alignment()) * suite.alignment() - TRAILER;
    }

    /** The MTU that every inner packet of {@code inner} bytes fits. */
    static int outerMtu(int inner, boolean outerIpv4, Suite suite) {
        int padded = Math.ceilDiv(inner + TRAILER, suite.alignment()) * suite.alignment();
        return padded + fixed(outerIpv4, suite);
    }

    private static int fixed(boolean outerIpv4, Suite suite) {
        return (outerIpv4 ? IPV4_HEADER : IPV6_HEADER)
                + ESP_HEADER
                + suite.ivLength()
                + suite.icvLength();
    }
}
