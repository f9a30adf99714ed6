package io.esplanade.engine.net;

import io.esplanade.engine.os.Mem;

/**
 * The Internet checksum (RFC 1071): 16-bit one's complement sums, as numbers in network order. A
 * <em>sum</em> is not yet complemented; a <em>checksum</em> is, and is what stands in a header.
 */
public final class Checksum {

    private static final long INT = 0xffff_ffffL;

    /** Of 2⁶⁴ - 1 by 0xffff; so {@code -QUOTIENT} is the inverse of 0xffff by 2⁶⁴. */
    private static final long QUOTIENT = 0x0001_0001_0001_0001L;

    private Checksum() {}

    /** The sum of {@code length} bytes; an odd last byte counts as if a zero followed. */
    public static int sum(long address, int length) {
        // Adding up in either byte order comes to the same, swapped (RFC 1071 §2 (B)).
        long sum = 0;
        long at = address;
        long end = address + length;
        if (length >= 64) {
            // Sums side by side do not wait for each other.
            long second = 0;
            long third = 0;
            long fourth = 0;
            for (; at + 32 <= end; at += 32) {
                sum += halves(Mem.getLong(at));
                second += halves(Mem.getLong(at + 8));
                third += halves(Mem.getLong(at + 16));
                fourth += halves(Mem.getLong(at + 24));
            }
            sum += second + third + fourth;
        }
        for (; at + 8 <= end; at += 8) {
            sum += halves(Mem.getLong(at));
        }
        if (at + 4 <= end) {
            sum += Mem.getInt(at) & INT;
            at += 4;
        }
        if (at + 2 <= end) {
            sum += Mem.getShort(at);
            at += 2;
        }
        if (at < end) {
            sum += Mem.getUnsignedByte(at);
        }
        return Short.toUnsignedInt(Short.reverseBytes((short) fold(sum)));
    }

    private static long halves(long word) {
        return (word & INT) + (word >>> 32);
    }

    /**
     * Whether 20 bytes, not all of them 0, sum up to nothing, read in either byte order as two
     * longs and an int: whether 0xffff divides their sum, to which folding comes down. Multiplied
     * by the divisor's inverse, what it divides becomes its quotient, and all else more than any
     * quotient (Warren, Hacker's Delight, §10-17).
     */
    public static boolean isRight(long first, long second, int third) {
        long sum =
                (first & INT)
                        + (first >>> 32)
                        + (second & INT)
                        + (second >>> 32)
                        + Integer.toUnsignedLong(third);
        return Long.compareUnsigned(sum * -QUOTIENT, QUOTIENT) <= 0;
    }

    /** Two sums together; the bytes of both must have begun at even offsets. */
    public static int add(int sumA, int sumB) {
        int sum = sumA + sumB;
        return (sum & 0xffff) + (sum >>> 16);
    }

    /** The checksum that a header gets for a sum, and back. */
    public static int complement(int sum) {
        return ~sum & 0xffff;
    }

    /** The checksum of {@code length} bytes; 0 if a right checksum is among them. */
    public static int of(long address, int length) {
        return complement(sum(address, length));
    }

    /** The checksum after one of the 16-bit words changed (RFC 1624, equation 3). */
    public static int update(int checksum, int oldWord, int newWord) {
        return complement(add(add(complement(checksum), complement(oldWord)), newWord));
    }

    /**
     * The sum of IPv4's pseudo-header (RFC 9293 §3.1).
     *
     * @param ip address of the IPv4 header
     * @param length bytes of transport header and data
     */
    public static int pseudoIpv4(long ip, int protocol, int length) {
        return add(sum(ip + Ipv4.SOURCE, 8), add(protocol, length));
    }

    /**
     * The sum of IPv6's pseudo-header (RFC 8200 §8.1); the destination is that of the header, so
     * not for packets that have yet to pass a routing header.
     *
     * @param ip address of the IPv6 header
     * @param length bytes of transport header and data
     */
    public static int pseudoIpv6(long ip, int protocol, int length) {
        int lengthSum = add(length >>> 16, length & 0xffff);
        return add(sum(ip + Ipv6.SOURCE, 32), add(protocol, lengthSum));
    }

    private static long fold(long sum) {
        long s = (sum & INT) + (sum >>> 32);
        s = (s & INT) + (s >>> 32);
        s = (s & 0xffff) + (s >>> 16);
        return (s & 0xffff) + (s >>> 16);
    }
}
