package io.esplanade.engine.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.AuditEvent;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.testing.DrivenGateway;
import io.esplanade.engine.testing.IpFragments;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.TunnelGateway;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.concurrent.SynchronousQueue;
import java.util.function.Consumer;

import javax.management.JMException;
import javax.management.ObjectName;

/**
 * A lane allocates nothing once the JIT has seen it: rounds of bursts are encrypted and decrypted
 * by one thread until one round has cost no byte of heap.
 */
@Timeout(120)
class AllocationTest {

    private static final int ROUNDS = 40;
    private static final int BURSTS = 300;
    private static final int PACKETS = 32;

    @Test
    void encryptingAllocatesNothing() throws Exception {
        byte[][] packets = new byte[PACKETS][];
        for (int i = 0; i < PACKETS; i++) {
            packets[i] =
                    i % 2 == 0
                            ? IpPackets.udp("10.1.0." + i, "10.2.0.5", 60 + 40 * i)
                            : IpPackets.udp("fd01::" + i, "fd02::5", 60 + 40 * i);
        }
        try (TunnelGateway tunnel = open()) {
            Burst burst =
                    round -> {
                        for (byte[] packet : packets) {
                            tunnel.lan().send(packet);
                        }
                        tunnel.gateway().cycle();
                    };
            assertThat(leastAllocated(burst, () -> drain(tunnel))).as("bytes").isZero();
            assertThat(tunnel.gateway().drops()).isEmpty();
            assertThat(tunnel.gateway().counters().value(Counter.ENCRYPTED_PACKETS)).isPositive();
        }
    }

    @Test
    void decryptingAllocatesNothing() throws Exception {
        byte[][] packets = new byte[PACKETS][];
        // With no window the same packets may come again and again.
        try (TunnelGateway tunnel =
                open(
                        s -> {
                            s.esn = false;
                            s.replayWindow = 0;
                        })) {
            for (int i = 0; i < PACKETS; i++) {
                packets[i] = tunnel.fromPeer().seal(i + 1, TunnelGateway.inbound(60 + 40 * i));
            }
            Burst burst =
                    round -> {
                        for (byte[] packet : packets) {
                            tunnel.wan().send(packet);
                        }
                        tunnel.gateway().cycle();
                    };
            assertThat(leastAllocated(burst, () -> drain(tunnel))).as("bytes").isZero();
            assertThat(tunnel.gateway().drops()).isEmpty();
            assertThat(tunnel.gateway().counters().value(Counter.DECRYPTED_PACKETS)).isPositive();
        }
    }

    @Test
    void droppingWhatIsAuditedAllocatesNothing() throws Exception {
        try (TunnelGateway tunnel = open()) {
            tunnel.gateway().tables().audit().perSecond(100, System.nanoTime());
            byte[] forged = tunnel.fromPeer().seal(1, TunnelGateway.inbound(60));
            forged[forged.length - 1] ^= 1;
            byte[] unknown = IpPackets.with(forged, 23, 99);
            Burst burst =
                    round -> {
                        for (int i = 0; i < PACKETS; i += 2) {
                            tunnel.wan().send(forged);
                            tunnel.wan().send(unknown);
                        }
                        tunnel.gateway().cycle();
                    };
            assertThat(leastAllocated(burst, tunnel.gateway()::conduct)).as("bytes").isZero();
            assertThat(tunnel.gateway().audited())
                    .extracting(AuditEvent::reason)
                    .contains(DropReason.ICV_FAILED, DropReason.NO_SA);
        }
    }

    /** Or who floods the gateway makes its collector work. */
    @Test
    void droppingAllocatesNothing() throws Exception {
        try (TunnelGateway tunnel =
                open(
                        s -> {
                            s.esn = false;
                            s.replayWindow = 0;
                        })) {
            byte[][] packets = new byte[PACKETS][];
            for (int i = 0; i < PACKETS; i++) {
                byte[] good = tunnel.fromPeer().seal(i + 1, TunnelGateway.inbound(100));
                packets[i] =
                        switch (i % 5) {
                            case 0 -> IpPackets.with(good, 21, i + 1); // another SPI
                            case 1 -> Arrays.copyOf(good, 30 + i); // shorter than it says
                            case 2 -> IpPackets.with(good, 60, good[60] ^ 1); // its ICV is wrong
                            case 3 -> TunnelGateway.inbound(100); // in clear
                            default -> IpFragments.piece(good, 0, 64, i); // of a datagram
                        };
            }
            Burst burst =
                    round -> {
                        for (byte[] packet : packets) {
                            tunnel.wan().send(packet);
                        }
                        tunnel.gateway().cycle();
                    };
            assertThat(leastAllocated(burst, () -> {})).as("bytes").isZero();
            assertThat(tunnel.gateway().drops())
                    .containsOnlyKeys(
                            DropReason.NO_SA,
                            DropReason.RUNT,
                            DropReason.ICV_FAILED,
                            DropReason.CLEARTEXT_FOR_PROTECT,
                            DropReason.DUPLICATE_FRAGMENT);
        }
    }

    @FunctionalInterface
    private interface Burst {
        void run(int number);
    }

    private static TunnelGateway open() {
        return open(s -> {});
    }

    private static TunnelGateway open(Consumer<TunnelGateway.Settings> change) {
        Cable roomy = Cable.DEFAULT.withRingBytes(1 << 24);
        return TunnelGateway.open(
                s -> {
                    s.lanCable = roomy;
                    s.wanCable = roomy;
                    s.more = (DrivenGateway.Builder b) -> b.invariants(false);
                    change.accept(s);
                });
    }

    private static void drain(TunnelGateway tunnel) {
        int received = 0;
        while (tunnel.wan().receive() != null || tunnel.lan().receive() != null) {
            received++;
        }
        assertThat(received).isEqualTo(BURSTS * PACKETS);
    }

    /** The fewest bytes that a round of bursts has cost its thread. */
    private static long leastAllocated(Burst burst, Runnable betweenRounds) throws Exception {
        SynchronousQueue<Integer> begun = new SynchronousQueue<>();
        SynchronousQueue<Integer> ended = new SynchronousQueue<>();
        long[] allocated = new long[1];
        Thread lane =
                Thread.ofPlatform()
                        .daemon()
                        .name("driven-lane")
                        .start(
                                () -> {
                                    try {
                                        for (int round; (round = begun.take()) < ROUNDS; ) {
                                            long before = allocatedHere();
                                            long start = allocatedHere();
                                            for (int i = 0; i < BURSTS; i++) {
                                                burst.run(i);
                                            }
                                            long end = allocatedHere();
                                            long measuring = start - before;
                                            allocated[0] = end - start - measuring;
                                            ended.put(round);
                                        }
                                    } catch (InterruptedException e) {
                                        Thread.currentThread().interrupt();
                                    }
                                });
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS && least > 0; round++) {
            begun.put(round);
            ended.take();
            least = Math.min(least, Math.max(0, allocated[0]));
            betweenRounds.run();
        }
        begun.put(ROUNDS);
        lane.join();
        return least;
    }

    /** What the calling thread has allocated: the bean of module jdk.management, by its name. */
    private static long allocatedHere() {
        try {
            return (long)
                    ManagementFactory.getPlatformMBeanServer()
                            .invoke(
                                    new ObjectName(ManagementFactory.THREAD_MXBEAN_NAME),
                                    "getThreadAllocatedBytes",
                                    new Object[] {Thread.currentThread().threadId()},
                                    new String[] {"long"});
        } catch (JMException e) {
            throw new AssertionError(e);
        }
    }
}
