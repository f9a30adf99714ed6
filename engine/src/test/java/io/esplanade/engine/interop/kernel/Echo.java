package io.esplanade.engine.interop.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.testing.IpPackets;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A packet from the host behind the gateway to the one behind the peer, and what comes back.
 *
 * @param reply as it arrives, but for what its sender chooses: IPv4 ID and DF, IPv6 flow label
 */
record Echo(byte[] request, byte[] reply) {

    private static final int UDP_ECHO = 7;

    /**
     * A ping.
     *
     * @param payload bytes behind its ICMP header
     */
    static Echo ping(boolean ipv6, int payload) {
        return ping(Ends.GATEWAY.inner(ipv6), Ends.PEER.inner(ipv6), payload);
    }

    /** A ping from one end of the tunnel to the other. */
    static Echo outerPing(boolean ipv6, int payload) {
        return ping(Ends.GATEWAY.outer(ipv6), Ends.PEER.outer(ipv6), payload);
    }

    private static Echo ping(String here, String there, int payload) {
        byte[] request = IpPackets.echoRequest(here, there, payload, data(payload));
        return of(request, IpPackets.echoReply(request));
    }

    /**
     * A UDP datagram.
     *
     * @param payload bytes behind its UDP header
     */
    static Echo udp(boolean ipv6, int payload) {
        return udp(Ends.GATEWAY.inner(ipv6), Ends.PEER.inner(ipv6), payload);
    }

    /** A UDP datagram from one end of the tunnel to the other. */
    static Echo outerUdp(boolean ipv6, int payload) {
        return udp(Ends.GATEWAY.outer(ipv6), Ends.PEER.outer(ipv6), payload);
    }

    private static Echo udp(String here, String there, int payload) {
        byte[] data = data(payload);
        return of(
                IpPackets.udp(here, there, 1024, UDP_ECHO, data),
                IpPackets.udp(there, here, UDP_ECHO, 1024, data));
    }

    private static Echo of(byte[] request, byte[] reply) {
        return new Echo(request, IpPackets.withTtl(reply, 63)); // the gateway is a router
    }

    private static byte[] data(int length) {
        byte[] data = new byte[length];
        new SplittableRandom(length).nextBytes(data);
        return data;
    }

    /** Proves that what was received is the answer. */
    void assertAnsweredBy(List<byte[]> received) {
        assertThat(received).hasSize(1);
        assertThat(comparable(received.getFirst())).asHexString().isEqualTo(hex(comparable(reply)));
    }

    /** The same of many: the kernel takes batches apart by family, and keeps the order in each. */
    static void assertAllAnswered(List<Echo> echoes, List<byte[]> received) {
        for (int version : new int[] {4, 6}) {
            List<Echo> asked = echoes.stream().filter(e -> e.reply[0] >>> 4 == version).toList();
            List<byte[]> answers = received.stream().filter(p -> p[0] >>> 4 == version).toList();
            assertThat(answers).hasSameSizeAs(asked);
            for (int i = 0; i < answers.size(); i++) {
                asked.get(i).assertAnsweredBy(List.of(answers.get(i)));
            }
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().withUpperCase().formatHex(bytes);
    }

    /** Without what its sender chooses, if its header's checksum is right. */
    private static byte[] comparable(byte[] packet) {
        ByteBuffer copy = ByteBuffer.wrap(packet.clone());
        if (packet[0] >>> 4 == 4) {
            assertThat(IpPackets.withChecksum(packet)).as("checksum").isEqualTo(packet);
            copy.putInt(4, 0).putShort(10, (short) 0);
        } else {
            copy.putInt(0, copy.getInt(0) & 0xfff0_0000);
        }
        return copy.array();
    }
}
