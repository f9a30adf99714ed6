package io.esplanade.engine.net;

import io.esplanade.engine.os.Mem;

/** A UDP header (RFC 768) at an absolute address; its ports are {@link Transport}'s. */
public final class Udp {

    public static final int HEADER_LENGTH = 8;

    /** Where the checksum is, from the header's first byte. */
    public static final int CHECKSUM = 6;

    private Udp() {}

    /** Bytes of header and data. */
    public static int length(long address) {
        return Mem.getShortBE(address + 4);
    }

    /** The checksum; 0 for none. */
    public static int checksum(long address) {
        return Mem.getShortBE(address + CHECKSUM);
    }
}
