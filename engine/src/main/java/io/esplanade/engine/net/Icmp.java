package io.esplanade.engine.net;

import io.esplanade.engine.os.Mem;

/** An ICMP (RFC 792) or ICMPv6 (RFC 4443) header at an absolute address. */
public final class Icmp {

    public static final int HEADER_LENGTH = 8;

    /** Where the checksum is, from the header's first byte. */
    public static final int CHECKSUM = 2;

    private Icmp() {}

    public static int type(long address) {
        return Mem.getUnsignedByte(address);
    }

    public static int code(long address) {
        return Mem.getUnsignedByte(address + 1);
    }

    public static int checksum(long address) {
        return Mem.getShortBE(address + CHECKSUM);
    }
}
