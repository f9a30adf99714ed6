package io.esplanade.engine.ipsec;

import io.esplanade.engine.os.Mem;

import java.net.Inet4Address;
import java.net.InetAddress;

/**
 * The IP header in front of an SA's ESP packets, ready but for the length (RFC 4301 §5.1.2).
 *
 * <p>IPv4: DF set and ID 0, for a datagram that is never fragmented needs none (RFC 6864 §4); TTL
 * 64; DSCP and ECN 0. IPv6: flow label 0, hop limit 64. Immutable; replaced whole.
 */
public final class OuterHeader {

    private static final int IPV4_LENGTH = 20;
    private static final int IPV6_LENGTH = 40;
    private static final int ESP = 50;
    private static final int TTL = 64;

    private final int length;
    // The header as network-order words, length and checksum 0. IPv4: the third word's high half.
    private final long word0;
    private final long word1;
    private final long word2;
    private final long word3;
    private final long word4;
    private final int sum; // IPv4: the 16-bit words added up

    private OuterHeader(int length, long word0, long word1, long word2, long word3, long word4) {
        this.length = length;
        this.word0 = word0;
        this.word1 = word1;
        this.word2 = word2;
        this.word3 = word3;
        this.word4 = word4;
        sum = sum(word0) + sum(word1) + sum(word2);
    }

    /** The header for ESP packets between two addresses of one family. */
    public static OuterHeader of(InetAddress source, InetAddress destination) {
        if (source instanceof Inet4Address) {
            return new OuterHeader(
                    IPV4_LENGTH,
                    0x4500_0000_0000_4000L,
                    (long) TTL << 56 | (long) ESP << 48 | IpAddresses.low(source) & 0xffff_ffffL,
                    IpAddresses.low(destination) << 32,
                    0,
                    0);
        }
        return new OuterHeader(
                IPV6_LENGTH,
                0x6000_0000_0000_0000L | ESP << 8 | TTL,
                IpAddresses.high(source),
                IpAddresses.low(source),
                IpAddresses.high(destination),
                IpAddresses.low(destination));
    }

    /** Bytes of header: 20 or 40. */
    public int length() {
        return length;
    }

    public boolean isIpv6() {
        return length == IPV6_LENGTH;
    }

    /**
     * Writes the header.
     *
     * @param address where its first byte goes
     * @param payload bytes that follow the header
     */
    public void write(long address, int payload) {
        if (length == IPV4_LENGTH) {
            int total = payload + IPV4_LENGTH;
            int s = sum + total;
            s = (s & 0xffff) + (s >>> 16);
            s += s >>> 16;
            Mem.putLongBE(address, word0 | (long) total << 32);
            Mem.putLongBE(address + 8, word1 | (long) (~s & 0xffff) << 32);
            Mem.putIntBE(address + 16, (int) (word2 >>> 32));
        } else {
            Mem.putLongBE(address, word0 | (long) payload << 16);
            Mem.putLongBE(address + 8, word1);
            Mem.putLongBE(address + 16, word2);
            Mem.putLongBE(address + 24, word3);
            Mem.putLongBE(address + 32, word4);
        }
    }

    private static int sum(long word) {
        return (int)
                ((word >>> 48) + (word >>> 32 & 0xffff) + (word >>> 16 & 0xffff) + (word & 0xffff));
    }
}
