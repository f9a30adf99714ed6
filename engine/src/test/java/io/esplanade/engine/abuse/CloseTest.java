package io.esplanade.engine.abuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.engine.Changes;
import io.esplanade.engine.Engine;
import io.esplanade.engine.EngineBuilder;
import io.esplanade.engine.EngineException;
import io.esplanade.engine.EngineListener;
import io.esplanade.engine.Snapshot;
import io.esplanade.engine.abuse.FaultyProvider.Fault;
import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.ipsec.KeyOrigin;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.mbuf.MbufLedger;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.engine.port.memory.Plug;
import io.esplanade.engine.testing.EspPackets;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.Mode;
import io.esplanade.engine.testing.TunnelGateway;
import io.esplanade.engine.testing.TwoGateways;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** Every way an engine may end, and what must be given back then. */
@Timeout(value = 4, unit = TimeUnit.SECONDS) // less than an engine waits for a thread
@ParameterizedClass
@EnumSource
class CloseTest {

    private final FaultyProvider provider = new FaultyProvider();
    private final OddPort lan = new OddPort("lan", Side.PROTECTED);
    private final OddPort wan = new OddPort("wan", Side.UNPROTECTED);
    private final KeyMaterial key = KeyMaterial.takeFrom(TunnelGateway.key(600));
    private final Mode mode;
    private int contextsBefore;

    CloseTest(Mode mode) {
        this.mode = mode;
    }

    @BeforeEach
    void countContexts() {
        contextsBefore = provider.contexts();
    }

    @AfterEach
    void everythingIsGivenBack() {
        assertThat(provider.contexts()).as("contexts").isEqualTo(contextsBefore);
        assertThat(provider.openQueues()).as("queues").isZero();
        assertThatThrownBy(key::segment).as("the key").isInstanceOf(IllegalStateException.class);
    }

    private EngineBuilder engine() {
        return Engine.builder()
                .provider(provider)
                .runtime(mode.config())
                .invariants(true)
                .mbufs(256)
                .port(lan)
                .port(wan)
                .sa(sa("out", key));
    }

    private static SecurityAssociation sa(String name, KeyMaterial key) {
        return SecurityAssociation.builder(name)
                .outbound()
                .spi(0x1000)
                .from(InetAddress.ofLiteral(TunnelGateway.US))
                .to(InetAddress.ofLiteral(TunnelGateway.PEER))
                .origin(KeyOrigin.STATIC_UNSAFE)
                .key(key)
                .build();
    }

    private static void assertAtRest(Engine engine) {
        Snapshot last = engine.snapshot();
        assertThat(last.mbufsInUse()).as(MbufLedger.verdict(last.mbufs())).isZero();
    }

    @Test
    void anEngineThatWasNeverStartedClosesItsPorts() {
        Engine engine = engine().build();
        engine.close();
        assertThat(List.of(lan.closed(), wan.closed())).containsExactly(1, 1);
        assertAtRest(engine);
        assertThatThrownBy(engine::start).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void closingTwiceDoesNothingMore() {
        Engine engine = engine().build();
        engine.start();
        engine.close();
        engine.close();
        assertThat(List.of(lan.closed(), wan.closed())).containsExactly(1, 1);
    }

    @Test
    void manyThreadsMayCloseAtOnce() {
        Engine engine = engine().build();
        engine.start();
        CompletableFuture<?>[] closers = new CompletableFuture<?>[8];
        for (int i = 0; i < closers.length; i++) {
            closers[i] = CompletableFuture.runAsync(engine::close);
        }
        CompletableFuture.allOf(closers).join();
        assertThat(List.of(lan.closed(), wan.closed())).containsExactly(1, 1);
    }

    @ParameterizedTest
    @EnumSource(names = {"ATTACH", "RX_QUEUE"})
    void aStartThatFailsAtTheSecondPortClosesTheFirst(OddPort.Fault fault) {
        wan.with(fault);
        Engine engine = engine().build();
        assertThatThrownBy(engine::start)
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("port wan");
        assertThat(List.of(lan.closed(), wan.closed())).containsExactly(1, 1);
        engine.close();
        assertThat(lan.closed()).isEqualTo(1);
    }

    @Test
    void aStartThatFailsAtCryptographyClosesThePorts() {
        Engine engine = engine().build();
        provider.fault(Fault.NO_QUEUE);
        assertThatThrownBy(engine::start).isInstanceOf(EngineException.class);
        assertThat(List.of(lan.closed(), wan.closed())).containsExactly(1, 1);
    }

    @Test
    void aBuildThatIsRefusedClosesThePortsAndWipesTheKeys() {
        provider.fault(Fault.NO_CONTEXT);
        assertThatThrownBy(engine()::build)
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("SA out");
        assertThat(List.of(lan.closed(), wan.closed())).containsExactly(1, 1);
    }

    @Test
    void aPortWhoseCloseThrowsKeepsNothingFromBeingGivenBack() {
        lan.with(OddPort.Fault.CLOSE);
        Engine engine = engine().build();
        engine.start();
        assertThatThrownBy(engine::close)
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("port lan");
        assertThat(wan.closed()).isEqualTo(1);
        engine.close(); // throws no more
        assertThat(lan.closed()).isEqualTo(1);
    }

    @Test
    void theLastSnapshotStillKnowsTheAssociations() {
        Engine engine = engine().build();
        engine.start();
        engine.close();
        assertThat(engine.snapshot().sas()).extracting(Snapshot.SaState::name).contains("out");
    }

    @Test
    void aChangeAfterCloseIsAnsweredAndItsKeyWiped() {
        Engine engine = engine().build();
        engine.start();
        engine.close();
        KeyMaterial late = KeyMaterial.takeFrom(TunnelGateway.key(601));
        Changes changes = engine.changes();
        CompletableFuture<Void> answer = changes.add(sa("late", late));
        assertThatThrownBy(changes::submit).isInstanceOf(IllegalStateException.class);
        assertThat(answer).isCompletedExceptionally();
        assertThatThrownBy(late::segment).isInstanceOf(IllegalStateException.class);
    }

    /** The conductor is held up in a listener while changes come in and the engine closes. */
    @Test
    void changesThatArePendingAtCloseAreAnsweredAndTheirKeysWiped() throws Exception {
        CountDownLatch told = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        MemoryHost host = MemoryHost.on(Plug.of("host", Side.PROTECTED), Cable.DEFAULT);
        EngineListener slow =
                new EngineListener() {
                    @Override
                    public void portFailed(String port, Throwable cause) {
                        told.countDown();
                        awaitQuietly(goOn);
                    }
                };
        Engine engine =
                engine().port(host.port())
                        .route(Route.of("10.1.0.0/16", "host"))
                        .listener(slow)
                        .build();
        host.send(IpPackets.udp("10.1.0.5", "10.1.0.6", 60));
        host.close(); // what is sent back fails the port
        engine.start();
        told.await();
        KeyMaterial late = KeyMaterial.takeFrom(TunnelGateway.key(602));
        Changes changes = engine.changes();
        CompletableFuture<Void> added = changes.add(sa("late", late));
        CompletableFuture<Void> removed = changes.removeSa("out");
        CompletableFuture<Void> all = changes.submit();
        CompletableFuture<Void> closed = CompletableFuture.runAsync(engine::close);
        goOn.countDown();
        closed.join();
        // Applied just before or refused, but answered; the key is wiped in any case.
        assertThat(List.of(added, removed, all)).allMatch(CompletableFuture::isDone);
        assertThatThrownBy(late::segment).isInstanceOf(IllegalStateException.class);
        assertAtRest(engine);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aListenerMayCloseItsEngine() throws Exception {
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
                engine().port(host.port())
                        .route(Route.of("10.1.0.0/16", "host"))
                        .listener(closing)
                        .build());
        host.send(IpPackets.udp("10.1.0.5", "10.1.0.6", 60));
        host.close(); // what is sent back fails the port
        engine.get().start();
        closed.await();
        assertAtRest(engine.get());
    }

    @Test
    void whatHangsOnAnAnswerMayCloseTheEngine() {
        Engine engine = engine().build();
        engine.start();
        KeyMaterial second = KeyMaterial.takeFrom(TunnelGateway.key(603));
        Changes changes = engine.changes();
        CompletableFuture<Void> closed =
                changes.removeSa("no such SA").exceptionally(e -> null).thenRun(engine::close);
        CompletableFuture<Void> after = changes.add(sa("second", second));
        changes.submit();
        closed.join();
        assertThatThrownBy(after::join).hasMessageContaining("closed");
        assertThatThrownBy(second::segment).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aFullSinkThatNobodyReadsDelaysCloseByASecondAtMost() {
        MemoryHost inside = MemoryHost.on(Plug.of("inside", Side.PROTECTED), Cable.DEFAULT);
        MemoryHost outside =
                MemoryHost.on(
                        Plug.of("outside", Side.UNPROTECTED),
                        Cable.DEFAULT.withRingBytes(256 * 1024));
        EngineBuilder builder = engine().port(inside.port()).port(outside.port());
        builder.route(Route.of("0.0.0.0/0", "outside"));
        TunnelGateway.policies().forEach(builder::policy);
        EspPackets esp =
                new EspPackets(
                        TunnelGateway.US, TunnelGateway.PEER, 0x999, TunnelGateway.key(604), true);
        builder.sa(
                SecurityAssociation.builder("peer")
                        .outbound()
                        .spi(0x999)
                        .from(InetAddress.ofLiteral(esp.source()))
                        .to(InetAddress.ofLiteral(esp.destination()))
                        .origin(KeyOrigin.STATIC_UNSAFE)
                        .key(esp.keyMaterial())
                        .build());
        Engine engine = builder.build();
        engine.start();
        for (int i = 0; i < 400; i++) {
            assertThat(inside.send(TunnelGateway.outbound(1000))).isTrue();
        }
        TwoGateways.await(
                () -> {
                    Snapshot now = engine.snapshot();
                    return now.counter(Counter.TX_PACKETS) == 256 * 1024 / 1072 // 16 of header each
                            && now.counter(Counter.RX_PACKETS) > now.counter(Counter.TX_PACKETS);
                });
        engine.close();
        Snapshot last = engine.snapshot();
        assertThat(last.drops(DropReason.CLOSING)).isPositive();
        assertThat(last.counter(Counter.TX_PACKETS) + last.drops(DropReason.CLOSING))
                .isEqualTo(last.counter(Counter.RX_PACKETS));
        assertAtRest(engine);
        inside.close();
        outside.close();
    }
}
