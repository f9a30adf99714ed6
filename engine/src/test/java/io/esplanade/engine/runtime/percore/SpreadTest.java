package io.esplanade.engine.runtime.percore;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.runtime.config.RuntimeConfig;
import io.esplanade.engine.runtime.config.RuntimeConfig.Placement;
import io.esplanade.engine.runtime.config.RuntimeConfig.Threading;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.TunnelGateway;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** How the packets of an SA that is spread are shared out, in lanes whose roles the test drives. */
class SpreadTest {

    private static final byte[] PACKET = IpPackets.udp("10.1.0.5", "10.2.0.5", 100);
    private static final int ENOUGH = 4; // vectors that a worker has at hand at most

    private static TunnelGateway lane(Threading threading) {
        RuntimeConfig config =
                RuntimeConfig.perCore(1)
                        .withWorkers(2)
                        .withPlacement(Placement.SPREAD)
                        .withThreading(threading);
        return TunnelGateway.open(
                settings -> settings.more = builder -> builder.runtime(config).mbufs(2048, 2));
    }

    /** Sends a packet that gets a vector of its own. */
    private static void send(TunnelGateway lane, int ingress) {
        assertThat(lane.lan().send(PACKET)).isTrue();
        lane.gateway().cycle(ingress);
    }

    /** One cycle of each of these roles; the sequence numbers of what came out. */
    private static List<Integer> numbersAfter(TunnelGateway lane, int... roles) {
        for (int role : roles) {
            lane.gateway().cycle(role);
        }
        List<Integer> numbers = new ArrayList<>();
        for (byte[] packet; (packet = lane.wan().receive()) != null; ) {
            numbers.add(ByteBuffer.wrap(packet).getInt(24));
        }
        return numbers;
    }

    private static List<Integer> numbers(int first, int last) {
        return IntStream.rangeClosed(first, last).boxed().toList();
    }

    @Test
    void aWorkerThatFallsBehindLeavesTheRestToTheOthersAndPacketsStayInOrder() {
        int ingress = 0;
        int quick = 1;
        int slow = 2;
        int egress = 3;
        int packets = 15;
        try (TunnelGateway lane = lane(Threading.DEDICATED)) {
            for (int i = 0; i < packets; i++) {
                send(lane, ingress);
                lane.gateway().cycle(quick);
            }
            assertThat(numbersAfter(lane, egress)).as("behind the slow one's").hasSize(1);
            assertThat(numbersAfter(lane, slow, egress)).isEqualTo(numbers(2, packets));
        }
    }

    @Test
    void ingressKeepsForItsOwnThreadWhatTheOtherHasNoTimeFor() {
        int ingress = 0;
        int near = 1;
        int firstSeat = 2;
        int far = 3;
        int egress = 4;
        try (TunnelGateway lane = lane(Threading.GROUPED)) {
            lane.gateway().cycle(firstSeat); // leaves Egress to the other thread
            for (int i = 0; i < ENOUGH; i++) {
                send(lane, ingress);
            }
            assertThat(numbersAfter(lane, far, egress)).isEqualTo(numbers(1, ENOUGH));
            for (int i = 0; i <= ENOUGH; i++) {
                send(lane, ingress);
            }
            assertThat(numbersAfter(lane, far, egress)).isEqualTo(numbers(ENOUGH + 1, 2 * ENOUGH));
            assertThat(numbersAfter(lane, near, egress)).containsExactly(2 * ENOUGH + 1);
        }
    }
}
