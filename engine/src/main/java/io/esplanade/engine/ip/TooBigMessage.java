package io.esplanade.engine.ip;

import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.net.Checksum;
import io.esplanade.engine.net.Icmp;
import io.esplanade.engine.net.IpProtocol;
import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.net.Ipv6;
import io.esplanade.engine.net.Udp;
import io.esplanade.engine.os.Mem;

/**
 * What an ICMP message says that tells of an ESP packet too big for a link on its way (RFC 1191 §4,
 * RFC 4443 §3.2). Filled again for every message; one thread.
 */
public final class TooBigMessage {

    private static final int ESP_HEADER = 8; // all of it that a router must quote
    private static final int IPV4_LEAST_MTU = 576;

    /** RFC 1191 §7: MTUs that links have, for routers that do not say theirs. */
    private static final int[] PLATEAUS = {
        32_000, 17_914, 8166, 4352, 2002, 1492, 1006, IPV4_LEAST_MTU
    };

    private int mtu;
    private int quotedLength;
    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;
    private int spi;
    private int sequence;

    /** Whether the packet in {@code mbuf}, ICMP of its family, is one. */
    public static boolean is(long mbuf) {
        int at = Mbuf.l4Offset(mbuf);
        if (Mbuf.length(mbuf) < at + Icmp.HEADER_LENGTH || Mbuf.has(mbuf, Mbuf.FRAGMENT)) {
            return false;
        }
        long icmp = Mbuf.data(mbuf) + at;
        return switch (Mbuf.protocol(mbuf)) {
            case IpProtocol.ICMP -> Icmp.type(icmp) == 3 && Icmp.code(icmp) == 4;
            case IpProtocol.ICMPV6 -> Icmp.type(icmp) == 2 && Icmp.code(icmp) == 0;
            default -> false;
        };
    }

    /**
     * Reads a message that {@link #is} one.
     *
     * @return false if it is not sound, or quotes no ESP packet that was too big for what it says
     */
    public boolean read(long mbuf) {
        int at = Mbuf.l4Offset(mbuf);
        int length = Mbuf.length(mbuf) - at;
        long icmp = Mbuf.data(mbuf) + at;
        boolean ipv6 = Mbuf.has(mbuf, Mbuf.IPV6);
        int sum = Checksum.sum(icmp, length);
        if (ipv6) {
            sum =
                    Checksum.add(
                            sum, Checksum.pseudoIpv6(Mbuf.data(mbuf), IpProtocol.ICMPV6, length));
        }
        long quote = icmp + Icmp.HEADER_LENGTH;
        int quoted = length - Icmp.HEADER_LENGTH;
        boolean sound =
                Checksum.complement(sum) == 0
                        && (ipv6 ? readIpv6(quote, quoted) : readIpv4(quote, quoted));
        if (!sound) {
            return false;
        }
        long told = ipv6 ? Mem.getIntBE(icmp + 4) & 0xffff_ffffL : Mem.getShortBE(icmp + 6);
        if (told == 0 && !ipv6) {
            told = plateauBelow(quotedLength);
        }
        mtu = (int) Math.max(Math.min(told, 0xffff), ipv6 ? Ipv6.LEAST_MTU : IPV4_LEAST_MTU);
        return told < quotedLength;
    }

    private static int plateauBelow(int length) {
        for (int plateau : PLATEAUS) {
            if (plateau < length) {
                return plateau;
            }
        }
        return IPV4_LEAST_MTU;
    }

    private boolean readIpv4(long ip, int available) {
        if (available < Ipv4.HEADER_LENGTH || Ipv4.version(ip) != 4) {
            return false;
        }
        int header = Ipv4.headerLength(ip);
        sourceHigh = 0;
        sourceLow = Ipv4.sourceLow(ip);
        destinationHigh = 0;
        destinationLow = Ipv4.destinationLow(ip);
        quotedLength = Ipv4.totalLength(ip);
        return header >= Ipv4.HEADER_LENGTH
                && Ipv4.fragmentOffset(ip) == 0
                && readEsp(ip, header, Ipv4.protocol(ip), available);
    }

    private boolean readIpv6(long ip, int available) {
        if (available < Ipv6.HEADER_LENGTH + Ipv6.FRAGMENT_HEADER_LENGTH || Ipv4.version(ip) != 6) {
            return false;
        }
        sourceHigh = Ipv6.sourceHigh(ip);
        sourceLow = Ipv6.sourceLow(ip);
        destinationHigh = Ipv6.destinationHigh(ip);
        destinationLow = Ipv6.destinationLow(ip);
        quotedLength = Ipv6.totalLength(ip);
        int next = Ipv6.nextHeader(ip);
        int at = Ipv6.HEADER_LENGTH;
        if (next == IpProtocol.FRAGMENT) {
            next = Mem.getUnsignedByte(ip + at);
            if (Mem.getShortBE(ip + at + 2) >>> 3 != 0) {
                return false;
            }
            at += Ipv6.FRAGMENT_HEADER_LENGTH;
        }
        return readEsp(ip, at, next, available);
    }

    private boolean readEsp(long ip, int header, int protocol, int available) {
        int at = header;
        if (protocol == IpProtocol.UDP) {
            at += Udp.HEADER_LENGTH; // RFC 3948; a router that quotes so little tells nothing
        } else if (protocol != IpProtocol.ESP) {
            return false;
        }
        if (available < at + ESP_HEADER) {
            return false;
        }
        spi = Mem.getIntBE(ip + at);
        sequence = Mem.getIntBE(ip + at + 4);
        return true;
    }

    /** The MTU to believe, in bytes: what it says, or the least that the family allows. */
    public int mtu() {
        return mtu;
    }

    public long sourceHigh() {
        return sourceHigh;
    }

    public long sourceLow() {
        return sourceLow;
    }

    public long destinationHigh() {
        return destinationHigh;
    }

    public long destinationLow() {
        return destinationLow;
    }

    /** The SPI of the packet that was too big. */
    public int spi() {
        return spi;
    }

    /** The low half of its sequence number. */
    public int sequence() {
        return sequence;
    }
}
