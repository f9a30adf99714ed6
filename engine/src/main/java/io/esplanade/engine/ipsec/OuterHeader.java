package io.esplanade.engine.ipsec;

import io.esplanade.engine.ipsec.HeaderRules.DontFragment;
import io.esplanade.engine.ipsec.HeaderRules.EcnMode;
import io.esplanade.engine.ipsec.HeaderRules.FlowLabel;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.net.Ecn;
import io.esplanade.engine.net.IpProtocol;
import io.esplanade.engine.net.Udp;
import io.esplanade.engine.os.Mem;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.security.SecureRandom;

/**
 * The headers in front of an SA's ESP or AH, IP and perhaps UDP (RFC 3948), ready but for the
 * length and what the inner header decides (RFC 4301 §5.1.2). Immutable; replaced whole.
 *
 * <p>IPv4: a datagram with DF set needs no ID and has 0 (RFC 6864 §4.1). One without gets the low
 * bits of its sequence number, from where the SA's own random number says: it comes again after 2¹⁶
 * packets, and fragments put together wrongly fail the ICV (RFC 6864 §5.2). One that is to be
 * fragmented is without, whatever the rules say: AH's ICV covers the ID, which cannot come later.
 */
public final class OuterHeader {

    private static final int IPV4_LENGTH = 20;
    private static final int IPV6_LENGTH = 40;
    private static final int DF = 0x4000;
    private static final int LABEL = 0xf_ffff;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final InetAddress source;
    private final PeerAddress peer; // its port is 0 if there is no UDP
    private final HeaderRules rules;
    private final UdpEncapsulation udp;
    private final int protocol;

    private final boolean ipv6;
    private final int length; // of all
    private final int udpLength; // 0 without
    // The header as network-order words; what packets decide, length and checksum are 0. IPv4: the
    // third word's high half.
    private final long word0;
    private final long word1;
    private final long word2;
    private final long word3;
    private final long word4;
    private final int sum; // IPv4: the 16-bit words added up

    private final byte[] trafficClasses = new byte[256]; // DSCP and ECN, by the inner ones
    private final int dfCopied; // which bits of the inner header's flags are taken
    private final int dfSet; // and which are set
    private final FlowLabel flowLabel;
    private final int salt; // so that nobody foretells IDs and flow labels

    private OuterHeader(
            InetAddress source,
            PeerAddress peer,
            HeaderRules rules,
            UdpEncapsulation udp,
            int protocol,
            int salt) {
        this.source = source;
        this.peer = peer;
        this.rules = rules;
        this.udp = udp;
        this.protocol = protocol;
        ipv6 = !(source instanceof Inet4Address);
        udpLength = udp == null ? 0 : Udp.HEADER_LENGTH;
        length = (ipv6 ? IPV6_LENGTH : IPV4_LENGTH) + udpLength;
        long ttl = rules.ttl();
        if (ipv6) {
            word0 = 0x6000_0000_0000_0000L | (long) protocol << 8 | ttl;
            word1 = IpAddresses.high(source);
            word2 = IpAddresses.low(source);
            word3 = peer.high();
            word4 = peer.low();
        } else {
            word0 = 0x4500_0000_0000_0000L;
            word1 = ttl << 56 | (long) protocol << 48 | IpAddresses.low(source) & 0xffff_ffffL;
            word2 = peer.low() << 32;
            word3 = 0;
            word4 = 0;
        }
        sum = sum(word0) + sum(word1) + sum(word2);
        for (int inner = 0; inner < trafficClasses.length; inner++) {
            int ecn = rules.ecn() == EcnMode.NORMAL ? inner & Ecn.CE : Ecn.NOT_ECT;
            trafficClasses[inner] = (byte) (rules.dscp().outer(inner >>> 2) << 2 | ecn);
        }
        dfCopied = rules.df() == DontFragment.COPY ? DF : 0;
        dfSet = rules.df() == DontFragment.SET ? DF : 0;
        flowLabel = rules.flowLabel();
        this.salt = salt;
    }

    /** The headers of an outbound SA. */
    static OuterHeader of(SecurityAssociation sa) {
        return of(sa, RANDOM.nextInt());
    }

    /** As {@link #of(SecurityAssociation)}, for one who must foretell them. */
    static OuterHeader of(SecurityAssociation sa, int salt) {
        UdpEncapsulation udp = sa.encapsulation();
        int port = udp == null ? 0 : udp.remotePort();
        PeerAddress peer = PeerAddress.of(sa.destination(), port);
        int protocol =
                udp != null
                        ? IpProtocol.UDP
                        : sa.protocol() == IpsecProtocol.AH ? IpProtocol.AH : IpProtocol.ESP;
        return new OuterHeader(sa.source(), peer, sa.headers(), udp, protocol, salt);
    }

    /** The same to another peer, of the same family. */
    public OuterHeader to(PeerAddress newPeer) {
        return new OuterHeader(source, newPeer, rules, udp, protocol, salt);
    }

    /** Where it leads; the port is 0 where there is no UDP. */
    public PeerAddress peer() {
        return peer;
    }

    /** Bytes of header: 20 or 40, and 8 more in UDP. */
    public int length() {
        return length;
    }

    /** Bytes of UDP header in that: 8 or 0. */
    public int udpLength() {
        return udpLength;
    }

    public boolean isIpv6() {
        return ipv6;
    }

    /** Whether a UDP checksum is still to be computed, when the packet is complete. */
    public boolean wantsChecksum() {
        return ipv6 && udpLength != 0 && udp.checksum();
    }

    /**
     * Writes the UDP header alone.
     *
     * @param payload bytes that follow it
     */
    public void writeUdp(long address, int payload) {
        Udp.write(address, udp.localPort(), peer.port(), payload + Udp.HEADER_LENGTH);
    }

    /**
     * Writes the headers.
     *
     * @param address where its first byte goes
     * @param payload bytes that follow the headers
     * @param inner the inner packet's header, whose family is the mbuf's {@link Mbuf#IPV6}
     * @param mbuf metadata of the packet: sequence number and flow hash
     */
    public void write(long address, int payload, long inner, long mbuf) {
        int mbufFlags = Mbuf.flags(mbuf);
        boolean ipv6Inside = (mbufFlags & Mbuf.IPV6) != 0;
        // IPv4: version to fragment offset; IPv6: as much, of which the first half counts.
        // Of several packets no one's: class 0, and DF as if they had it.
        long head =
                (mbufFlags & Mbuf.AGGREGATE) != 0
                        ? DF
                        : ipv6Inside ? Mem.getIntBE(inner) : Mem.getLongBE(inner);
        int innerClass = (int) (ipv6Inside ? head >>> 20 : head >>> 48) & 0xff;
        int trafficClass = trafficClasses[innerClass] & 0xff;
        if (udpLength != 0) {
            writeUdp(address + length - udpLength, payload);
        }
        if (!ipv6) {
            boolean toFragment = (mbufFlags & Mbuf.TO_FRAGMENT) != 0;
            int flags = toFragment ? 0 : (ipv6Inside ? DF : (int) head) & dfCopied | dfSet;
            int id = flags == 0 ? (int) Mbuf.sequence(mbuf) + salt & 0xffff : 0;
            writeIpv4(address, payload + length, trafficClass, id << 16 | flags);
        } else {
            long label =
                    switch (flowLabel) {
                        case COPY -> ipv6Inside ? head & LABEL : 0;
                        case ZERO -> 0;
                        case HASH -> label(Mbuf.flowHash(mbuf));
                    };
            long rest = payload + udpLength;
            long first = word0 | (long) trafficClass << 52 | label << 32 | rest << 16;
            Mem.putLongBE(address, first);
            Mem.putLongBE(address + 8, word1);
            Mem.putLongBE(address + 16, word2);
            Mem.putLongBE(address + 24, word3);
            Mem.putLongBE(address + 32, word4);
        }
    }

    private void writeIpv4(long address, int total, int tos, int idAndFlags) {
        int s = sum + total + tos + (idAndFlags >>> 16) + (idAndFlags & 0xffff);
        s = (s & 0xffff) + (s >>> 16);
        s += s >>> 16;
        long first = word0 | (long) tos << 48 | (long) total << 32 | idAndFlags & 0xffff_ffffL;
        Mem.putLongBE(address, first);
        Mem.putLongBE(address + 8, word1 | (long) (~s & 0xffff) << 32);
        Mem.putIntBE(address + 16, (int) (word2 >>> 32));
    }

    /** The label of a flow: never 0, which means none (RFC 6437 §3). */
    private long label(int flowHash) {
        int mixed = (flowHash ^ salt) * 0x9e37_79b9;
        return Math.max(1, mixed >>> 12);
    }

    private static int sum(long word) {
        return (int)
                ((word >>> 48) + (word >>> 32 & 0xffff) + (word >>> 16 & 0xffff) + (word & 0xffff));
    }
}
