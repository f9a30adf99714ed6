package io.esplanade.engine.control;

import io.esplanade.engine.net.Ethernet;
import io.esplanade.engine.net.Icmp;
import io.esplanade.engine.net.IpProtocol;
import io.esplanade.engine.net.Ipv6;

import java.nio.ByteBuffer;

/**
 * A neighbour solicitation or advertisement (RFC 4861 §4.3, §4.4).
 *
 * @param type of the two
 * @param source the packet's source address; unspecified if its sender has none yet
 * @param destination the packet's
 * @param target whose link-layer address is asked for, or told
 * @param flags of an advertisement, otherwise 0
 * @param mac the link-layer address in its option, source or target as the type is; 0 if none
 */
record Discovery(
        int type, Address source, Address destination, Address target, int flags, long mac) {

    /** The sender forwards packets. */
    static final int ROUTER = 0x8000_0000;

    /** An answer to a solicitation. */
    static final int SOLICITED = 0x4000_0000;

    /** Stands in place of what was known before. */
    static final int OVERRIDE = 0x2000_0000;

    private static final int MESSAGE = 24;
    private static final int OPTION = 8;
    private static final int SOURCE_OPTION = 1;
    private static final int TARGET_OPTION = 2;
    private static final long ALL_MULTICAST = 0x3333_0000_0000L;
    private static final int CHECKSUM = Ipv6.HEADER_LENGTH + Icmp.CHECKSUM;

    /** The two halves of an IPv6 address. */
    record Address(long high, long low) {

        static final Address UNSPECIFIED = new Address(0, 0);

        /** ff02::1, every node of the link. */
        static final Address ALL_NODES = new Address(0xff02_0000_0000_0000L, 1);

        /** The group of those who may have this address (RFC 4291 §2.7.1). */
        Address solicitedNode() {
            return new Address(0xff02_0000_0000_0000L, 0x1_ff00_0000L | low & 0xff_ffff);
        }

        boolean isMulticast() {
            return high >>> 56 == 0xff;
        }

        boolean isLinkLocal() {
            return high >>> 54 == 0x3fa; // fe80::/10
        }

        /** The link-layer group of a multicast address (RFC 2464 §7). */
        long groupMac() {
            return ALL_MULTICAST | low & 0xffff_ffffL;
        }

        /** The link-local address of an interface (RFC 4291 appendix A). */
        static Address linkLocal(long mac) {
            long eui64 = (mac & 0xffffff_000000L) << 16 | 0xff_fe00_0000L | mac & 0xffffff;
            return new Address(0xfe80_0000_0000_0000L, eui64 ^ 0x0200_0000_0000_0000L);
        }

        private static Address read(ByteBuffer from) {
            return new Address(from.getLong(), from.getLong());
        }

        private ByteBuffer write(ByteBuffer to) {
            return to.putLong(high).putLong(low);
        }
    }

    /** Asks who has {@code target}; of all who may, or of one who is known. */
    static Discovery solicit(Address source, Address target, boolean all, long mac) {
        return new Discovery(
                Icmp.NEIGHBOUR_SOLICITATION,
                source,
                all ? target.solicitedNode() : target,
                target,
                0,
                mac);
    }

    boolean isSolicitation() {
        return type == Icmp.NEIGHBOUR_SOLICITATION;
    }

    /**
     * Reads a frame of neighbour discovery, or answers null if it is another message or one that is
     * not sound (RFC 4861 §7.1).
     */
    static Discovery parse(byte[] frame, int length) {
        int at = Ethernet.HEADER_LENGTH;
        if (length < at + Ipv6.HEADER_LENGTH + MESSAGE) {
            return null;
        }
        ByteBuffer ip = ByteBuffer.wrap(frame, at, length - at).slice();
        int payload = ip.getShort(4) & 0xffff;
        boolean sound =
                ip.get(0) >>> 4 == 6
                        && ip.get(6) == IpProtocol.ICMPV6
                        && (ip.get(7) & 0xff) == Icmp.DISCOVERY_HOP_LIMIT
                        && payload >= MESSAGE
                        && payload <= ip.capacity() - Ipv6.HEADER_LENGTH;
        if (!sound) {
            return null;
        }
        ip.limit(Ipv6.HEADER_LENGTH + payload);
        int type = ip.get(Ipv6.HEADER_LENGTH) & 0xff;
        boolean ours =
                (type == Icmp.NEIGHBOUR_SOLICITATION || type == Icmp.NEIGHBOUR_ADVERTISEMENT)
                        && ip.get(Ipv6.HEADER_LENGTH + 1) == 0
                        && checksum(ip) == 0;
        return ours ? read(type, ip) : null;
    }

    private static Discovery read(int type, ByteBuffer ip) {
        ip.position(8);
        Address source = Address.read(ip);
        Address destination = Address.read(ip);
        ip.position(Ipv6.HEADER_LENGTH + 4);
        int flags = ip.getInt();
        Address target = Address.read(ip);
        boolean solicitation = type == Icmp.NEIGHBOUR_SOLICITATION;
        long mac = option(ip, solicitation ? SOURCE_OPTION : TARGET_OPTION);
        boolean refused =
                mac < 0
                        || Ethernet.isGroup(mac)
                        || target.isMulticast()
                        || solicitation && source.equals(Address.UNSPECIFIED) && mac != 0
                        || !solicitation && destination.isMulticast() && (flags & SOLICITED) != 0;
        return refused
                ? null
                : new Discovery(type, source, destination, target, solicitation ? 0 : flags, mac);
    }

    /** The link-layer address in the option of this type, 0 if there is none, -1 if one is cut. */
    private static long option(ByteBuffer ip, int wanted) {
        long mac = 0;
        while (ip.remaining() > 0) {
            int begin = ip.position();
            int units = ip.remaining() < OPTION ? 0 : ip.get(begin + 1) & 0xff;
            if (units == 0 || units * OPTION > ip.remaining()) {
                return -1;
            }
            if (ip.get(begin) == wanted && units == 1) {
                mac = Frames.mac(ip.position(begin + 2));
            }
            ip.position(begin + units * OPTION);
        }
        return mac;
    }

    /** The frame from {@code us} to the station or group {@code to}. */
    byte[] frame(long to, long us) {
        int payload = MESSAGE + OPTION;
        ByteBuffer frame = Frames.begin(to, us, Ethernet.IPV6, Ipv6.HEADER_LENGTH + payload);
        ByteBuffer ip = frame.slice();
        ip.putInt(0x6000_0000).putShort((short) payload).put((byte) IpProtocol.ICMPV6);
        ip.put((byte) Icmp.DISCOVERY_HOP_LIMIT);
        destination.write(source.write(ip));
        ip.putInt(type << 24).putInt(flags);
        target.write(ip);
        ip.put((byte) (isSolicitation() ? SOURCE_OPTION : TARGET_OPTION)).put((byte) 1);
        Frames.putMac(ip, mac);
        ip.putShort(CHECKSUM, (short) checksum(ip));
        return frame.array();
    }

    /** Over pseudo-header and message, up to the buffer's limit; 0 if a right one is among them. */
    private static int checksum(ByteBuffer ip) {
        int length = ip.limit() - Ipv6.HEADER_LENGTH;
        long sum = IpProtocol.ICMPV6 + length;
        for (int i = 8; i < ip.limit(); i++) {
            sum += (long) (ip.get(i) & 0xff) << (i % 2 == 0 ? 8 : 0);
        }
        return Datagram.checksum(sum);
    }
}
