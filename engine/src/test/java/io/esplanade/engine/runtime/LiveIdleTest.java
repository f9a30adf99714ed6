package io.esplanade.engine.runtime;

import static io.esplanade.ffi.linux.linux.EFD_CLOEXEC;
import static io.esplanade.ffi.linux.linux.EFD_NONBLOCK;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.Changes;
import io.esplanade.engine.Engine;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.os.IdleStrategy;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.RxQueue;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.engine.port.memory.Plug;
import io.esplanade.engine.runtime.config.RuntimeConfig;
import io.esplanade.engine.runtime.config.RuntimeConfig.Placement;
import io.esplanade.engine.runtime.config.RuntimeConfig.Threading;
import io.esplanade.engine.testing.DelegatingPort;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.TwoGateways;
import io.esplanade.ffi.linux.Syscalls;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.Stream;

/**
 * Threads that sleep until a descriptor or another thread wakes them: packets that come one by one,
 * each when all threads sleep, wait for nobody. A wake that were missing would cost a tenth of a
 * second each time.
 */
@Timeout(15)
class LiveIdleTest {

    private static final int PACKETS = 400;

    static Stream<RuntimeConfig> runtimes() {
        RuntimeConfig.PerCore lane = RuntimeConfig.perCore(1).withIdle(IdleStrategy.PARK);
        return Stream.of(
                lane,
                lane.withWorkers(2).withPlacement(Placement.SPREAD),
                lane.withWorkers(2)
                        .withPlacement(Placement.SPREAD)
                        .withThreading(Threading.DEDICATED),
                RuntimeConfig.perCore(2).withIdle(IdleStrategy.PARK),
                RuntimeConfig.perCore(3)
                        .withThreading(Threading.DEDICATED)
                        .withIdle(IdleStrategy.PARK),
                RuntimeConfig.giantLock(2).withIdle(IdleStrategy.PARK),
                RuntimeConfig.fineGrained(2).withIdle(IdleStrategy.PARK));
    }

    @ParameterizedTest
    @MethodSource("runtimes")
    void packetsThatComeOneByOneWaitForNobody(RuntimeConfig runtime) {
        Cable cable = Cable.DEFAULT.withMtu(1600).withLossless(false);
        LivePort in;
        try (MemoryHost inside = MemoryHost.on(Plug.of("inside", Side.PROTECTED), cable);
                MemoryHost outside = MemoryHost.on(Plug.of("outside", Side.UNPROTECTED), cable);
                Engine engine =
                        Engine.builder()
                                .runtime(runtime)
                                .mbufs(1024)
                                .port(in = new LivePort(inside.port()))
                                .port(new LivePort(outside.port()))
                                .sa(sa("other", 1)) // has the first lane, t another
                                .sa(sa("t", 0))
                                .policy(TwoGateways.protect())
                                .route(Route.of("0.0.0.0/0", "outside"))
                                .build()) {
            engine.start();
            byte[] packet = IpPackets.udp("10.1.0.5", "10.2.0.5", 100);
            for (int i = 0; i < PACKETS; i++) {
                assertThat(inside.send(packet)).isTrue();
                in.ring();
                TwoGateways.await(() -> outside.receive() != null);
            }
            Changes changes = engine.changes();
            changes.removeSa("t");
            changes.submit().join();
        }
    }

    private static SecurityAssociation sa(String tunnel, int n) {
        return TwoGateways.sa(tunnel, n, TwoGateways.newKey()).tunnel(tunnel).outbound().build();
    }

    /** A port in memory with a descriptor that becomes readable when the test rings. */
    private static final class LivePort extends DelegatingPort {

        private static final MemorySegment ONE =
                Arena.global().allocateFrom(ValueLayout.JAVA_LONG, 1);

        private final int eventfd = Syscalls.eventfd(0, EFD_NONBLOCK() | EFD_CLOEXEC());

        LivePort(Port memory) {
            super(memory);
        }

        void ring() {
            Syscalls.write(eventfd, ONE, Long.BYTES);
        }

        @Override
        public RxQueue rxQueue(int index, MbufSource source) {
            RxQueue queue = port.rxQueue(index, source);
            MemorySegment count = Arena.ofAuto().allocate(Long.BYTES);
            return new RxQueue() {
                @Override
                public int receive(Burst burst, int max) {
                    Syscalls.read(eventfd, count, Long.BYTES);
                    return queue.receive(burst, max);
                }

                @Override
                public int[] descriptors() {
                    return new int[] {eventfd};
                }
            };
        }

        @Override
        public void close() {
            try {
                port.close();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            Syscalls.close(eventfd);
        }
    }
}
