package io.esplanade.engine.net;

import io.esplanade.engine.os.Mem;

/** An Ethernet header at an absolute address; link-layer addresses are 48 bits of a long. */
public final class Ethernet {

    public static final int HEADER_LENGTH = 14;

    public static final int IPV4 = 0x0800;
    public static final int ARP = 0x0806;
    public static final int VLAN = 0x8100;
    public static final int IPV6 = 0x86dd;

    /** The group bit of an address: broadcast and multicast have it. */
    private static final long GROUP = 1L << 40;

    private Ethernet() {}

    public static long destination(long address) {
        return Mem.getLongBE(address) >>> 16;
    }

    public static long source(long address) {
        return Mem.getLongBE(address + 4) & 0xffff_ffff_ffffL;
    }

    /** The EtherType (or, below 1536, an IEEE 802.3 length). */
    public static int type(long address) {
        return Mem.getShortBE(address + 12);
    }

    /** Whether the frame is for more than one station. */
    public static boolean isGroup(long mac) {
        return (mac & GROUP) != 0;
    }

    /** Writes the 14 bytes of a header. */
    public static void write(long address, long destination, long source, int type) {
        Mem.putLongBE(address, destination << 16 | source >>> 32);
        Mem.putIntBE(address + 8, (int) source);
        Mem.putShortBE(address + 12, type);
    }

    /**
     * Reads {@code 02:00:00:00:00:01}.
     *
     * @throws IllegalArgumentException if it is not six hex bytes joined by colons
     */
    public static long parse(String text) {
        if (!text.matches("\\p{XDigit}{1,2}(:\\p{XDigit}{1,2}){5}")) {
            throw new IllegalArgumentException(
                    "not a link-layer address such as 02:00:00:00:00:01: " + text);
        }
        long mac = 0;
        for (String part : text.split(":")) {
            mac = mac << 8 | Integer.parseInt(part, 16);
        }
        return mac;
    }

    /** The address as {@link #parse} reads it. */
    public static String text(long mac) {
        StringBuilder text = new StringBuilder(17);
        for (int shift = 40; shift >= 0; shift -= 8) {
            text.append("%02x".formatted(mac >>> shift & 0xff)).append(shift == 0 ? "" : ":");
        }
        return text.toString();
    }
}
