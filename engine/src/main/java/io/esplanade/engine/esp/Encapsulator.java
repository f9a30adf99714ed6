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
        long extent = Mbuf.extent(mbuf);
        int offset = Mbuf.offsetOf(layout);
        int ivLength = sa.ivLength();
        int flags = Mbuf.flags(mbuf);
        boolean ipv6 = (flags & Mbuf.IPV6) != 0;
        boolean transport = sa.transport();
        long first = Mbuf.buffer(mbuf) + offset;
        int own = transport ? TransportHeader.length(first, ipv6) : 0; // stays in clear
        int length = Mbuf.lengthOf(extent) - own;
        OuterHeader header = sa.outerHeader();
        int outer = transport ? own + header.udpLength() : header.length();

        // 1. Padding aligns payload, padding and trailer (§2.4); before it goes what hides the
        //    length of the packet, which its own header still tells (§2.7).
        int hiding = Math.max(0, sa.padTo() - length);
        int padding = -(length + hiding + Esp.TRAILER) & (sa.alignment() - 1);
        int ciphertext = length + hiding + padding + Esp.TRAILER;
        int head = outer + Esp.HEADER + ivLength;
        if (offset + own < head) {
            return DropReason.NO_HEADROOM;
        }
        int tail = hiding + padding + Esp.TRAILER + sa.icvLength();
        if (Mbuf.capacityOf(extent) - offset - own - length < tail) {
            return DropReason.NO_TAILROOM;
        }
        int total = head + length + tail;
        if (total > 0xffff) {
            return DropReason.OVERSIZED;
        }

        // 2. The trailer. Stores of eight bytes run over into the ICV, which is written later.
        long inner = first + own;
        long end = inner + length + hiding;
        if (hiding != 0) {
            Mem.fill(inner + length, hiding, 0);
        }
        for (int i = 0; i < padding; i += Long.BYTES) {
            Mem.putLong(end + i, Esp.PADDING + (i >> 3) * NEXT_PADDING);
        }
        int nextHeader =
                transport ? TransportHeader.nextHeader(first, ipv6, own) : Esp.nextHeader(flags);
        Mem.putShort(end + padding, nextHeader << 8 | padding);

        // 3. The outer header, the ESP header, and the IV: for a counter mode, the sequence number,
        //    which no key sees twice; for CBC, that in a block of its own, which is then encrypted.
        long sequence = Mbuf.sequence(mbuf);
        long packet = inner - head;
        if (transport) {
            boolean udp = header.udpLength() != 0;
            int next = udp ? IpProtocol.UDP : IpProtocol.ESP;
            TransportHeader.move(first, packet, ipv6, own, next, total);
            if (udp) {
                header.writeUdp(packet + own, total - outer);
            }
        } else {
            header.write(packet, total - outer, inner, mbuf);
        }
        long esp = packet + outer;
        Mem.putLongBE(esp, (long) sa.spi() << 32 | sequence & 0xffff_ffffL);
        long iv = Long.reverseBytes(sequence ^ sa.ivMask());
        if (ivLength != 0) {
            if (ivLength > Long.BYTES) {
                Mem.putLong(esp + Esp.HEADER, sa.ivPrefix());
            }
            Mem.putLong(inner - Long.BYTES, iv);
        }

        // 4. The cryptography.
        if (sa.aead()) {
            Esp.aead(burst, slot, Operation.ENCRYPT, sa, worker, inner, ciphertext, sequence, iv);
        } else {
            Separate.describe(
                    burst, slot, Operation.ENCRYPT, sa, worker, inner, ciphertext, sequence);
        }

        Mbuf.layout(mbuf, layout - (head - own));
        Mbuf.length(mbuf, total);
        if (header.wantsChecksum()) {
            Mbuf.transport(mbuf, IpProtocol.UDP, outer - header.udpLength());
        }
        return DropReason.NONE;
    }
}
