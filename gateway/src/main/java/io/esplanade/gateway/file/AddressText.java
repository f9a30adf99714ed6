package io.esplanade.gateway.file;

import io.esplanade.engine.ipsec.AddressRange;
import io.esplanade.engine.ipsec.Prefix;

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

    static String of(AddressRange range) {
        return of(range.first()) + "-" + of(range.last());
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
