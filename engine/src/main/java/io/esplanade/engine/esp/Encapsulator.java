package io.esplanade.engine.esp;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.ipsec.OutboundState;
import io.esplanade.engine.ipsec.OuterHeader;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.net.IpProtocol;
import io.esplanade.engine.net.TransportHeader;
import io.esplanade.engine.os.Mem;

/**
 * Puts an IP packet into an ESP packet (RFC 4303 §3.3), in place:
 *
 * <pre>
 *  headroom | outer IP | SPI, sequence | IV | inner packet | padding | pad length, next header | ICV
 * </pre>
 *
 * In transport mode the packet's own IP header moves to where the outer one would be.
 *
 * <p>Does not do: choosing the SA, the sequence number, TTL, fragmentation.
 */
public final class Encapsulator {

    /** What makes the next eight of eight. */
    private static final long NEXT_PADDING = 0x0808_0808_0808_0808L;

    /** The most bytes that an IP header can tell of. */
    private static final int MOST = 0xffff;

    private Encapsulator() {}

    /**
     * Builds everything around the packet in {@code mbuf} and describes its encryption, under the
     * context of worker {@code worker}, in descriptor {@code slot} of {@code burst}. The mbuf's
     * sequence number has been set; afterwards it holds the outer packet, which is complete once
     * the operation has succeeded.
     *
     * @return {@link DropReason#NONE}, or why the packet cannot be encapsulated; it is unchanged
     *     then
     */
    public static DropReason prepare(
            long mbuf, OutboundState sa, int worker, CryptoBurst burst, int slot) {
        long layout = Mbuf.layout(mbuf);
        int flags = Mbuf.flags(mbuf);
        long first = Mbuf.buffer(mbuf) + Mbuf.offsetOf(layout);
        OuterHeader header = sa.outerHeader();
        int own = sa.transport() ? TransportHeader.length(first, isIpv6(flags)) : 0; // in clear
        int outer = sa.transport() ? own + header.udpLength() : header.length();

        // 1. What hides the length of the packet, which its own header still tells, and padding,
        //    which aligns payload, padding and trailer (§2.7, §2.4).
        int length = Mbuf.length(mbuf) - own;
        int hidden = Math.max(length, sa.padTo());
        int ciphertext = hidden + Esp.TRAILER + sa.alignment() - 1 & -sa.alignment();
        int head = outer + Esp.HEADER + sa.ivLength();
        int total = head + ciphertext + sa.icvLength();
        int before = Mbuf.offsetOf(layout) + own;
        int behind = Mbuf.capacity(mbuf) - before;
        if (before < head || behind < total - head || total > MOST) {
            return misfit(before < head, behind < total - head);
        }

        // 2. The trailer and the headers.
        long payload = Mem.address(first + own);
        long packet = Mem.address(payload - head);
        writeTrailer(payload, length, hidden, ciphertext, next(first, own, flags));
        if (sa.transport()) {
            moveHeader(first, packet, isIpv6(flags), own, header, total);
        } else {
            header.write(packet, total - outer, payload, mbuf);
        }
        long sequence = Mbuf.sequence(mbuf);
        long iv = writeEsp(Mem.address(packet + outer), payload, sa, sequence);

        // 3. The cryptography.
        if (sa.aead()) {
            Esp.aead(burst, slot, sa, worker, payload, ciphertext, sequence, iv);
        } else {
            Separate.describe(
                    burst, slot, Operation.ENCRYPT, sa, worker, payload, ciphertext, sequence);
        }

        Mbuf.layout(mbuf, layout - (head - own));
        Mbuf.length(mbuf, total);
        if (header.wantsChecksum()) {
            Mbuf.transport(mbuf, IpProtocol.UDP, outer - header.udpLength());
        }
        return DropReason.NONE;
    }

    private static DropReason misfit(boolean before, boolean behind) {
        if (before) {
            return DropReason.NO_HEADROOM;
        }
        return behind ? DropReason.NO_TAILROOM : DropReason.OVERSIZED;
    }

    /** The number of what is encrypted behind the {@code own} bytes that stay in clear. */
    private static int next(long first, int own, int flags) {
        return own == 0
                ? Esp.nextHeader(flags)
                : TransportHeader.nextHeader(first, isIpv6(flags), own);
    }

    private static boolean isIpv6(int flags) {
        return (flags & Mbuf.IPV6) != 0;
    }

    /** Stores of eight bytes run over into the ICV, which is written later. */
    private static void writeTrailer(
            long payload, int length, int hidden, int ciphertext, int nextHeader) {
        if (hidden != length) {
            Mem.fill(payload + length, hidden - length, 0);
        }
        int padding = ciphertext - hidden - Esp.TRAILER;
        long at = Mem.address(payload + hidden);
        Mem.putLong(at, Esp.PADDING);
        for (int i = Long.BYTES; i < padding; i += Long.BYTES) {
            Mem.putLong(at + i, Esp.PADDING + (i >> 3) * NEXT_PADDING);
        }
        Mem.putShort(Mem.address(at + padding), nextHeader << 8 | padding);
    }

    private static void moveHeader(
            long from, long to, boolean ipv6, int length, OuterHeader header, int total) {
        boolean udp = header.udpLength() != 0;
        int next = udp ? IpProtocol.UDP : IpProtocol.ESP;
        TransportHeader.move(from, to, ipv6, length, next, total);
        if (udp) {
            header.writeUdp(to + length, total - length - header.udpLength());
        }
    }

    /**
     * Writes the ESP header and the IV: for a counter mode, the sequence number, which no key sees
     * twice; for CBC, that in a block of its own, which is then encrypted.
     *
     * @return the IV, or its last half, as it is stored
     */
    private static long writeEsp(long esp, long payload, OutboundState sa, long sequence) {
        Mem.putLongBE(esp, (long) sa.spi() << 32 | sequence & 0xffff_ffffL);
        long iv = Long.reverseBytes(sequence ^ sa.ivMask());
        if (sa.ivLength() != 0) {
            if (sa.ivLength() > Long.BYTES) {
                Mem.putLong(esp + Esp.HEADER, sa.ivPrefix());
            }
            Mem.putLong(payload - Long.BYTES, iv);
        }
        return iv;
    }
}
