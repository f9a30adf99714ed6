package io.esplanade.engine.abuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.engine.Engine;
import io.esplanade.engine.EngineBuilder;
import io.esplanade.engine.EngineException;
import io.esplanade.engine.EngineListener;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.engine.port.memory.Plug;
import io.esplanade.engine.runtime.config.RuntimeConfig;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.NullCipher;
import io.esplanade.engine.testing.NullEsp;
import io.esplanade.engine.testing.TunnelGateway;
import io.esplanade.engine.testing.TwoGateways;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Two lanes, with a tunnel each, of which one gets into trouble: a provider that hangs or throws in
 * the middle of a worker's cycle.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class StallTest {

    private static final int SPI = 0x1000;
    private static final int MORE_THAN_A_HAND_OVER_RING = 3_000;

    private enum Trouble {
        NONE,
        HANG,
        THROW
    }

    private final NullCipher provider = new NullCipher(this::trouble);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final ConcurrentLinkedQueue<String> stalls = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Integer> failures = new ConcurrentLinkedQueue<>();
    private final Cable cable = Cable.DEFAULT.withQueues(2);
    private final MemoryHost lan = MemoryHost.on(Plug.of("lan", Side.PROTECTED), cable);
    private final MemoryHost wan = MemoryHost.on(Plug.of("wan", Side.UNPROTECTED), cable);
    private final Engine engine = start();
    private final long[] received = new long[2]; // by lane
    private volatile Trouble trouble = Trouble.NONE;
    private volatile Thread hung;

    private void trouble() {
        switch (trouble) {
            case THROW -> throw new IllegalStateException("a fault of the provider");
            case HANG -> {
                trouble = Trouble.NONE; // for the others
                hung = Thread.currentThread();
                boolean waiting = true;
                while (waiting) {
                    try {
                        goOn.await();
                        waiting = false;
                    } catch (InterruptedException e) {
                        // hangs on
                    }
                }
            }
            case NONE -> {}
        }
    }

    private Engine start() {
        EngineBuilder builder =
                Engine.builder()
                        .name("stall")
                        .runtime(RuntimeConfig.perCore(2))
                        .provider(provider)
                        .port(lan.port())
                        .port(wan.port())
                        .route(Route.of("0.0.0.0/0", "wan"))
                        .listener(
                                new EngineListener() {
                                    @Override
                                    public void stalled(int lane, String role) {
                                        stalls.add(lane + " " + role);
                                    }

                                    @Override
                                    public void laneFailed(int lane, Throwable cause) {
                                        failures.add(lane);
                                    }
                                });
        for (int lane = 0; lane < 2; lane++) { // the first tunnel is the first lane's
            String tunnel = "tunnel-" + lane;
            builder.sa(
                            SecurityAssociation.builder("out-" + lane)
                                    .outbound()
                                    .tunnel(tunnel)
                                    .spi(SPI + lane)
                                    .from(InetAddress.ofLiteral("192.0.2.1"))
                                    .to(InetAddress.ofLiteral("192.0.2.2"))
                                    .key(KeyMaterial.takeFrom(TwoGateways.newKey()))
                                    .build())
                    .policy(
                            SecurityPolicy.protect(
                                    "protect-" + lane,
                                    Direction.OUTBOUND,
                                    1,
                                    TunnelGateway.selector(
                                            "10.1.0.0/16", "10.%d.0.0/16".formatted(2 + lane)),
                                    tunnel));
        }
        Engine built = builder.build();
        built.start();
        return built;
    }

    @AfterEach
    void goOn() {
        goOn.countDown();
        lan.close();
        wan.close();
    }

    /** A packet of a lane's tunnel that comes in on the queue of lane {@code queue}. */
    private byte[] packet(int lane, int queue) {
        for (int port = 1024; ; port++) {
            byte[] packet =
                    IpPackets.udp(
                            "10.1.0.5", "10.%d.0.5".formatted(2 + lane), port, 9, new byte[20]);
            if (lan.queueOf(packet) == queue) {
                return packet;
            }
        }
    }

    private void send(byte[] packet) {
        while (!lan.send(packet)) {
            receive();
        }
    }

    private void receive() {
        for (byte[] packet; (packet = wan.receive()) != null; ) {
            received[NullEsp.spi(packet) - SPI]++;
        }
    }

    /** Sends so many packets through a lane and sees them arrive. */
    private void flow(int lane, int packets) {
        byte[] packet = packet(lane, lane);
        long until = received[lane] + packets;
        for (int i = 0; i < packets; i++) {
            send(packet);
            receive();
        }
        await(lane, until);
    }

    private void await(int lane, long until) {
        TwoGateways.await(
                () -> {
                    receive();
                    return received[lane] >= until;
                });
    }

    /** One packet into the first lane, whose worker hangs with it. */
    private void hangFirstLane() {
        trouble = Trouble.HANG;
        send(packet(0, 0));
        TwoGateways.await(() -> hung != null);
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("esplanade-stall-"))
                .count();
    }

    private void assertEveryMbufFree() {
        TwoGateways.assertEveryMbufFree(engine.snapshot());
        assertThat(provider.contexts()).isZero();
    }

    @Test
    void aWorkerThatHangsStopsItsOwnLaneOnlyAndIsToldOnce() {
        flow(0, 100);
        flow(1, 100);
        hangFirstLane();
        // What comes in on the other lane's queue for this one does not stop that one either.
        byte[] forTheHungLane = packet(0, 1);
        for (int i = 0; i < MORE_THAN_A_HAND_OVER_RING; i++) {
            send(forTheHungLane);
            receive();
        }
        while (stalls.isEmpty()) {
            flow(1, 1_000);
        }
        flow(1, 10_000);
        assertThat(received[0]).isEqualTo(100);
        assertThat(engine.snapshot().drops()).containsOnlyKeys(DropReason.HAND_OVER_FULL);

        goOn.countDown();
        long lost = engine.snapshot().drops(DropReason.HAND_OVER_FULL);
        await(0, 100 + 1 + MORE_THAN_A_HAND_OVER_RING - lost);
        flow(0, 100);
        engine.close();
        assertThat(stalls).containsExactly("0 worker-0.0");
        assertThat(failures).isEmpty();
        assertEveryMbufFree();
    }

    @Test
    void closeSaysWhichRoleDidNotStopAndLeavesItsMemory() throws Exception {
        hangFirstLane();
        assertThatThrownBy(engine::close)
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("worker-0.0")
                .hasMessageContaining("memory is not freed");
        engine.close(); // says it once
        assertThat(stalls).as("not those that stopped").containsExactly("0 worker-0.0");
        TwoGateways.await(() -> threads() == 1); // the one that hangs
        goOn.countDown();
        hung.join(); // it has worked on its packet, whose memory was still there, and ended
        assertThat(provider.misuses()).as("contexts freed under it").isZero();
    }

    @Test
    void aWorkerThatThrowsDropsByNameAndItsLaneGoesOn() {
        flow(0, 100);
        flow(1, 100);
        trouble = Trouble.THROW;
        byte[] packet = packet(0, 0);
        int sent = 200;
        while (engine.snapshot().drops(DropReason.LANE_FAILED) < 1_000) {
            send(packet);
            sent++;
        }
        trouble = Trouble.NONE;
        flow(1, 1_000);
        flow(0, 1_000);
        long all = sent + 2_000;
        TwoGateways.await(
                () -> {
                    receive();
                    return received[0] + received[1] + engine.snapshot().dropped() == all;
                });
        engine.close();
        assertThat(List.copyOf(failures)).isNotEmpty().containsOnly(0);
        assertThat(stalls).isEmpty();
        assertThat(engine.snapshot().drops()).containsOnlyKeys(DropReason.LANE_FAILED);
        assertThat(received[0] + received[1] + engine.snapshot().dropped()).isEqualTo(sent + 2_000);
        assertEveryMbufFree();
    }
}
