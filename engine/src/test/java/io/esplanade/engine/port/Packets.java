package io.esplanade.engine.port;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Bytes for tests of ports, the same in every run. */
public final class Packets {

    private Packets() {}

    /** {@code length} bytes that look like an IPv4 packet's only in the first. */
    public static byte[] packet(SplittableRandom random, int length) {
        byte[] packet = new byte[length];
        random.nextBytes(packet);
        if (length > 0) {
            packet[0] = 0x45;
        }
        return packet;
    }

    /** {@code n} packets of lengths from {@code least} to {@code most}. */
    public static List<byte[]> packets(long seed, int n, int least, int most) {
        SplittableRandom random = new SplittableRandom(seed);
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            packets.add(packet(random, random.nextInt(least, most + 1)));
        }
        return packets;
    }
}
