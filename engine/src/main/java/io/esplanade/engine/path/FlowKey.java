package io.esplanade.engine.path;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.IpAddresses;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.net.Ipv6;
import io.esplanade.engine.net.Transport;
import io.esplanade.engine.os.Padded;

/**
 * What policies and routes look at in a packet, read once: addresses, protocol, ports.
 *
 * <p>One object per stage, filled again for every packet; one thread.
 */
final class FlowKey extends Padded {

    long sourceHigh;
    long sourceLow;
    long destinationHigh;
    long destinationLow;
    int protocol;
    int sourcePort;
    int destinationPort;

    /** Whether the protocol has ports, or a type in their place, and they are in this packet. */
    boolean portsKnown;

    /**
     * Checks the IP header at the front of the packet (RFC 1812 §5.2.2, RFC 8200 §3), trims what
     * the link layer padded, fills this key, and writes transport protocol, header offset and the
     * IPV6 and fragment flags into the metadata.
     *
     * @return {@link DropReason#NONE}, or what is wrong with the packet
     */
    DropReason parse(long mbuf) {
        int length = Mbuf.length(mbuf);
        if (length < Ipv4.HEADER_LENGTH) {
            return DropReason.RUNT;
        }
        return switch (Ipv4.version(Mbuf.data(mbuf))) {
            case 4 -> parseIpv4(mbuf, length);
            case 6 -> parseIpv6(mbuf, length);
            default -> DropReason.NOT_IP;
        };
    }

    private DropReason parseIpv4(long mbuf, int length) {
        long ip = Mbuf.data(mbuf);
        int headerLength = Ipv4.headerLength(ip);
        int total = Ipv4.totalLength(ip);
        if (headerLength < Ipv4.HEADER_LENGTH || total < headerLength) {
            return DropReason.BAD_IP_HEADER;
        }
        if (total > length) {
            return DropReason.RUNT;
        }
        if (!Mbuf.has(mbuf, Mbuf.CSUM_VERIFIED) && !Ipv4.checksumRight(ip)) {
            return DropReason.BAD_CHECKSUM;
        }
        sourceHigh = 0;
        sourceLow = Ipv4.sourceLow(ip);
        destinationHigh = 0;
        destinationLow = Ipv4.destinationLow(ip);
        return transport(mbuf, Ipv4.transport(ip), total, 0);
    }

    private DropReason parseIpv6(long mbuf, int length) {
        long ip = Mbuf.data(mbuf);
        if (length < Ipv6.HEADER_LENGTH || Ipv6.totalLength(ip) > length) {
            return DropReason.RUNT;
        }
        sourceHigh = Ipv6.sourceHigh(ip);
        sourceLow = Ipv6.sourceLow(ip);
        destinationHigh = Ipv6.destinationHigh(ip);
        destinationLow = Ipv6.destinationLow(ip);
        if (IpAddresses.isIpv4(sourceHigh, sourceLow)
                || IpAddresses.isIpv4(destinationHigh, destinationLow)) {
            // ::ffff:a.b.c.d stands for IPv4 here and belongs in no packet (RFC 4942 §2.2): it
            // would pass IPv4's policies.
            return DropReason.BAD_IP_HEADER;
        }
        return transport(mbuf, Ipv6.transport(ip), Ipv6.totalLength(ip), Mbuf.IPV6);
    }

    private DropReason transport(long mbuf, int transport, int length, int family) {
        if (transport == Transport.MALFORMED) {
            return DropReason.BAD_IP_HEADER;
        }
        int flags = Mbuf.flags(mbuf) & ~(Mbuf.IPV6 | Mbuf.FRAGMENT | Mbuf.LATER_FRAGMENT) | family;
        if (Transport.isFragment(transport)) {
            flags |= Mbuf.FRAGMENT;
        }
        if (Transport.isLaterFragment(transport)) {
            flags |= Mbuf.LATER_FRAGMENT;
        }
        int offset = Transport.offset(transport);
        protocol = Transport.protocol(transport);
        Mbuf.length(mbuf, length);
        Mbuf.flags(mbuf, flags);
        Mbuf.transport(mbuf, protocol, offset);
        portsKnown = Transport.portsKnown(transport, length);
        long header = Mbuf.data(mbuf) + offset;
        sourcePort = portsKnown ? Transport.sourcePort(protocol, header) : 0;
        destinationPort = portsKnown ? Transport.destinationPort(protocol, header) : 0;
        return DropReason.NONE;
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

    /** Protocol, ports and what is known of them, as one word of the flow cache's key. */
    long protocolWord() {
        return (long) protocol << 33
                | (portsKnown ? 1L << 32 : 0)
                | (long) sourcePort << 16
                | destinationPort;
    }
}
