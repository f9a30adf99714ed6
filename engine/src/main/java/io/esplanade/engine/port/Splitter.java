package io.esplanade.engine.port;

import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.net.Checksum;
import io.esplanade.engine.net.IpProtocol;
import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.net.Ipv6;
import io.esplanade.engine.net.Tcp;
import io.esplanade.engine.net.Transport;
import io.esplanade.engine.net.Udp;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Padded;

/**
 * Makes packets of a super-packet: what a network card does that has segmentation offload. Each
 * gets the headers, with its own length, ID, sequence number, flags and checksum, and its share of
 * the payload. A packet with a partial checksum and nothing to split is completed.
 *
 * <p>One thread; one super-packet at a time, which stays where it is until it has been split.
 */
public final class Splitter extends Padded {

    private static final int SEQUENCE = 4; // in a TCP header
    private static final int FLAGS = 13;
    private static final int FIN_AND_PSH = 0x09;
    private static final int CWR = 0x80;

    private int link; // bytes of header before the IP header
    private long packet; // the IP header
    private int length; // bytes from there
    private int type;
    private boolean partial;
    private int start; // of the transport header
    private int offset; // of the checksum in it
    private int headers; // bytes of them
    private int size; // bytes of payload in a segment
    private int done; // bytes of payload
    private boolean left;

    /**
     * Begins with a packet; the one before is forgotten.
     *
     * @param vnet its {@link VnetHeader}
     * @param address its first byte
     * @param linkHeader how many bytes stand before its IP header, which each packet gets too
     * @return false if it is not what the header says, and cannot be split
     */
    public boolean begin(long vnet, long address, int bytes, int linkHeader) {
        link = linkHeader;
        packet = address + linkHeader;
        length = bytes - linkHeader;
        type = VnetHeader.type(vnet);
        partial = VnetHeader.isPartial(vnet);
        start = VnetHeader.checksumStart(vnet) - linkHeader;
        offset = VnetHeader.checksumOffset(vnet);
        size = VnetHeader.segmentSize(vnet);
        done = 0;
        left = type == VnetHeader.NONE ? isSound() : isSoundSuperPacket();
        return left;
    }

    private boolean isSound() {
        return length > 0 && (!partial || start >= 0 && start + offset + Short.BYTES <= length);
    }

    private boolean isSoundSuperPacket() {
        boolean udp = type == VnetHeader.UDP;
        int fixed = udp ? Udp.HEADER_LENGTH : Tcp.HEADER_LENGTH;
        if (!udp && type != VnetHeader.TCP_IPV4 && type != VnetHeader.TCP_IPV6
                || size == 0
                || start < Ipv4.HEADER_LENGTH
                || start + fixed > length) {
            return false;
        }
        int version = Ipv4.version(packet);
        headers = start + (udp ? fixed : Tcp.headerLength(packet + start));
        return headers >= start + fixed
                && headers < length
                && (version == 4 && Ipv4.headerLength(packet) == start
                        || version == 6 && start >= Ipv6.HEADER_LENGTH);
    }

    /** Whether there is more to be taken. */
    public boolean hasNext() {
        return left;
    }

    /** The next packet, or {@link Mbuf#NULL} if there is no mbuf: then the same again, later. */
    public long next(MbufFiller filler) {
        return type == VnetHeader.NONE ? whole(filler) : segment(filler);
    }

    private long whole(MbufFiller filler) {
        long mbuf = filler.fill(packet - link, link + length, 0);
        if (mbuf == Mbuf.NULL) {
            return mbuf;
        }
        if (partial && Mbuf.length(mbuf) == link + length) {
            complete(Mbuf.data(mbuf) + link + start, length - start);
        }
        left = false;
        return mbuf;
    }

    /** The field holds the sum of the pseudo-header. */
    private void complete(long transport, int bytes) {
        int checksum = Checksum.of(transport, bytes);
        boolean none = checksum == 0 && offset == Udp.CHECKSUM;
        Mem.putShortBE(transport + offset, none ? 0xffff : checksum);
    }

    private long segment(MbufFiller filler) {
        int payload = Math.min(size, length - headers - done);
        int bytes = Math.min(headers + payload, filler.longest() - link);
        long mbuf = filler.empty(link + bytes);
        if (mbuf == Mbuf.NULL) {
            return mbuf;
        }
        long ip = Mbuf.data(mbuf) + link;
        Mem.copy(packet - link, ip - link, link + Math.min(headers, bytes));
        Mem.copy(packet + headers + done, ip + headers, bytes - headers);
        boolean last = headers + done + payload == length;
        if (bytes == headers + payload) {
            writeHeaders(ip, bytes, last);
        } // else it was cut, and is shorter than its header says
        done += payload;
        left = !last;
        return mbuf;
    }

    private void writeHeaders(long ip, int bytes, boolean last) {
        boolean ipv6 = Ipv4.version(ip) == 6;
        if (ipv6) {
            Ipv6.payloadLength(ip, bytes - Ipv6.HEADER_LENGTH);
        } else {
            Ipv4.totalLength(ip, bytes);
            Mem.putShortBE(ip + 4, Ipv4.id(ip) + done / size);
            Ipv4.updateChecksum(ip);
        }
        long transport = ip + start;
        if (type == VnetHeader.UDP) {
            Mem.putShortBE(transport + 4, bytes - start);
            Transport.recomputeChecksum(ip, ipv6, IpProtocol.UDP, start, bytes);
            return;
        }
        Mem.putIntBE(transport + SEQUENCE, Mem.getIntBE(transport + SEQUENCE) + done);
        int flags = Mem.getUnsignedByte(transport + FLAGS);
        flags &= last ? ~0 : ~FIN_AND_PSH; // those are about the end of all
        flags &= done == 0 ? ~0 : ~CWR; // and this is said once (RFC 3168 §6.1.2)
        Mem.putByte(transport + FLAGS, flags);
        Transport.recomputeChecksum(ip, ipv6, IpProtocol.TCP, start, bytes);
    }
}
