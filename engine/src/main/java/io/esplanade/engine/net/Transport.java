package io.esplanade.engine.net;

import io.esplanade.engine.os.Mem;

/**
 * Where a packet's transport header is and what it is, packed into an int so that finding it
 * allocates nothing; and the ports, which all protocols that have them keep in the same place.
 */
public final class Transport {

    /** Not a transport header: the headers before it are malformed. */
    public static final int MALFORMED = -1;

    /** Flag: the packet is a fragment, first or later. */
    public static final int FRAGMENT = 1 << 24;

    /** Flag: the packet is a fragment but not the first, so that no transport header is in it. */
    public static final int LATER_FRAGMENT = 1 << 25;

    private Transport() {}

    static int of(int protocol, int offset, int flags) {
        return flags | protocol << 16 | offset;
    }

    /** The protocol's number: what comes after extension headers (RFC 4301 §4.4.1.1). */
    public static int protocol(int transport) {
        return transport >>> 16 & 0xff;
    }

    /** Bytes from the IP header to the transport header, or in a later fragment to the data. */
    public static int offset(int transport) {
        return transport & 0xffff;
    }

    public static boolean isFragment(int transport) {
        return (transport & FRAGMENT) != 0;
    }

    public static boolean isLaterFragment(int transport) {
        return (transport & LATER_FRAGMENT) != 0;
    }

    /** Whether ports, or a type, can be read from a packet of {@code length} bytes. */
    public static boolean portsKnown(int transport, int length) {
        return IpProtocol.hasPortsOrType(protocol(transport))
                && !isLaterFragment(transport)
                && offset(transport) + 4 <= length;
    }

    /**
     * What policies compare with ports, of the transport header at {@code address}: the source port
     * in the upper half and the destination port in the lower one; or, in the source port's place,
     * the type of ICMP with its code in the lower byte, or of a mobility header with 0 there (RFC
     * 4301 §4.4.1.1).
     */
    public static int ports(int protocol, long address) {
        int word = Mem.getIntBE(address);
        if (!IpProtocol.hasType(protocol)) {
            return word;
        }
        return protocol == IpProtocol.MOBILITY ? word << 16 & 0xff00_0000 : word & 0xffff_0000;
    }

    /**
     * Makes the checksum of a TCP segment, a UDP datagram or an ICMPv6 message right for the
     * addresses that its packet has now; other protocols' do not cover them. A datagram without one
     * stays so.
     *
     * @param offset bytes from the IP header to the transport header
     * @param length bytes of packet
     */
    public static void recomputeChecksum(
            long ip, boolean ipv6, int protocol, int offset, int length) {
        int at =
                switch (protocol) {
                    case IpProtocol.TCP -> Tcp.CHECKSUM;
                    case IpProtocol.UDP -> Udp.CHECKSUM;
                    case IpProtocol.ICMPV6 -> Icmp.CHECKSUM;
                    default -> -1;
                };
        int segment = length - offset;
        long field = ip + offset + at;
        boolean udp = protocol == IpProtocol.UDP;
        if (at < 0 || segment < at + Short.BYTES || udp && Mem.getShort(field) == 0) {
            return;
        }
        Mem.putShort(field, 0);
        int pseudo =
                ipv6
                        ? Checksum.pseudoIpv6(ip, protocol, segment)
                        : Checksum.pseudoIpv4(ip, protocol, segment);
        int sum = Checksum.add(pseudo, Checksum.sum(ip + offset, segment));
        int checksum = Checksum.complement(sum);
        Mem.putShortBE(field, udp && checksum == 0 ? 0xffff : checksum);
    }
}
