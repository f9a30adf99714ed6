package io.esplanade.engine.net;

import io.esplanade.engine.os.Mem;

/** A UDP header (RFC 768) at an absolute address; its ports are {@link Transport}'s. */
public final class Udp {

    public static final int HEADER_LENGTH = 8;

    /** Where the checksum is, from the header's first byte. */
    public static final int CHECKSUM = 6;

    private Udp() {}

    public static int sourcePort(long address) {
        return Mem.getShortBE(address);
    }

    /** Bytes of header and data. */
    public static int length(long address) {
        return Mem.getShortBE(address + 4);
    }

    /** Writes the header of a datagram of {@code length} bytes, with no checksum. */
    public static void write(long address, int sourcePort, int destinationPort, int length) {
        Mem.putLongBE(
                address,
                (long) sourcePort << 48 | (long) destinationPort << 32 | (long) length << 16);
    }

    /**
     * Computes the checksum of a datagram over IPv6.
     *
     * @param ip the IPv6 header
     */
    public static void computeChecksumIpv6(long ip, long address) {
        int length = length(address);
        Mem.putShortBE(address + CHECKSUM, 0);
        int sum = Checksum.pseudoIpv6(ip, IpProtocol.UDP, length);
        int checksum = Checksum.complement(Checksum.add(sum, Checksum.sum(address, length)));
        Mem.putShortBE(address + CHECKSUM, checksum == 0 ? 0xffff : checksum); // 0 means none
    }

    /** The checksum; 0 for none. */
    public static int checksum(long address) {
        return Mem.getShortBE(address + CHECKSUM);
    }
}
