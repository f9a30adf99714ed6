package io.esplanade.engine.runtime.percore;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.control.Command;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.runtime.config.RuntimeConfig;
import io.esplanade.engine.runtime.config.RuntimeConfig.Placement;
import io.esplanade.engine.runtime.config.RuntimeConfig.Threading;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.TunnelGateway;
import io.esplanade.engine.testing.TwoGateways;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A lane with two workers, each with a tunnel pinned to it, whose roles the test drives. */
class WorkersTest {

    private static final int INGRESS = 0;
    private static final int FIRST_WORKER = 1;
    private static final int SECOND_WORKER = 2;
    private static final int EGRESS = 3;

    private static final byte[] FIRST = IpPackets.udp("10.1.0.5", "10.2.0.5", 100);
    private static final byte[] SECOND = IpPackets.udp("10.1.0.5", "10.9.0.5", 100);

    private static final RuntimeConfig LANE =
            RuntimeConfig.perCore(1)
                    .withWorkers(2)
                    .withPlacement(Placement.PINNED)
                    .withThreading(Threading.DEDICATED);

    private final TunnelGateway lane =
            TunnelGateway.open(
                    settings ->
                            settings.more =
                                    builder ->
                                            builder.runtime(LANE)
                                                    .policy(
                                                            SecurityPolicy.protect(
                                                                    "second",
                                                                    Direction.OUTBOUND,
                                                                    1,
                                                                    TunnelGateway.selector(
                                                                            "10.1.0.0/16",
                                                                            "10.9.0.0/16"),
                                                                    "second")));

    @BeforeEach
    void addSecondTunnel() {
        lane.gateway()
                .apply(
                        new Command.AddSa(
                                TwoGateways.sa("second", 0x234, TwoGateways.newKey())
                                        .tunnel("second")
                                        .outbound()
                                        .build(),
                                new CompletableFuture<>()));
    }

    @AfterEach
    void close() {
        lane.close();
    }

    /** Sends a packet that gets a vector of its own. */
    private void send(byte[] packet) {
        assertThat(lane.lan().send(packet)).isTrue();
        lane.gateway().cycle(INGRESS);
    }

    /** One cycle of each of these roles; the SPIs of what came out. */
    private List<Integer> spisAfter(int... roles) {
        for (int role : roles) {
            lane.gateway().cycle(role);
        }
        List<Integer> spis = new ArrayList<>();
        for (byte[] packet; (packet = lane.wan().receive()) != null; ) {
            spis.add(ByteBuffer.wrap(packet).getInt(20) & 0xfff);
        }
        return spis;
    }

    @Test
    void aWorkerThatHasNothingToDoIsNotWaitedFor() {
        for (int i = 0; i < 100; i++) {
            send(FIRST);
            assertThat(spisAfter(FIRST_WORKER, EGRESS)).containsExactly(0);
        }
    }

    @Test
    void packetsWaitForTheWorkerThatTheyAreForAndLeaveInOrder() {
        send(FIRST);
        send(SECOND);
        send(FIRST);
        assertThat(spisAfter(FIRST_WORKER, EGRESS)).containsExactly(0);
        assertThat(spisAfter(EGRESS)).isEmpty();
        assertThat(spisAfter(SECOND_WORKER, EGRESS)).containsExactly(0x234, 0);
    }

    @Test
    void aWorkerThatSleptWhileTheRingWentRoundFindsWhatIsForIt() {
        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < 11; i++) {
                send(FIRST);
                assertThat(spisAfter(FIRST_WORKER, EGRESS)).containsExactly(0);
            }
            send(SECOND);
            assertThat(spisAfter(FIRST_WORKER, EGRESS)).isEmpty();
            assertThat(spisAfter(SECOND_WORKER, EGRESS)).containsExactly(0x234);
        }
    }
}
