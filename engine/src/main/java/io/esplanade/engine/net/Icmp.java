package io.esplanade.engine.net;

import io.esplanade.engine.os.Mem;

/** An ICMP (RFC 792) or ICMPv6 (RFC 4443) header at an absolute address. */
public final class Icmp {

    public static final int HEADER_LENGTH = 8;

    /** Where the checksum is, from the header's first byte. */
    public static final int CHECKSUM = 2;

    /** ICMP's destination unreachable. */
    public static final int UNREACHABLE = 3;

    /** And the code of a packet with DF that is too big (RFC 1191). */
    public static final int FRAGMENTATION_NEEDED = 4;

    /** ICMPv6's packet too big. */
    public static final int PACKET_TOO_BIG_V6 = 2;

    /** Of messages of neighbour discovery, so that none comes from behind a router (RFC 4861). */
    public static final int DISCOVERY_HOP_LIMIT = 255;

    public static final int NEIGHBOUR_SOLICITATION = 135;
    public static final int NEIGHBOUR_ADVERTISEMENT = 136;

    private Icmp() {}

    public static int type(long address) {
        return Mem.getUnsignedByte(address);
    }

    public static int code(long address) {
        return Mem.getUnsignedByte(address + 1);
    }

    /**
     * Whether messages of this type tell of an error in another packet, which they quote; redirects
     * count, since nobody may answer them with an error either (RFC 1122 §3.2.2, RFC 4443 §2.4).
     *
     * @param protocol ICMP's or ICMPv6's number
     */
    public static boolean isError(int protocol, int type) {
        if (protocol == IpProtocol.ICMPV6) {
            return type < 128 || type == 137;
        }
        return type >= 3 && type <= 5 || type == 11 || type == 12;
    }

    /** Whether ICMPv6 messages of this type are of neighbour discovery (RFC 4861 §4). */
    public static boolean isDiscovery(int type) {
        return type >= 133 && type <= 137;
    }

    /** Whether messages of this type name another router, and so are for the next host alone. */
    public static boolean isRedirect(int protocol, int type) {
        return type == (protocol == IpProtocol.ICMPV6 ? 137 : 5);
    }

    public static int checksum(long address) {
        return Mem.getShortBE(address + CHECKSUM);
    }
}
