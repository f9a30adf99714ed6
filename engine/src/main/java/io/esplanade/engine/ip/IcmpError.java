package io.esplanade.engine.ip;

import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.net.Checksum;
import io.esplanade.engine.net.Icmp;
import io.esplanade.engine.net.IpProtocol;
import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.net.Ipv6;
import io.esplanade.engine.os.Mem;

/**
 * Makes an ICMP error of the packet it is about, in the packet's own mbuf: headers are put before
 * it, and what the error has no room for is cut off (RFC 1812 §4.3.2, RFC 4443 §2.4).
 */
public final class IcmpError {

    /**
     * What every host takes in one piece: an error quotes so much as fits (RFC 1812 §4.3.2.3), and
     * over IPv6 the least MTU (RFC 4443 §2.4 (c)).
     */
    private static final int IPV4_LONGEST = 576;

    private static final int HOPS = 64;
    private static final int INTERNETWORK_CONTROL = 0xc0; // RFC 1812 §4.3.2.5

    private IcmpError() {}

    /** Bytes that are put before an offending packet of this family. */
    public static int headers(boolean ipv6) {
        return (ipv6 ? Ipv6.HEADER_LENGTH : Ipv4.HEADER_LENGTH) + Icmp.HEADER_LENGTH;
    }

    /**
     * Whether an error may be sent about the packet in {@code mbuf}, as far as the packet says:
     * never about an ICMP error, nor about a fragment other than the first (RFC 1812 §4.3.2.7, RFC
     * 4443 §2.4 (e)). Its source is another question.
     */
    public static boolean mayBeAbout(long mbuf) {
        if (Mbuf.has(mbuf, Mbuf.LATER_FRAGMENT)
                || Mbuf.offset(mbuf) < headers(Mbuf.has(mbuf, Mbuf.IPV6))) {
            return false;
        }
        int protocol = Mbuf.protocol(mbuf);
        if (protocol != IpProtocol.ICMP && protocol != IpProtocol.ICMPV6) {
            return true;
        }
        int at = Mbuf.l4Offset(mbuf);
        return at < Mbuf.length(mbuf) && !Icmp.isError(protocol, Icmp.type(Mbuf.data(mbuf) + at));
    }

    /**
     * Makes the error.
     *
     * @param kind which one
     * @param mtu what {@link Kind#TOO_BIG} says would have fitted
     * @param sourceHigh high half of the gateway's address; IPv4 as {@code ::ffff:a.b.c.d}
     * @param sourceLow its low half
     * @param forwarded whether the gateway will take one off its TTL, as for a tunnel
     * @param id identification, where the family has one
     */
    public static void make(
            long mbuf,
            Kind kind,
            int mtu,
            long sourceHigh,
            long sourceLow,
            boolean forwarded,
            int id) {
        long offender = Mbuf.data(mbuf);
        boolean ipv6 = Mbuf.has(mbuf, Mbuf.IPV6);
        int headers = headers(ipv6);
        int longest = ipv6 ? Ipv6.LEAST_MTU : IPV4_LONGEST;
        int total = Math.min(Mbuf.length(mbuf) + headers, longest);
        Mbuf.push(mbuf, headers);
        Mbuf.length(mbuf, total);
        long ip = Mbuf.data(mbuf);
        long icmp = ip + headers - Icmp.HEADER_LENGTH;
        Mem.putByte(icmp, ipv6 ? kind.type6 : kind.type4);
        Mem.putByte(icmp + 1, ipv6 ? kind.code6 : kind.code4);
        Mem.putShortBE(icmp + Icmp.CHECKSUM, 0);
        Mem.putIntBE(icmp + 4, kind == Kind.TOO_BIG ? mtu : 0);
        int payload = total - headers + Icmp.HEADER_LENGTH;
        int hops = forwarded ? HOPS + 1 : HOPS;
        int sum;
        if (ipv6) {
            writeIpv6(ip, offender, payload, hops, sourceHigh, sourceLow);
            sum =
                    Checksum.add(
                            Checksum.pseudoIpv6(ip, IpProtocol.ICMPV6, payload),
                            Checksum.sum(icmp, payload));
        } else {
            writeIpv4(ip, offender, total, hops, (int) sourceLow, id);
            sum = Checksum.sum(icmp, payload);
        }
        Mem.putShortBE(icmp + Icmp.CHECKSUM, Checksum.complement(sum));
        Mbuf.flags(mbuf, ipv6 ? Mbuf.IPV6 : 0);
        Mbuf.transport(
                mbuf, ipv6 ? IpProtocol.ICMPV6 : IpProtocol.ICMP, headers - Icmp.HEADER_LENGTH);
    }

    private static void writeIpv4(long ip, long offender, int total, int hops, int source, int id) {
        int destination = Ipv4.source(offender);
        Mem.putIntBE(ip, 0x4500_0000 | INTERNETWORK_CONTROL << 16 | total);
        Mem.putIntBE(ip + 4, id << 16);
        Mem.putIntBE(ip + 8, hops << 24 | IpProtocol.ICMP << 16);
        Mem.putIntBE(ip + 12, source);
        Mem.putIntBE(ip + 16, destination);
        Ipv4.updateChecksum(ip);
    }

    private static void writeIpv6(
            long ip, long offender, int payload, int hops, long sourceHigh, long sourceLow) {
        long high = Ipv6.sourceHigh(offender);
        long low = Ipv6.sourceLow(offender);
        Mem.putIntBE(ip, 0x6000_0000 | INTERNETWORK_CONTROL << 20);
        Mem.putIntBE(ip + 4, payload << 16 | IpProtocol.ICMPV6 << 8 | hops);
        Mem.putLongBE(ip + 8, sourceHigh);
        Mem.putLongBE(ip + 16, sourceLow);
        Mem.putLongBE(ip + 24, high);
        Mem.putLongBE(ip + 32, low);
    }

    /** Which error, by type and code in each family (RFC 792, 1812 §5.2.7, 4443 §3). */
    public enum Kind {
        NO_ROUTE(3, 0, 1, 0),
        HOST_UNREACHABLE(3, 1, 1, 3),
        TOO_BIG(3, 4, 2, 0),
        PROHIBITED(3, 13, 1, 1),
        TIME_EXCEEDED(11, 0, 3, 0);

        private final int type4;
        private final int code4;
        private final int type6;
        private final int code6;

        Kind(int type4, int code4, int type6, int code6) {
            this.type4 = type4;
            this.code4 = code4;
            this.type6 = type6;
            this.code6 = code6;
        }

        /** The type, and the code in the lower byte. */
        public int typeAndCode(boolean ipv6) {
            return ipv6 ? type6 << 8 | code6 : type4 << 8 | code4;
        }
    }
}
