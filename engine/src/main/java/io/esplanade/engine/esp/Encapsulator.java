package io.esplanade.engine.esp;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.ipsec.OutboundState;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.net.IpProtocol;
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

    /** The padding bytes 1, 2, 3, 4 as one little-endian store; RFC 4303 §2.4. */
    private static final int PADDING = 0x04030201;

    /** What makes the next four of four. */
    private static final int NEXT_PADDING = 0x04040404;

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
        int ivLength = sa.ivLength();
        int icvLength = sa.icvLength();
        boolean ipv6 = Mbuf.has(mbuf, Mbuf.IPV6);
        boolean transport = sa.transport();
        int own = transport ? TransportHeader.length(Mbuf.data(mbuf), ipv6) : 0; // stays in clear
        int length = Mbuf.length(mbuf) - own;
        int outer = transport ? own : sa.outerHeader().length();

        // 1. Padding aligns payload, padding and trailer (§2.4).
        int padding = -(length + Esp.TRAILER) & (sa.alignment() - 1);
        int ciphertext = length + padding + Esp.TRAILER;
        int head = outer + Esp.HEADER + ivLength;
        if (Mbuf.offset(mbuf) + own < head) {
            return DropReason.NO_HEADROOM;
        }
        if (Mbuf.tailroom(mbuf) < padding + Esp.TRAILER + icvLength) {
            return DropReason.NO_TAILROOM;
        }
        int total = head + ciphertext + icvLength;
        if (total > 0xffff) {
            return DropReason.OVERSIZED;
        }

        // 2. The trailer.
        long inner = Mbuf.data(mbuf) + own;
        long end = inner + length;
        for (int i = 0; i < padding; i += Integer.BYTES) {
            // Up to three bytes too many: trailer and ICV, which are written later, are longer.
            Mem.putInt(end + i, PADDING + (i >> 2) * NEXT_PADDING);
        }
        Mem.putByte(end + padding, padding);
        Mem.putByte(
                end + padding + 1,
                transport
                        ? TransportHeader.nextHeader(inner - own, ipv6, own)
                        : ipv6 ? Esp.NEXT_HEADER_IPV6 : Esp.NEXT_HEADER_IPV4);

        // 3. The outer header, the ESP header, and the IV: for a counter mode, the sequence number,
        //    which no key sees twice; for CBC, that in a block of its own, which is then encrypted.
        long sequence = Mbuf.sequence(mbuf);
        long packet = inner - head;
        if (transport) {
            TransportHeader.move(inner - own, packet, ipv6, own, IpProtocol.ESP, total);
        } else {
            sa.outerHeader().write(packet, total - outer, inner, mbuf);
        }
        long esp = packet + outer;
        Mem.putIntBE(esp, sa.spi());
        Mem.putIntBE(esp + 4, (int) sequence);
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

        Mbuf.push(mbuf, head - own);
        Mbuf.length(mbuf, total);
        return DropReason.NONE;
    }
}
