package io.esplanade.gateway.demo;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** Just enough of IPv4 and IPv6 to prove something: written apart from the engine's. */
final class Ip {

    private static final int ESP = 50;

    private Ip() {}

    static boolean isIpv4(byte[] packet) {
        return packet[0] >>> 4 == 4;
    }

    static int headerLength(byte[] packet) {
        return isIpv4(packet) ? (packet[0] & 15) * 4 : 40;
    }

    private static int ttlOffset(byte[] packet) {
        return isIpv4(packet) ? 8 : 7;
    }

    static int ttl(byte[] packet) {
        return packet[ttlOffset(packet)] & 0xff;
    }

    /** Whether what follows the IP header is ESP. */
    static boolean isEsp(byte[] packet) {
        return packet.length > 40 && packet[isIpv4(packet) ? 9 : 6] == ESP;
    }

    static InetAddress source(byte[] packet) {
        return address(packet, isIpv4(packet) ? 12 : 8);
    }

    static InetAddress destination(byte[] packet) {
        return address(packet, isIpv4(packet) ? 16 : 24);
    }

    private static InetAddress address(byte[] packet, int at) {
        try {
            return InetAddress.getByAddress(
                    Arrays.copyOfRange(packet, at, at + (isIpv4(packet) ? 4 : 16)));
        } catch (UnknownHostException impossible) {
            throw new AssertionError("4 or 16 bytes are an address", impossible);
        }
    }

    /** Whether a host behind A sent it: 10.1.0.0/24 or fd00:1::/64. */
    static boolean isFromA(byte[] packet) {
        byte[] source = source(packet).getAddress();
        return isIpv4(packet) ? source[1] == 1 : source[3] == 1;
    }

    /**
     * Whether {@code after} is {@code before} behind {@code hops} routers: the same byte for byte,
     * but TTL or hop limit, and IPv4's header checksum, which must be right.
     */
    static boolean isForwarded(byte[] before, byte[] after, int hops) {
        if (after.length != before.length || ttl(after) != ttl(before) - hops) {
            return false;
        }
        byte[] expected = before.clone();
        expected[ttlOffset(before)] = after[ttlOffset(before)];
        if (isIpv4(before)) {
            expected[10] = after[10];
            expected[11] = after[11];
        }
        return Arrays.equals(expected, after) && (!isIpv4(after) || sum(after) == 0xffff);
    }

    /** The ones' complement sum over an IPv4 header: all ones if its checksum is right. */
    private static int sum(byte[] packet) {
        int sum = 0;
        for (int i = 0; i < headerLength(packet); i += 2) {
            sum += (packet[i] & 0xff) << 8 | packet[i + 1] & 0xff;
        }
        while (sum > 0xffff) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return sum;
    }
}
