package io.esplanade.engine.net;

import io.esplanade.engine.os.Mem;

/** A TCP header (RFC 9293) at an absolute address; its ports are {@link Transport}'s. */
public final class Tcp {

    /** Bytes of a header without options. */
    public static final int HEADER_LENGTH = 20;

    /** Where the checksum is, from the header's first byte. */
    public static final int CHECKSUM = 16;

    private static final int SYN = 2;

    private Tcp() {}

    /** Bytes of header, options included. */
    public static int headerLength(long address) {
        return Mem.getUnsignedByte(address + 12) >>> 4 << 2;
    }

    public static boolean isSyn(long address) {
        return (Mem.getUnsignedByte(address + 13) & SYN) != 0;
    }

    public static int checksum(long address) {
        return Mem.getShortBE(address + CHECKSUM);
    }
}
