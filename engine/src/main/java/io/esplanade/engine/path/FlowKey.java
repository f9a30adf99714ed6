package io.esplanade.engine.path;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.IpAddresses;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.net.Checksum;
import io.esplanade.engine.net.Icmp;
import io.esplanade.engine.net.IpProtocol;
import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.net.Ipv6;
import io.esplanade.engine.net.Transport;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Padded;

/**
 * What policies and routes look at in a packet, and what the stages must know of its headers, read
 * once: a header's words are loaded whole.
 *
 * <p>One object per stage, filled again for every packet; one thread.
 */
class FlowKey extends Padded {

    /** What {@link #flags} speaks of. */
    static final int FLAGS = Mbuf.IPV6 | Mbuf.FRAGMENT | Mbuf.LATER_FRAGMENT;

    long sourceHigh;
    long sourceLow;
    long destinationHigh;
    long destinationLow;

    /** Protocol and ports, see {@link #transport(int, boolean, int)}. */
    long transport;

    /** Absolute address of the packet. */
    long packet;

    /** Bytes of packet, as its header says: what the link layer padded is not in it. */
    int length;

    /** Those of {@link #FLAGS} that apply. */
    int flags;

    /** From the packet's first byte to its transport header. */
    int l4Offset;

    /**
     * Checks the IP header of the packet in {@code available} bytes at {@code address} (RFC 1812
     * §5.2.2, RFC 8200 §3) and fills this key.
     *
     * @return {@link DropReason#NONE}, or what is wrong with the packet
     */
    DropReason parse(long address, int available) {
        if (available < Ipv4.HEADER_LENGTH) {
            return DropReason.RUNT;
        }
        packet = address;
        long first = Mem.getLongBE(address);
        return switch ((int) (first >>> 60)) {
            case 4 -> parseIpv4(first, available);
            case 6 -> parseIpv6(available);
            default -> DropReason.NOT_IP;
        };
    }

    private DropReason parseIpv4(long first, int available) {
        int headerLength = Ipv4.headerLengthOf(first);
        int total = Ipv4.totalLengthOf(first);
        if (headerLength < Ipv4.HEADER_LENGTH || total < headerLength) {
            return DropReason.BAD_IP_HEADER;
        }
        if (total > available) {
            return DropReason.RUNT;
        }
        long second = Mem.getLongBE(packet + 8);
        int destination = Mem.getIntBE(packet + 16);
        boolean right =
                headerLength == Ipv4.HEADER_LENGTH
                        ? Checksum.isRight(first, second, destination)
                        : Ipv4.checksumRight(packet);
        if (!right) {
            return DropReason.BAD_CHECKSUM;
        }
        headersIpv4(first, second, destination, total);
        return DropReason.NONE;
    }

    private void headersIpv4(long first, long second, int destination, int total) {
        sourceHigh = 0;
        sourceLow = Ipv4.MAPPED | second & 0xffff_ffffL;
        destinationHigh = 0;
        destinationLow = Ipv4.MAPPED | Integer.toUnsignedLong(destination);
        fill(Ipv4.transportOf(first, second), total, 0);
    }

    private DropReason parseIpv6(int available) {
        if (available < Ipv6.HEADER_LENGTH || Ipv6.totalLength(packet) > available) {
            return DropReason.RUNT;
        }
        return headersIpv6(Ipv6.totalLength(packet));
    }

    private DropReason headersIpv6(int total) {
        sourceHigh = Ipv6.sourceHigh(packet);
        sourceLow = Ipv6.sourceLow(packet);
        destinationHigh = Ipv6.destinationHigh(packet);
        destinationLow = Ipv6.destinationLow(packet);
        int transport = Ipv6.transport(packet, total);
        if (transport == Transport.MALFORMED
                || IpAddresses.isIpv4(sourceHigh, sourceLow)
                || IpAddresses.isIpv4(destinationHigh, destinationLow)) {
            // ::ffff:a.b.c.d stands for IPv4 here and belongs in no packet (RFC 4942 §2.2): it
            // would pass IPv4's policies.
            return DropReason.BAD_IP_HEADER;
        }
        fill(transport, total, Mbuf.IPV6);
        return DropReason.NONE;
    }

    /** Whether it is that of an ICMP error, whole, that routers pass on. */
    boolean isIcmpError() {
        if (protocol() != (isIpv6() ? IpProtocol.ICMPV6 : IpProtocol.ICMP)
                || (flags & Mbuf.FRAGMENT) != 0
                || length < l4Offset + Icmp.HEADER_LENGTH) {
            return false;
        }
        int type = Icmp.type(packet + l4Offset);
        return Icmp.isError(protocol(), type) && !Icmp.isRedirect(protocol(), type);
    }

    /**
     * Fills this key from the packet that an {@linkplain #isIcmpError ICMP error} quotes, as far as
     * it does: neither length nor checksum of that packet are looked at.
     *
     * @return false if it quotes no packet of its family whose headers are sound
     */
    boolean parseQuoteOf(FlowKey error) {
        int at = error.l4Offset + Icmp.HEADER_LENGTH;
        int available = error.length - at;
        packet = error.packet + at;
        boolean ipv6 = error.isIpv6();
        if (available < (ipv6 ? Ipv6.HEADER_LENGTH : Ipv4.HEADER_LENGTH)
                || Ipv4.version(packet) != (ipv6 ? 6 : 4)) {
            return false;
        }
        if (ipv6) {
            int there = Math.min(available, Ipv6.totalLength(packet));
            return headersIpv6(there) == DropReason.NONE;
        }
        long first = Mem.getLongBE(packet);
        int there = Math.min(available, Ipv4.totalLengthOf(first));
        headersIpv4(first, Mem.getLongBE(packet + 8), Mem.getIntBE(packet + 16), there);
        return Ipv4.headerLengthOf(first) >= Ipv4.HEADER_LENGTH;
    }

    private void fill(int transport, int total, int family) {
        length = total;
        flags = family;
        if (Transport.isFragment(transport)) {
            flags |= Mbuf.FRAGMENT;
            if (Transport.isLaterFragment(transport)) {
                flags |= Mbuf.LATER_FRAGMENT;
            }
        }
        l4Offset = Transport.offset(transport);
        int protocol = Transport.protocol(transport);
        boolean known = Transport.portsKnown(transport, total);
        transport(protocol, known, known ? Transport.ports(protocol, packet + l4Offset) : 0);
    }

    /**
     * Says what policies look at behind the IP header, which is kept in one word.
     *
     * @param portsKnown whether the protocol has ports, or a type in their place, and they are in
     *     this packet
     * @param ports source port above, destination port below; 0 if they are not known
     */
    void transport(int protocol, boolean portsKnown, int ports) {
        transport = (long) protocol << 33 | (portsKnown ? 1L << 32 : 0) | ports & 0xffff_ffffL;
    }

    int protocol() {
        return (int) (transport >>> 33);
    }

    boolean portsKnown() {
        return (transport & 1L << 32) != 0;
    }

    int sourcePort() {
        return (int) transport >>> 16;
    }

    int destinationPort() {
        return (int) transport & 0xffff;
    }

    boolean isIpv6() {
        return (flags & Mbuf.IPV6) != 0;
    }

    /**
     * Takes one off TTL or hop limit, as forwarding does once per gateway (RFC 4301 §5.1.2.1).
     *
     * @return false if it is used up; the packet is unchanged then
     */
    boolean decrementTtl() {
        if (isIpv6()) {
            if (Ipv6.hopLimit(packet) <= 1) {
                return false;
            }
            Ipv6.decrementHopLimit(packet);
        } else {
            long second = Mem.getLongBE(packet + 8);
            if (Ipv4.ttlOf(second) <= 1) {
                return false;
            }
            Mem.putLongBE(packet + 8, Ipv4.ttlDecremented(second));
        }
        return true;
    }

    /** Makes it that of a packet that answers. */
    void reverse() {
        long high = sourceHigh;
        long low = sourceLow;
        sourceHigh = destinationHigh;
        sourceLow = destinationLow;
        destinationHigh = high;
        destinationLow = low;
        if (!IpProtocol.hasType(protocol())) {
            transport(protocol(), portsKnown(), destinationPort() << 16 | sourcePort());
        }
    }

    /** Whether the source or destination may not be forwarded by a router (RFC 1812 §5.3.7). */
    boolean isUnroutable() {
        return unroutable(destinationHigh, destinationLow) || unroutable(sourceHigh, sourceLow);
    }

    private static boolean unroutable(long high, long low) {
        if (IpAddresses.isIpv4(high, low)) {
            int first = (int) (low >>> 24) & 0xff;
            boolean linkLocal = (low >>> 16 & 0xffff) == 0xa9fe; // 169.254/16
            return first >= 224 || first == 127 || first == 0 || linkLocal;
        }
        return high >>> 56 == 0xff // multicast
                || high >>> 54 == 0x3fa // link-local fe80::/10
                || high == 0 && (low == 0 || low == 1); // unspecified, loopback
    }
}
