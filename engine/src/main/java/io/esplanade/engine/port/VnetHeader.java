package io.esplanade.engine.port;

import static io.esplanade.ffi.linux.linux.VIRTIO_NET_HDR_F_NEEDS_CSUM;
import static io.esplanade.ffi.linux.linux.VIRTIO_NET_HDR_GSO_ECN;
import static io.esplanade.ffi.linux.linux.VIRTIO_NET_HDR_GSO_NONE;
import static io.esplanade.ffi.linux.linux.VIRTIO_NET_HDR_GSO_TCPV4;
import static io.esplanade.ffi.linux.linux.VIRTIO_NET_HDR_GSO_TCPV6;

import io.esplanade.engine.os.Mem;
import io.esplanade.ffi.linux.virtio_net_hdr;

/**
 * The header with which the kernel gives and takes super-packets, {@code struct virtio_net_hdr}, at
 * an absolute address: how a packet is to be split, and which checksum is still to be computed.
 */
public final class VnetHeader {

    /** Bytes of header. */
    public static final int LENGTH = (int) virtio_net_hdr.sizeof();

    /** An ordinary packet. */
    public static final int NONE = VIRTIO_NET_HDR_GSO_NONE();

    /** TCP segments over IPv4. */
    public static final int TCP_IPV4 = VIRTIO_NET_HDR_GSO_TCPV4();

    /** TCP segments over IPv6. */
    public static final int TCP_IPV6 = VIRTIO_NET_HDR_GSO_TCPV6();

    /** UDP datagrams, each with a header of its own; Linux 6.2 and newer. */
    public static final int UDP = 5;

    private static final long FLAGS = virtio_net_hdr.flags$offset();
    private static final long TYPE = virtio_net_hdr.gso_type$offset();
    private static final long HEADER_LENGTH = virtio_net_hdr.hdr_len$offset();
    private static final long SIZE = virtio_net_hdr.gso_size$offset();
    private static final long CHECKSUM_START = virtio_net_hdr.csum_start$offset();
    private static final long CHECKSUM_OFFSET = virtio_net_hdr.csum_offset$offset();

    private VnetHeader() {}

    /** What kind of super-packet follows: {@link #NONE}, {@link #TCP_IPV4} and so on. */
    public static int type(long address) {
        return Mem.getUnsignedByte(address + TYPE) & ~VIRTIO_NET_HDR_GSO_ECN();
    }

    /** Bytes of payload in each segment, but for the last. */
    public static int segmentSize(long address) {
        return Mem.getShort(address + SIZE);
    }

    /** Whether a checksum holds the sum of the pseudo-header alone. */
    public static boolean isPartial(long address) {
        return (Mem.getUnsignedByte(address + FLAGS) & VIRTIO_NET_HDR_F_NEEDS_CSUM()) != 0;
    }

    /** Where in the packet the sum begins: at the transport header. */
    public static int checksumStart(long address) {
        return Mem.getShort(address + CHECKSUM_START);
    }

    /** Where the checksum goes, from there. */
    public static int checksumOffset(long address) {
        return Mem.getShort(address + CHECKSUM_OFFSET);
    }

    /** Writes that of an ordinary packet, whose checksums are complete. */
    public static void writeOrdinary(long address) {
        Mem.putLong(address, 0);
        Mem.putShort(address + Long.BYTES, 0);
    }

    /**
     * Writes that of a super-packet, whose checksum is partial.
     *
     * @param headers bytes of all headers
     * @param transport where the transport header begins
     * @param checksum where in it the checksum is
     */
    public static void write(
            long address, int type, int headers, int segmentSize, int transport, int checksum) {
        Mem.putByte(address + FLAGS, VIRTIO_NET_HDR_F_NEEDS_CSUM());
        Mem.putByte(address + TYPE, type);
        Mem.putShort(address + HEADER_LENGTH, headers);
        Mem.putShort(address + SIZE, segmentSize);
        Mem.putShort(address + CHECKSUM_START, transport);
        Mem.putShort(address + CHECKSUM_OFFSET, checksum);
    }
}
