package io.esplanade.engine.interleaving;

import io.esplanade.engine.testing.IpPackets;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A conversation in one direction, whose packets are alike but for the number that each carries.
 * Numbers of one flow ascend; what arrives must too.
 */
final class Flow {

    private static final int ID = 28; // behind the IPv4 and UDP headers
    private static final int NUMBER = 32;
    private static final int TTL_ARRIVED = 63;

    private final int id;
    private final String source;
    private final String destination;
    private final byte[] sent;
    private final byte[] expected;
    private long last = -1;

    Flow(int id, String source, String destination) {
        this.id = id;
        this.source = source;
        this.destination = destination;
        ByteBuffer udp = ByteBuffer.allocate(8 + 12 + id * 7 % 90);
        udp.putShort((short) (1024 + id)).putShort((short) 9).putShort((short) udp.capacity());
        udp.putShort((short) 0); // no checksum
        udp.putInt(id);
        sent = IpPackets.packet(source, destination, IpPackets.UDP, udp.array());
        expected = IpPackets.withTtl(sent, TTL_ARRIVED);
    }

    int id() {
        return id;
    }

    String source() {
        return source;
    }

    String destination() {
        return destination;
    }

    /** The packet with this number, as its host sends it. */
    byte[] packet(long number) {
        byte[] packet = sent.clone();
        ByteBuffer.wrap(packet).putLong(NUMBER, number);
        return packet;
    }

    /** The id of the flow that a packet is of. */
    static int idOf(byte[] packet) {
        return ByteBuffer.wrap(packet).getInt(ID);
    }

    /** The number in a packet. */
    static long numberOf(byte[] packet) {
        return ByteBuffer.wrap(packet).getLong(NUMBER);
    }

    /** Sees that a packet is whole, and behind all that arrived before. */
    void arrived(byte[] packet) {
        long number = numberOf(packet);
        ByteBuffer.wrap(expected).putLong(NUMBER, number);
        if (!Arrays.equals(packet, expected)) {
            throw new AssertionError("flow " + id + ": packet " + number + " was changed");
        }
        if (number <= last) {
            throw new AssertionError("flow " + id + ": packet " + number + " came behind " + last);
        }
        last = number;
    }
}
