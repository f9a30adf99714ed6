package io.esplanade.engine.ah;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.ipsec.AssociationState;
import io.esplanade.engine.ipsec.InboundState;
import io.esplanade.engine.ipsec.OutboundState;
import io.esplanade.engine.ipsec.OuterHeader;
import io.esplanade.engine.ipsec.Overhead;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.net.Ecn;
import io.esplanade.engine.net.IpProtocol;
import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.net.TransportHeader;
import io.esplanade.engine.os.Mem;

/**
 * Puts the Authentication Header before what it protects, and takes it off (RFC 4302 §2):
 *
 * <pre>
 *  IP headers | next header, length, 0 | SPI | sequence | ICV | padding | packet or payload
 * </pre>
 *
 * <p>The ICV covers the IP headers too, but what may change in them counts as zero. It is zeroed
 * where it lies while the ICV is computed; the headers as they are wait in the headroom before the
 * packet, with the ICV received before them.
 */
public final class AuthenticationHeader {

    /** Bytes before the ICV. */
    private static final int FIXED = 12;

    /** Room for any ICV received. */
    private static final int ICV_ROOM = 64;

    /** Bytes of ESN's high half, which a provider may put behind the packet for a while. */
    private static final int UNSENT = 4;

    private AuthenticationHeader() {}

    /**
     * Builds the packet and describes the computation of its ICV, as the encapsulator of ESP does.
     * {@link #complete} is to follow when that has succeeded.
     *
     * @return {@link DropReason#NONE}, or why it cannot be; the packet is unchanged then
     */
    public static DropReason prepare(
            long mbuf, OutboundState sa, int worker, CryptoBurst burst, int slot) {
        boolean ipv6 = Mbuf.has(mbuf, Mbuf.IPV6);
        boolean transport = sa.transport();
        OuterHeader header = sa.outerHeader();
        int own = transport ? TransportHeader.length(Mbuf.data(mbuf), ipv6) : 0;
        int before = transport ? own : header.length();
        boolean outerIpv6 = transport ? ipv6 : header.isIpv6();
        int ah = Overhead.ahLength(!outerIpv6, sa.icvLength());
        int total = before + ah + Mbuf.length(mbuf) - own;
        if (Mbuf.offset(mbuf) + own < 2 * before + ah) {
            return DropReason.NO_HEADROOM;
        }
        if (total > 0xffff) {
            return DropReason.OVERSIZED;
        }
        if (Mbuf.tailroom(mbuf) < UNSENT) {
            return DropReason.NO_TAILROOM;
        }

        // 1. IP headers.
        long payload = Mbuf.data(mbuf) + own;
        long packet = payload - ah - before;
        int next = IpProtocol.IPV4;
        if (transport) {
            next = TransportHeader.nextHeader(payload - own, ipv6, own);
            TransportHeader.move(payload - own, packet, ipv6, own, IpProtocol.AH, total);
        } else {
            next = ipv6 ? IpProtocol.IPV6 : IpProtocol.IPV4;
            header.write(packet, total - before, payload, mbuf);
        }

        // 2. AH, with an ICV of zeros.
        long at = packet + before;
        Mem.fill(at, ah, 0);
        Mem.putByte(at, next);
        Mem.putByte(at + 1, ah / Integer.BYTES - 2);
        Mem.putIntBE(at + 4, sa.spi());
        Mem.putIntBE(at + 8, (int) Mbuf.sequence(mbuf));

        // 3. The ICV covers them as they will arrive, but for what may change.
        Mem.copy(packet, packet - before, before);
        MutableFields.zero(packet, outerIpv6, before);
        describe(burst, slot, sa, worker, mbuf, packet, total, at + FIXED);
        Mbuf.push(mbuf, before + ah - own);
        Mbuf.transport(mbuf, IpProtocol.AH, before);
        return DropReason.NONE;
    }

    /** After a computation that succeeded: the IP headers are as they were. */
    public static void complete(long mbuf) {
        int before = Mbuf.l4Offset(mbuf);
        long packet = Mbuf.data(mbuf);
        Mem.copy(packet - before, packet, before);
    }

    /**
     * Describes the check of the packet's ICV; its L4 offset is that of AH.
     *
     * @return {@link DropReason#NONE}, or why it cannot be; the packet is unchanged then
     */
    public static DropReason prepare(
            long mbuf, InboundState sa, int worker, CryptoBurst burst, int slot) {
        int before = Mbuf.l4Offset(mbuf);
        long packet = Mbuf.data(mbuf);
        int total = Mbuf.length(mbuf);
        boolean ipv6 = Mbuf.has(mbuf, Mbuf.IPV6);
        if (total < before + FIXED + sa.icvLength()) {
            return DropReason.AH_RUNT;
        }
        long at = packet + before;
        int ah = received(at);
        boolean aligned = !ipv6 || ah % 8 == 0;
        if (ah < FIXED + sa.icvLength() || before + ah > total || !aligned) {
            return DropReason.AH_RUNT;
        }
        if (Mbuf.offset(mbuf) < before + ICV_ROOM) {
            return DropReason.NO_HEADROOM;
        }
        if (Mbuf.tailroom(mbuf) < UNSENT) {
            return DropReason.NO_TAILROOM;
        }
        Mem.copy(packet, packet - before, before);
        MutableFields.zero(packet, ipv6, before);
        long icv = packet - before - ICV_ROOM;
        Mem.copy(at + FIXED, icv, sa.icvLength());
        Mem.fill(at + FIXED, sa.icvLength(), 0);
        describe(burst, slot, sa, worker, mbuf, packet, total, icv);
        return DropReason.NONE;
    }

    /**
     * Takes AH off when the ICV has verified and the replay window has accepted the packet;
     * afterwards the mbuf holds the packet inside, or in transport mode the packet without AH.
     *
     * @return {@link DropReason#NONE}, or why there is no packet inside
     */
    public static DropReason finish(long mbuf, InboundState sa) {
        complete(mbuf);
        int before = Mbuf.l4Offset(mbuf);
        long packet = Mbuf.data(mbuf);
        long at = packet + before;
        int ah = received(at);
        int next = Mem.getUnsignedByte(at);
        int inner = Mbuf.length(mbuf) - before - ah;
        // What the port knew was about the outer packet.
        int flags = Mbuf.flags(mbuf) & ~(Mbuf.CSUM_VERIFIED | Mbuf.CSUM_PARTIAL);
        if (sa.transport()) {
            boolean ipv6 = Mbuf.has(mbuf, Mbuf.IPV6);
            TransportHeader.move(packet, packet + ah, ipv6, before, next, before + inner);
            Mbuf.pull(mbuf, ah);
            Mbuf.flags(mbuf, flags);
            return DropReason.NONE;
        }
        if (next != IpProtocol.IPV4 && next != IpProtocol.IPV6) {
            return DropReason.UNSUPPORTED_PAYLOAD;
        }
        boolean ipv6Inside = next == IpProtocol.IPV6;
        int ecn = Ecn.trafficClass(packet) & Ecn.CE;
        if (ecn != Ecn.NOT_ECT
                && inner >= Ipv4.HEADER_LENGTH
                && !Ecn.carryIn(at + ah, ipv6Inside, ecn)) {
            return DropReason.CONGESTION;
        }
        Mbuf.pull(mbuf, before + ah);
        Mbuf.flags(mbuf, ipv6Inside ? flags | Mbuf.IPV6 : flags & ~Mbuf.IPV6);
        return DropReason.NONE;
    }

    /** Bytes of the header at {@code at}, as it says (§2.2). */
    private static int received(long at) {
        return (Mem.getUnsignedByte(at + 1) + 2) * Integer.BYTES;
    }

    private static void describe(
            CryptoBurst burst,
            int slot,
            AssociationState sa,
            int worker,
            long mbuf,
            long packet,
            int total,
            long icv) {
        long d = burst.describe(slot, sa.form(), sa.context(worker), packet, 0);
        int high = Integer.reverseBytes((int) (Mbuf.sequence(mbuf) >>> 32)); // §2.5.1
        CryptoBurst.authenticated(
                d, packet, total, icv, sa.esn() ? high : 0, sa.esn() ? UNSENT : 0);
    }
}
