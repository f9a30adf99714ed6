package io.esplanade.engine.ipsec;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * Addresses as two longs, the form in which the data plane compares them: 128 bits in network
 * order, IPv4 as {@code ::ffff:a.b.c.d} so that both families share one code path.
 */
public final class IpAddresses {

    /** The low 64 bits of {@code ::ffff:0.0.0.0}. */
    public static final long IPV4_MAPPED = 0xffff_0000_0000L;

    private IpAddresses() {}

    /** The high 64 bits. */
    public static long high(InetAddress address) {
        return address instanceof Inet4Address
                ? 0
                : ByteBuffer.wrap(address.getAddress()).getLong();
    }

    /** The low 64 bits. */
    public static long low(InetAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return address instanceof Inet4Address
                ? IPV4_MAPPED | Integer.toUnsignedLong(bytes.getInt())
                : bytes.getLong(8);
    }

    /** The address whose halves these are. */
    public static InetAddress of(long high, long low) {
        boolean ipv4 = isIpv4(high, low);
        ByteBuffer bytes = ByteBuffer.allocate(ipv4 ? 4 : 16);
        if (ipv4) {
            bytes.putInt((int) low);
        } else {
            bytes.putLong(high).putLong(low);
        }
        try {
            return InetAddress.getByAddress(bytes.array());
        } catch (UnknownHostException impossible) {
            throw new AssertionError("4 or 16 bytes are an address", impossible);
        }
    }

    /** Whether the halves are those of an IPv4 address. */
    public static boolean isIpv4(long high, long low) {
        return high == 0 && low >>> 32 == 0xffff;
    }

    /** Unsigned comparison of two 128-bit addresses. */
    public static int compare(long highA, long lowA, long highB, long lowB) {
        int c = Long.compareUnsigned(highA, highB);
        return c != 0 ? c : Long.compareUnsigned(lowA, lowB);
    }
}
