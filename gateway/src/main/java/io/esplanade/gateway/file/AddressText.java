package io.esplanade.gateway.file;

import io.esplanade.engine.ipsec.AddressRange;
import io.esplanade.engine.ipsec.Prefix;

import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.StringJoiner;

/** Addresses as people write them: IPv6 by RFC 5952, which the JDK does not do. */
final class AddressText {

    private static final int GROUPS = 8;

    private AddressText() {}

    static String of(InetAddress address) {
        if (address instanceof Inet4Address) {
            return address.getHostAddress();
        }
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        int[] groups = new int[GROUPS];
        for (int i = 0; i < GROUPS; i++) {
            groups[i] = bytes.getShort() & 0xffff;
        }
        int start = 0;
        int length = 0;
        for (int i = 0; i < GROUPS; i++) {
            int zeros = zerosFrom(groups, i);
            if (zeros > length) {
                start = i;
                length = zeros;
            }
        }
        return length < 2
                ? hex(groups, 0, GROUPS)
                : hex(groups, 0, start) + "::" + hex(groups, start + length, GROUPS);
    }

    static String of(Prefix prefix) {
        return of(prefix.address()) + "/" + prefix.length();
    }

    /** A range: one address, the prefix that it is, or from its first address to its last. */
    static String of(AddressRange range) {
        String first = of(range.first());
        if (range.first().equals(range.last())) {
            return first;
        }
        byte[] bytes = range.first().getAddress();
        BigInteger lowest = new BigInteger(1, bytes);
        BigInteger differing = lowest.xor(new BigInteger(1, range.last().getAddress()));
        int free = differing.bitLength(); // low bits, of which a prefix has all combinations
        boolean prefix =
                differing.bitCount() == free
                        && (lowest.signum() == 0 || lowest.getLowestSetBit() >= free);
        return prefix
                ? first + "/" + (bytes.length * Byte.SIZE - free)
                : first + "-" + of(range.last());
    }

    private static int zerosFrom(int[] groups, int from) {
        int end = from;
        while (end < GROUPS && groups[end] == 0) {
            end++;
        }
        return end - from;
    }

    private static String hex(int[] groups, int from, int to) {
        StringJoiner joiner = new StringJoiner(":");
        for (int i = from; i < to; i++) {
            joiner.add(Integer.toHexString(groups[i]));
        }
        return joiner.toString();
    }
}
