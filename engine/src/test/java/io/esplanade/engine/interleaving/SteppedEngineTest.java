package io.esplanade.engine.interleaving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.engine.Engine;
import io.esplanade.engine.EngineListener;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.engine.port.memory.Plug;
import io.esplanade.engine.runtime.config.RuntimeConfig;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.TwoGateways;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** An engine whose roles and conductor are driven on one thread by a seed. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SteppedEngineTest {

    private static final RuntimeConfig STEPPED =
            RuntimeConfig.stepped(5, RuntimeConfig.perCore(2).withWorkers(2));

    private static List<String> threadsOf(String engine) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("esplanade-" + engine + "-"))
                .toList();
    }

    @Test
    void itHasOneThreadAndForwardsInOrder() {
        try (TwoGateways two =
                TwoGateways.start(a -> a.runtime(STEPPED).name("one"), b -> b.runtime(STEPPED))) {
            assertThat(threadsOf("one")).hasSize(1);
            two.flow(2_000);
            two.settle();
            assertThat(two.received()).isEqualTo(two.sent());
        }
    }

    @Test
    void changesAreAnsweredWhileItRuns() {
        try (TwoGateways two = TwoGateways.start(a -> a.runtime(STEPPED), b -> {})) {
            byte[] key = TwoGateways.newKey();
            var inB = two.b().changes();
            inB.add(TwoGateways.inbound("in-1", 1, key));
            inB.submit().join();
            var inA = two.a().changes();
            inA.add(TwoGateways.outbound("out-1", 1, key));
            inA.removeSa("out-0");
            var rekeyed = inA.submit();
            two.flowUntil(rekeyed::isDone);
            two.settle();
            assertThat(two.received()).isEqualTo(two.sent());
            assertThat(two.a().snapshot().sas()).extracting("name").containsExactly("out-1");
        }
    }

    @Test
    void aListenerMayCloseItThoughItIsItsOwnThread() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        AtomicReference<Engine> engine = new AtomicReference<>();
        MemoryHost host = MemoryHost.on(Plug.of("host", Side.PROTECTED), Cable.DEFAULT);
        EngineListener closing =
                new EngineListener() {
                    @Override
                    public void portFailed(String port, Throwable cause) {
                        engine.get().close();
                        closed.countDown();
                    }
                };
        engine.set(
                Engine.builder()
                        .runtime(STEPPED)
                        .port(host.port())
                        .route(Route.of("10.1.0.0/16", "host"))
                        .listener(closing)
                        .build());
        host.send(IpPackets.udp("10.1.0.5", "10.1.0.6", 60));
        host.close(); // what is sent back fails the port
        engine.get().start();
        closed.await();
        assertThat(engine.get().snapshot().mbufsInUse()).isZero();
    }

    @Test
    void whatIsSteppedIsNotSteppedAgain() {
        assertThatThrownBy(() -> RuntimeConfig.stepped(1, STEPPED))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
