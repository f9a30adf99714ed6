package io.esplanade.engine.testing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * AGGFRAG payloads by the words of RFC 9347 §2.2 and §6.1: sub-type 0, a reserved byte, the block
 * offset, data blocks. It sees the payloads of a tunnel as one stream of bytes, with padding cut
 * out, which is not how the engine goes about it.
 */
public final class Aggfrag {

    public static final int NEXT_HEADER = 144;
    private static final int HEADER = 4;

    private Aggfrag() {}

    /** A payload of that size: its offset, what is in it, and padding. */
    public static byte[] payload(int size, int offset, byte[]... blocks) {
        ByteBuffer payload = ByteBuffer.allocate(size);
        payload.put((byte) 0).put((byte) 0).putShort((short) offset);
        for (byte[] block : blocks) {
            payload.put(block);
        }
        return payload.array();
    }

    /** Packets in as many payloads of these sizes as are needed, now and then padded early. */
    public static List<byte[]> payloads(List<byte[]> packets, Random random, int least, int most) {
        List<byte[]> payloads = new ArrayList<>();
        int packet = 0;
        int done = 0;
        while (packet < packets.size()) {
            int size = least + random.nextInt(most - least + 1);
            int offset = done == 0 ? 0 : packets.get(packet).length - done;
            ByteArrayOutputStream blocks = new ByteArrayOutputStream();
            while (packet < packets.size() && blocks.size() < size - HEADER) {
                byte[] bytes = packets.get(packet);
                if (done == 0 && blocks.size() > 0 && random.nextInt(8) == 0) {
                    break; // nothing but padding behind it
                }
                int part = Math.min(bytes.length - done, size - HEADER - blocks.size());
                blocks.write(bytes, done, part);
                done += part;
                if (done == bytes.length) {
                    packet++;
                    done = 0;
                }
            }
            payloads.add(payload(size, offset, blocks.toByteArray()));
        }
        return payloads;
    }

    /** The packets in payloads that follow each other, all of which are there. */
    public static List<byte[]> packets(List<byte[]> payloads) {
        List<byte[]> packets = new ArrayList<>();
        ByteArrayOutputStream open = new ByteArrayOutputStream();
        for (byte[] payload : payloads) {
            ByteBuffer header = ByteBuffer.wrap(payload);
            require(header.get() == 0 && header.get() == 0, "sub-type 0 and a reserved 0");
            int offset = header.getShort() & 0xffff;
            require(
                    open.size() == 0 || missing(open) < 0 || missing(open) == offset,
                    "the offset is what is missing");
            require(open.size() > 0 || offset == 0, "nothing to go on with");
            int at = HEADER;
            while (at < payload.length) {
                if (open.size() == 0 && payload[at] >>> 4 == 0) {
                    byte[] rest = Arrays.copyOfRange(payload, at, payload.length);
                    require(Arrays.equals(rest, new byte[rest.length]), "padding is zeros");
                    break;
                }
                open.write(payload[at++]);
                if (missing(open) == 0) {
                    packets.add(open.toByteArray());
                    open.reset();
                }
            }
        }
        require(open.size() == 0, "the last packet has an end");
        return packets;
    }

    /** Bytes that a packet still lacks; -1 if it does not show its length yet. */
    private static int missing(ByteArrayOutputStream open) {
        byte[] bytes = open.toByteArray();
        boolean ipv4 = bytes[0] >>> 4 == 4;
        if (bytes.length < (ipv4 ? 4 : 6)) {
            return -1;
        }
        ByteBuffer packet = ByteBuffer.wrap(bytes);
        int length = ipv4 ? packet.getShort(2) & 0xffff : 40 + (packet.getShort(4) & 0xffff);
        return length - bytes.length;
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError("not so: " + what);
        }
    }
}
