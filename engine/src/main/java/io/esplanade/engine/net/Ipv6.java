package io.esplanade.engine.net;

import io.esplanade.engine.os.Mem;

/** An IPv6 header (RFC 8200) at an absolute address. Only {@link #valid} looks before it reads. */
public final class Ipv6 {

    /** Bytes of the fixed header. */
    public static final int HEADER_LENGTH = 40;

    /** Bytes of a fragment header. */
    public static final int FRAGMENT_HEADER_LENGTH = 8;

    /** What every link takes in one piece, in bytes (RFC 8200 §5). */
    public static final int LEAST_MTU = 1280;

    /** How many extension headers a packet may have; more are not walked (RFC 8504 §5.3). */
    public static final int MAX_EXTENSIONS = 8;

    static final int SOURCE = 8;
    private static final int DESTINATION = 24;
    private static final int NEXT_HEADER = 6;
    private static final int HOP_LIMIT = 7;
    private static final int SHORTEST_EXTENSION = 8;

    private Ipv6() {}

    /**
     * Whether {@code available} bytes hold a header of version 6 and all of the packet. Jumbograms
     * are not known here.
     */
    public static boolean valid(long address, int available) {
        return available >= HEADER_LENGTH
                && Ipv4.version(address) == 6
                && totalLength(address) <= available;
    }

    /** DSCP and ECN. */
    public static int trafficClass(long address) {
        return Mem.getShortBE(address) >>> 4 & 0xff;
    }

    public static int flowLabel(long address) {
        return Mem.getIntBE(address) & 0xf_ffff;
    }

    /** Bytes behind the fixed header. */
    public static int payloadLength(long address) {
        return Mem.getShortBE(address + 4);
    }

    /** Stores another payload length. */
    public static void payloadLength(long address, int bytes) {
        Mem.putShortBE(address + 4, bytes);
    }

    /** Bytes of packet. */
    public static int totalLength(long address) {
        return HEADER_LENGTH + payloadLength(address);
    }

    /** The number of the header that follows, an extension header perhaps. */
    public static int nextHeader(long address) {
        return Mem.getUnsignedByte(address + NEXT_HEADER);
    }

    /** Stores the number of the header that follows. */
    public static void nextHeader(long address, int protocol) {
        Mem.putByte(address + NEXT_HEADER, protocol);
    }

    public static int hopLimit(long address) {
        return Mem.getUnsignedByte(address + HOP_LIMIT);
    }

    public static void hopLimit(long address, int hops) {
        Mem.putByte(address + HOP_LIMIT, hops);
    }

    /** Takes one off the hop limit, which must not be 0. */
    public static void decrementHopLimit(long address) {
        Mem.putByte(address + HOP_LIMIT, hopLimit(address) - 1);
    }

    public static long sourceHigh(long address) {
        return Mem.getLongBE(address + SOURCE);
    }

    public static long sourceLow(long address) {
        return Mem.getLongBE(address + SOURCE + 8);
    }

    public static long destinationHigh(long address) {
        return Mem.getLongBE(address + DESTINATION);
    }

    public static long destinationLow(long address) {
        return Mem.getLongBE(address + DESTINATION + 8);
    }

    /**
     * The transport header of a {@link #valid} packet, as {@link Transport} reads it, found by
     * walking the extension headers that selectors look past: hop-by-hop and destination options,
     * routing and fragment (RFC 4301 §4.4.1.1; AH and ESP count as transport). {@link
     * Transport#MALFORMED} if one of them is cut off, hop-by-hop options do not come first (RFC
     * 8200 §4.3), or there are more than {@link #MAX_EXTENSIONS}.
     */
    public static int transport(long address) {
        return transport(address, totalLength(address));
    }

    /** The same in a packet of which only {@code length} bytes are there. */
    public static int transport(long address, int length) {
        int next = nextHeader(address);
        int offset = HEADER_LENGTH;
        int flags = 0;
        for (int extensions = 0; IpProtocol.isExtension(next); extensions++) {
            boolean misplaced = next == IpProtocol.HOP_BY_HOP && extensions > 0;
            if (misplaced || extensions == MAX_EXTENSIONS || offset + SHORTEST_EXTENSION > length) {
                return Transport.MALFORMED;
            }
            long extension = address + offset;
            if (next == IpProtocol.FRAGMENT) {
                flags |= fragmentFlags(Mem.getShortBE(extension + 2));
            }
            offset += extensionLength(extension, next);
            if (offset > length) {
                return Transport.MALFORMED;
            }
            next = Mem.getUnsignedByte(extension);
            if ((flags & Transport.LATER_FRAGMENT) != 0) {
                break; // what follows is data
            }
        }
        return Transport.of(next, offset, flags);
    }

    /**
     * Where AH or ESP goes in transport mode (RFC 4303 §3.1.1), in a packet whose extension headers
     * are in order: behind hop-by-hop options, a routing header, and destination options that come
     * before one. Other destination options are for the last destination, and are protected.
     *
     * @return bytes from the IP header to there
     */
    public static int transportModeOffset(long address) {
        int place = HEADER_LENGTH;
        int offset = HEADER_LENGTH;
        int next = nextHeader(address);
        while (IpProtocol.isExtension(next)) {
            long extension = address + offset;
            offset += extensionLength(extension, next);
            if (next != IpProtocol.DESTINATION_OPTIONS) {
                place = offset;
            }
            next = Mem.getUnsignedByte(extension);
        }
        return place;
    }

    /**
     * Where in the header before it, from the IP header's first byte, the number stands of the
     * extension or transport header at {@code offset}, which {@link #transport} has found.
     */
    public static int nextHeaderField(long address, int offset) {
        int field = NEXT_HEADER;
        int at = HEADER_LENGTH;
        while (at < offset) {
            int length = extensionLength(address + at, Mem.getUnsignedByte(address + field));
            field = at;
            at += length;
        }
        return field;
    }

    /** Bytes of an extension header of this number. */
    public static int extensionLength(long extension, int number) {
        return number == IpProtocol.FRAGMENT
                ? SHORTEST_EXTENSION
                : SHORTEST_EXTENSION + (Mem.getUnsignedByte(extension + 1) << 3);
    }

    /** An atomic fragment, the first and last at once, is no fragment (RFC 6946). */
    private static int fragmentFlags(int offsetAndMore) {
        if (offsetAndMore >>> 3 != 0) {
            return Transport.FRAGMENT | Transport.LATER_FRAGMENT;
        }
        return (offsetAndMore & 1) != 0 ? Transport.FRAGMENT : 0;
    }

    /**
     * Where the fragment header is in a {@link #valid} packet whose headers {@link #transport} has
     * found sound, from the packet's first byte; -1 if it has none.
     */
    public static int fragmentHeader(long address) {
        int next = nextHeader(address);
        int offset = HEADER_LENGTH;
        while (next != IpProtocol.FRAGMENT) {
            if (!IpProtocol.isExtension(next)) {
                return -1;
            }
            next = Mem.getUnsignedByte(address + offset);
            offset += SHORTEST_EXTENSION + (Mem.getUnsignedByte(address + offset + 1) << 3);
        }
        return offset;
    }

    /** Where in the original packet the data of this fragment belongs, in bytes. */
    public static int fragmentOffset(long address, int fragmentHeader) {
        return Mem.getShortBE(address + fragmentHeader + 2) & ~7;
    }

    public static int fragmentId(long address, int fragmentHeader) {
        return Mem.getIntBE(address + fragmentHeader + 4);
    }
}
