package io.esplanade.engine.testing;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Fragments of IP packets without options, made and put together with nothing of the engine's. */
public final class IpFragments {

    private IpFragments() {}

    private static int header(byte[] packet) {
        return packet[0] >>> 4 == 4 ? 20 : 40;
    }

    /** All fragments of a packet, each with {@code unit} bytes of data, a multiple of 8. */
    public static List<byte[]> cut(byte[] packet, int unit, int id) {
        List<byte[]> fragments = new ArrayList<>();
        int data = packet.length - header(packet);
        for (int from = 0; from < data; from += unit) {
            fragments.add(piece(packet, from, Math.min(data, from + unit), id));
        }
        return fragments;
    }

    /** The fragment with the packet's data from {@code from} to before {@code to}. */
    public static byte[] piece(byte[] packet, int from, int to, int id) {
        int header = header(packet);
        byte[] data = Arrays.copyOfRange(packet, header + from, header + to);
        return piece(packet, data, from, header + to < packet.length, id);
    }

    /** A fragment with any data, as if it were of this packet. */
    public static byte[] piece(byte[] packet, byte[] data, int offset, boolean more, int id) {
        if (header(packet) == 20) {
            ByteBuffer ip = ByteBuffer.allocate(20 + data.length);
            ip.put(packet, 0, 20).put(data);
            ip.putShort(2, (short) ip.capacity()).putShort(4, (short) id);
            ip.putShort(6, (short) (offset >>> 3 | (more ? 0x2000 : 0)));
            return IpPackets.withChecksum(ip.array());
        }
        ByteBuffer ip = ByteBuffer.allocate(48 + data.length);
        ip.put(packet, 0, 40).putInt((packet[6] & 0xff) << 24 | offset | (more ? 1 : 0));
        ip.putInt(id).put(data);
        ip.putShort(4, (short) (8 + data.length)).put(6, (byte) IpPackets.IPV6_FRAGMENT);
        return ip.array();
    }

    /** The packet whose fragments these are, in any order; null if some are missing. */
    public static byte[] join(List<byte[]> fragments) {
        Map<Integer, byte[]> data = new TreeMap<>();
        int end = -1;
        byte[] first = null;
        for (byte[] fragment : fragments) {
            ByteBuffer ip = ByteBuffer.wrap(fragment);
            boolean ipv4 = header(fragment) == 20;
            int word = ipv4 ? ip.getShort(6) & 0x3fff : ip.getShort(42) & 0xffff;
            int offset = ipv4 ? (word & 0x1fff) << 3 : word & -8;
            boolean more = (word & (ipv4 ? 0x2000 : 1)) != 0;
            byte[] mine = Arrays.copyOfRange(fragment, ipv4 ? 20 : 48, fragment.length);
            data.put(offset, mine);
            first = offset == 0 ? fragment : first;
            end = more ? end : offset + mine.length;
        }
        int at = 0;
        for (Map.Entry<Integer, byte[]> piece : data.entrySet()) {
            if (piece.getKey() != at) {
                return null;
            }
            at += piece.getValue().length;
        }
        return first == null || at != end ? null : whole(first, data.values(), end);
    }

    private static byte[] whole(byte[] first, Iterable<byte[]> pieces, int length) {
        int header = header(first);
        ByteBuffer ip = ByteBuffer.allocate(header + length);
        ip.put(first, 0, header);
        pieces.forEach(ip::put);
        if (header == 20) {
            ip.putShort(2, (short) ip.capacity()).putShort(6, (short) 0);
            return IpPackets.withChecksum(ip.array());
        }
        ip.putShort(4, (short) length).put(6, first[40]);
        return ip.array();
    }
}
