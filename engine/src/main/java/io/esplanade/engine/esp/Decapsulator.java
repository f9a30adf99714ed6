package io.esplanade.engine.esp;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.ipsec.InboundState;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.net.Ecn;
import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.net.TransportHeader;
import io.esplanade.engine.net.Udp;
import io.esplanade.engine.os.Mem;

/**
 * Takes an IP packet out of an ESP packet (RFC 4303 §3.4), in place.
 *
 * <p>Does not do: finding the SA, inferring the sequence number, replay, the selector check.
 */
public final class Decapsulator {

    private Decapsulator() {}

    /**
     * Describes the decryption of the packet in {@code mbuf}, under the context of worker {@code
     * worker}, in descriptor {@code slot} of {@code burst}. The mbuf holds the outer packet, its L4
     * offset is that of the ESP header, and its sequence number is the inferred one. Lengths are
     * checked before any byte is read.
     *
     * @return {@link DropReason#NONE}, or why the packet cannot be decapsulated; it is unchanged
     */
    public static DropReason prepare(
            long mbuf, InboundState sa, int worker, CryptoBurst burst, int slot) {
        long layout = Mbuf.layout(mbuf);
        int head = Mbuf.l4OffsetOf(layout) + Esp.HEADER + sa.ivLength();
        int ciphertext = Mbuf.length(mbuf) - head - sa.icvLength();
        if (ciphertext < Esp.TRAILER) {
            return DropReason.ESP_RUNT;
        }
        if ((ciphertext & (sa.alignment() - 1)) != 0) {
            return DropReason.ESP_ALIGNMENT;
        }
        long payload = Mbuf.buffer(mbuf) + Mbuf.offsetOf(layout) + head;
        long sequence = Mbuf.sequence(mbuf);
        if (sa.aead()) {
            // RFC 8750 §4: without an IV in the packet it is the sequence number.
            long iv =
                    sa.ivLength() != 0
                            ? Mem.getLong(payload - Long.BYTES)
                            : Long.reverseBytes(sequence);
            Esp.aead(burst, slot, sa, worker, payload, ciphertext, sequence, iv);
        } else {
            Separate.describe(
                    burst, slot, Operation.DECRYPT, sa, worker, payload, ciphertext, sequence);
        }
        return DropReason.NONE;
    }

    /**
     * Removes header, IV, trailer and ICV once the ICV has verified and the replay window has
     * accepted the packet; afterwards the mbuf holds what the payload's next header says: an IPv4
     * or IPv6 packet whose own headers are yet to be checked, or in transport mode the packet with
     * its own IP header.
     *
     * @return {@link DropReason#NONE}, or why there is no packet inside
     */
    public static DropReason finish(long mbuf, InboundState sa) {
        long layout = Mbuf.layout(mbuf);
        int head = Mbuf.l4OffsetOf(layout) + Esp.HEADER + sa.ivLength();
        int ciphertext = Mbuf.length(mbuf) - head - sa.icvLength();
        long packet = Mbuf.buffer(mbuf) + Mbuf.offsetOf(layout);
        long payload = packet + head;
        long trailer = payload + ciphertext - Esp.TRAILER;
        int lengthAndNext = Mem.getShort(trailer);
        int nextHeader = lengthAndNext >>> 8;
        if (nextHeader == Esp.NEXT_HEADER_DUMMY) {
            return DropReason.DUMMY; // RFC 4303 §2.6; its padding is not looked at
        }
        int padding = lengthAndNext & 0xff;
        int inner = ciphertext - Esp.TRAILER - padding;
        if (inner < 0 || !paddingIsSound(trailer, padding)) {
            return DropReason.BAD_PADDING;
        }
        if (sa.transport()) {
            closeGap(mbuf, sa, head, nextHeader, inner);
            return DropReason.NONE;
        }
        // What the port knew was about the outer packet.
        int flags = Mbuf.flags(mbuf) & ~(Mbuf.IPV6 | Mbuf.CSUM_VERIFIED | Mbuf.CSUM_PARTIAL);
        if (nextHeader == Esp.NEXT_HEADER_IPV6) {
            flags |= Mbuf.IPV6;
        } else if (nextHeader == Esp.NEXT_HEADER_AGGREGATE && sa.partial() != null) {
            Mbuf.layout(mbuf, layout + head);
            Mbuf.length(mbuf, inner);
            Mbuf.flags(mbuf, flags | Mbuf.AGGREGATE);
            return DropReason.NONE;
        } else if (nextHeader != Esp.NEXT_HEADER_IPV4) {
            return DropReason.UNSUPPORTED_PAYLOAD;
        }
        int ecn = Ecn.trafficClass(packet) & Ecn.CE;
        if (ecn != Ecn.NOT_ECT && inner >= Ipv4.HEADER_LENGTH) {
            if (!Ecn.carryIn(payload, nextHeader == Esp.NEXT_HEADER_IPV6, ecn)) {
                return DropReason.CONGESTION;
            }
        }
        Mbuf.layout(mbuf, layout + head);
        Mbuf.length(mbuf, inner);
        Mbuf.flags(mbuf, flags);
        return DropReason.NONE;
    }

    /** Transport mode: the IP header moves up to what it now is followed by. */
    private static void closeGap(long mbuf, InboundState sa, int head, int nextHeader, int inner) {
        int own = Mbuf.l4Offset(mbuf) - (sa.encapsulated() ? Udp.HEADER_LENGTH : 0);
        long ip = Mbuf.data(mbuf);
        int gap = head - own;
        boolean ipv6 = Mbuf.has(mbuf, Mbuf.IPV6);
        TransportHeader.move(ip, ip + gap, ipv6, own, nextHeader, own + inner);
        Mbuf.pull(mbuf, gap);
        Mbuf.length(mbuf, own + inner);
        Mbuf.flags(mbuf, Mbuf.flags(mbuf) & ~(Mbuf.CSUM_VERIFIED | Mbuf.CSUM_PARTIAL));
    }

    /**
     * RFC 4303 §2.4: the receiver should check that padding is 1, 2, 3, … Eight bytes can be read
     * where there are fewer: the ESP header is before them.
     */
    private static boolean paddingIsSound(long end, int length) {
        if (length == 0) {
            return true;
        }
        if (length <= Long.BYTES) {
            int others = Long.SIZE - length * Byte.SIZE; // bits that are not padding
            return (Mem.getLong(end - Long.BYTES) ^ Esp.PADDING << others) >>> others == 0;
        }
        for (int i = 0; i < length; i++) {
            if (Mem.getUnsignedByte(end - length + i) != i + 1) {
                return false;
            }
        }
        return true;
    }
}
