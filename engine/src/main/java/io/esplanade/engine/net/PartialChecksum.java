package io.esplanade.engine.net;

import io.esplanade.engine.os.Mem;

/**
 * Checksums of TCP and UDP that the sender has left to its network card, and that no card has
 * completed: the field holds the sum of the pseudo-header, not complemented. What comes from a
 * local sender by a virtual device is so.
 */
public final class PartialChecksum {

    private static final int IPV4_FRAGMENT = 0x3fff; // more fragments, and the offset

    private PartialChecksum() {}

    /**
     * Completes a checksum, of which the packet's metadata tell.
     *
     * @param start where its sum begins, from the packet's first byte; it ends with the packet
     * @param offset where it is stored, from there
     * @return false if that is not in the packet, which is as it was
     */
    public static boolean complete(long packet, int length, int start, int offset) {
        if (start < 0 || offset < 0 || start + offset + Short.BYTES > length) {
            return false;
        }
        store(packet + start, length - start, offset);
        return true;
    }

    /**
     * Looks whether a packet's checksum is partial, where nobody tells, and completes it then: the
     * field is just the sum of the pseudo-header, and as a checksum it is wrong. The look costs a
     * sum of the addresses; a packet of which one in 65,536 is mistaken at first, another of all.
     *
     * @param ip the packet's IP header, behind which there may be padding
     * @param available bytes from there
     */
    public static void completeIfPartial(long ip, int available) {
        if (available < Ipv4.HEADER_LENGTH) {
            return;
        }
        int version = Ipv4.version(ip);
        if (version == 4) {
            if ((Mem.getShortBE(ip + 6) & IPV4_FRAGMENT) == 0) {
                int header = (Mem.getUnsignedByte(ip) & 15) << 2;
                look(
                        ip,
                        available,
                        false,
                        Mem.getUnsignedByte(ip + 9),
                        header,
                        Mem.getShortBE(ip + 2));
            }
        } else if (version == 6 && available >= Ipv6.HEADER_LENGTH) {
            // Whoever sends extension headers with TCP or UDP behind them has no card do sums.
            int length = Ipv6.totalLength(ip);
            look(ip, available, true, Ipv6.nextHeader(ip), Ipv6.HEADER_LENGTH, length);
        }
    }

    private static void look(
            long ip, int available, boolean ipv6, int protocol, int header, int length) {
        int offset =
                switch (protocol) {
                    case IpProtocol.TCP -> Tcp.CHECKSUM;
                    case IpProtocol.UDP -> Udp.CHECKSUM;
                    default -> -1;
                };
        int segment = length - header;
        if (offset < 0 || length > available || segment < offset + Short.BYTES) {
            return;
        }
        int pseudo =
                ipv6
                        ? Checksum.pseudoIpv6(ip, protocol, segment)
                        : Checksum.pseudoIpv4(ip, protocol, segment);
        long transport = ip + header;
        if (Mem.getShortBE(transport + offset) != pseudo) {
            return;
        }
        if (Checksum.add(pseudo, Checksum.sum(transport, segment)) != 0xffff) {
            store(transport, segment, offset);
        }
    }

    private static void store(long from, int length, int offset) {
        int checksum = Checksum.of(from, length);
        Mem.putShortBE(from + offset, checksum == 0 ? 0xffff : checksum); // 0 is none, for UDP
    }
}
