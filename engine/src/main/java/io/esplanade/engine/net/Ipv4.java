package io.esplanade.engine.net;

import io.esplanade.engine.os.Mem;

/** An IPv4 header (RFC 791) at an absolute address. Only {@link #valid} looks before it reads. */
public final class Ipv4 {

    /** Bytes of a header without options. */
    public static final int HEADER_LENGTH = 20;

    /** The low half of the 128-bit form of an address, {@code ::ffff:a.b.c.d}, less the address. */
    public static final long MAPPED = 0xffff_0000_0000L;

    static final int SOURCE = 12;
    private static final int DESTINATION = 16;
    private static final int TTL = 8;
    private static final int CHECKSUM = 10;

    private static final int DF = 0x4000;
    private static final int MF = 0x2000;
    private static final int OFFSET_MASK = 0x1fff;

    private Ipv4() {}

    /** The version in an IP header of either family. */
    public static int version(long address) {
        return Mem.getUnsignedByte(address) >>> 4;
    }

    /**
     * Whether {@code available} bytes hold a header whose version and lengths are right, and all of
     * the packet. The checksum is another question.
     */
    public static boolean valid(long address, int available) {
        if (available < HEADER_LENGTH || version(address) != 4) {
            return false;
        }
        int header = headerLength(address);
        int total = totalLength(address);
        return header >= HEADER_LENGTH && header <= total && total <= available;
    }

    /** Bytes of header, options included. */
    public static int headerLength(long address) {
        return (Mem.getUnsignedByte(address) & 15) << 2;
    }

    /** DSCP and ECN. */
    public static int tos(long address) {
        return Mem.getUnsignedByte(address + 1);
    }

    /** Sets DSCP and ECN and corrects the checksum for it: a wrong checksum stays wrong. */
    public static void tos(long address, int tos) {
        int old = Mem.getShortBE(address);
        Mem.putByte(address + 1, tos);
        int checksum = Checksum.update(checksum(address), old, old & 0xff00 | tos);
        Mem.putShortBE(address + CHECKSUM, checksum);
    }

    /** Bytes of packet. */
    public static int totalLength(long address) {
        return Mem.getShortBE(address + 2);
    }

    /** Stores another total length; the checksum is wrong then. */
    public static void totalLength(long address, int bytes) {
        Mem.putShortBE(address + 2, bytes);
    }

    public static int id(long address) {
        return Mem.getShortBE(address + 4);
    }

    public static boolean dontFragment(long address) {
        return (Mem.getShortBE(address + 6) & DF) != 0;
    }

    public static boolean moreFragments(long address) {
        return (Mem.getShortBE(address + 6) & MF) != 0;
    }

    /** Where in the original packet this fragment's data belongs, in bytes. */
    public static int fragmentOffset(long address) {
        return (Mem.getShortBE(address + 6) & OFFSET_MASK) << 3;
    }

    /**
     * Makes it a fragment, with DF clear; the checksum is wrong then.
     *
     * @param offset where its data belongs, a multiple of 8 bytes
     * @param more whether others follow
     */
    public static void fragment(long address, int offset, boolean more) {
        Mem.putShortBE(address + 6, offset >>> 3 | (more ? MF : 0));
    }

    /** Whether it is a fragment, first or later. */
    public static boolean isFragment(long address) {
        return (Mem.getShortBE(address + 6) & (MF | OFFSET_MASK)) != 0;
    }

    public static int ttl(long address) {
        return Mem.getUnsignedByte(address + TTL);
    }

    /** Stores another TTL and corrects the checksum for it. */
    public static void ttl(long address, int ttl) {
        int old = Mem.getShortBE(address + TTL);
        int now = ttl << 8 | old & 0xff;
        Mem.putByte(address + TTL, ttl);
        Mem.putShortBE(address + CHECKSUM, Checksum.update(checksum(address), old, now));
    }

    public static int protocol(long address) {
        return Mem.getUnsignedByte(address + 9);
    }

    public static int checksum(long address) {
        return Mem.getShortBE(address + CHECKSUM);
    }

    public static int source(long address) {
        return Mem.getIntBE(address + SOURCE);
    }

    public static int destination(long address) {
        return Mem.getIntBE(address + DESTINATION);
    }

    /** The low half of the source's 128-bit form; the high half is 0. */
    public static long sourceLow(long address) {
        return MAPPED | Integer.toUnsignedLong(source(address));
    }

    /** The low half of the destination's 128-bit form; the high half is 0. */
    public static long destinationLow(long address) {
        return MAPPED | Integer.toUnsignedLong(destination(address));
    }

    /** Whether the header's checksum is right. */
    public static boolean checksumRight(long address) {
        return Checksum.of(address, headerLength(address)) == 0;
    }

    /** Computes the header's checksum anew and stores it. */
    public static void updateChecksum(long address) {
        Mem.putShortBE(address + CHECKSUM, 0);
        Mem.putShortBE(address + CHECKSUM, Checksum.of(address, headerLength(address)));
    }

    /** The transport header of a {@link #valid} packet, as {@link Transport} reads it. */
    public static int transport(long address) {
        return transportOf(Mem.getLongBE(address), Mem.getLongBE(address + TTL));
    }

    // The header's first 8 bytes and its next 8 as numbers, for whoever reads them once.

    /** As {@link #headerLength}. */
    public static int headerLengthOf(long first) {
        return (int) (first >>> 54) & 0x3c;
    }

    /** As {@link #totalLength}. */
    public static int totalLengthOf(long first) {
        return (int) (first >>> 32) & 0xffff;
    }

    /** As {@link #ttl}. */
    public static int ttlOf(long second) {
        return (int) (second >>> 56);
    }

    /** As {@link #transport}. */
    public static int transportOf(long first, long second) {
        int flags = 0;
        if (((int) first & (MF | OFFSET_MASK)) != 0) {
            flags = Transport.FRAGMENT;
            if (((int) first & OFFSET_MASK) != 0) {
                flags |= Transport.LATER_FRAGMENT;
            }
        }
        return Transport.of((int) (second >>> 48) & 0xff, headerLengthOf(first), flags);
    }

    /**
     * The second 8 bytes with one off the TTL, which must not be 0, and the checksum corrected for
     * it, so that a wrong one stays wrong: it gets what the TTL's word loses, and the carry of that
     * (RFC 1141 §1, RFC 1624 §3).
     */
    public static long ttlDecremented(long second) {
        long carry = ((second >>> 32 & 0xffff) + 0x101) >>> 16;
        return second - (1L << 56) + (0x100L << 32) - carry * (0xffffL << 32);
    }
}
