package io.esplanade.engine.net;

import io.esplanade.engine.os.Mem;

/**
 * The IP header of a packet in transport mode, its options and those extension headers that stay in
 * clear (RFC 4303 §3.1.1): it moves to make room for ESP or AH behind it, or to close the gap.
 */
public final class TransportHeader {

    private static final int IPV4_LENGTH = 2;
    private static final int IPV4_PROTOCOL = 9;
    private static final int IPV6_LENGTH = 4;

    private TransportHeader() {}

    /** Bytes of it in a packet yet to be protected, whose headers have been found sound. */
    public static int length(long ip, boolean ipv6) {
        return ipv6 ? Ipv6.transportModeOffset(ip) : Ipv4.headerLength(ip);
    }

    /** The number of what follows the {@code length} bytes of it. */
    public static int nextHeader(long ip, boolean ipv6, int length) {
        return Mem.getUnsignedByte(ip + field(ip, ipv6, length));
    }

    private static int field(long ip, boolean ipv6, int length) {
        return ipv6 ? Ipv6.nextHeaderField(ip, length) : IPV4_PROTOCOL;
    }

    /**
     * Moves the {@code length} bytes of it, and makes them say what follows now.
     *
     * @param nextHeader the number of what follows
     * @param total bytes of the whole packet
     */
    public static void move(
            long from, long to, boolean ipv6, int length, int nextHeader, int total) {
        Mem.copy(from, to, length);
        Mem.putByte(to + field(to, ipv6, length), nextHeader);
        if (ipv6) {
            Mem.putShortBE(to + IPV6_LENGTH, total - Ipv6.HEADER_LENGTH);
        } else {
            Mem.putShortBE(to + IPV4_LENGTH, total);
            Ipv4.updateChecksum(to);
        }
    }
}
