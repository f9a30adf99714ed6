package io.esplanade.engine;

import static io.esplanade.engine.testing.TwoGateways.newKey;
import static io.esplanade.engine.testing.TwoGateways.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProviders;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.engine.port.memory.MemoryLink;
import io.esplanade.engine.port.memory.Plug;
import io.esplanade.engine.runtime.config.RuntimeConfig;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.Mode;
import io.esplanade.engine.testing.TwoGateways;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/** How engines start and end: in traffic, blocked, twice, never; and with how little memory. */
@Timeout(120)
@ParameterizedClass
@EnumSource
class EngineLifeTest {

    private static final int REPETITIONS = 6;

    private final Mode mode;

    EngineLifeTest(Mode mode) {
        this.mode = mode;
    }

    private static boolean hasThreads(String engine) {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(t -> t.getName().startsWith("esplanade-" + engine + "-"));
    }

    /** An engine that forwards from one host to another, both protected. */
    private EngineBuilder forwarder(String name, MemoryHost from, MemoryHost to) {
        return Engine.builder()
                .name(name)
                .runtime(mode.config())
                .mbufs(256)
                .largeMbufs(mode.config().leastLargeMbufs())
                .invariants(true)
                .port(from.port())
                .port(to.port())
                .route(Route.of("10.1.0.0/16", "from"))
                .route(Route.of("10.2.0.0/16", "to"));
    }

    private static MemoryHost host(String name, Cable cable) {
        return MemoryHost.on(Plug.of(name, Side.PROTECTED), cable);
    }

    @RepeatedTest(REPETITIONS)
    void closingUnderTrafficBringsEveryMbufHome() throws InterruptedException {
        TwoGateways two = TwoGateways.start(mode);
        two.flow(50);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread traffic =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    try {
                                        for (long i = 0; ; i++) {
                                            two.hostA().send(two.packet(i));
                                            two.hostB().receive();
                                        }
                                    } catch (Throwable t) {
                                        failure.set(t);
                                    }
                                });
        long before = two.a().snapshot().counter(Counter.RX_PACKETS);
        TwoGateways.await(() -> two.a().snapshot().counter(Counter.RX_PACKETS) > before + 100);

        two.a().close();
        traffic.join();

        assertThat(failure.get())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("takes packets no more");
        Snapshot a = two.a().snapshot();
        assertThat(a.counter(Counter.RX_PACKETS))
                .as("each packet was sent or dropped by name")
                .isEqualTo(a.counter(Counter.TX_PACKETS) + a.dropped());
        two.close(); // proves that every mbuf is free
        assertThat(hasThreads("A") || hasThreads("B")).isFalse();
    }

    @Test
    void closingDropsByNameWhatABlockedPortDoesNotTake() {
        try (MemoryHost from = host("from", Cable.DEFAULT.withRingBytes(1 << 22));
                MemoryHost to = host("to", Cable.DEFAULT)) {
            Engine engine = forwarder("blocked", from, to).build();
            engine.start();
            long sent = 0;
            while (from.send(IpPackets.udp("10.1.0.5", "10.2.0.5", 1400))) {
                sent++;
            }
            // A lossless port that takes no more holds the packets up where they come from.
            long[] last = {-1};
            TwoGateways.await(
                    () -> {
                        Snapshot now = engine.snapshot();
                        long received = now.counter(Counter.RX_PACKETS);
                        boolean stuck =
                                received == last[0]
                                        && now.mbufs().get(Owner.TRANSMIT) > 32
                                        && now.counter(Counter.TX_PACKETS) > 700;
                        last[0] = received;
                        return stuck;
                    });

            engine.close();

            Snapshot after = engine.snapshot();
            TwoGateways.assertEveryMbufFree(after);
            assertThat(after.drops(DropReason.CLOSING)).isPositive();
            assertThat(after.dropped()).isEqualTo(after.drops(DropReason.CLOSING));
            assertThat(after.counter(Counter.RX_PACKETS))
                    .isLessThan(sent)
                    .isEqualTo(after.counter(Counter.TX_PACKETS) + after.dropped());
        }
    }

    @Test
    void aPortThatMayLoseDropsWhatItsFullQueueDoesNotTake() {
        try (MemoryHost from = host("from", Cable.DEFAULT);
                MemoryHost to = host("to", Cable.DEFAULT.withLossless(false))) {
            Engine engine = forwarder("lossy", from, to).build();
            engine.start();
            TwoGateways.await(
                    () -> {
                        from.send(IpPackets.udp("10.1.0.5", "10.2.0.5", 1400));
                        return engine.snapshot().drops(DropReason.TRANSMIT_FULL) > 100;
                    });
            engine.close();
            TwoGateways.assertEveryMbufFree(engine.snapshot());
            Snapshot after = engine.snapshot();
            assertThat(after.counter(Counter.RX_PACKETS))
                    .isEqualTo(after.counter(Counter.TX_PACKETS) + after.dropped());
        }
    }

    @Test
    void theSnapshotAfterCloseIsTheLastOneAndHasTheSas() {
        TwoGateways two = TwoGateways.start(mode);
        two.flow(300);
        two.settle();
        Snapshot running = two.a().snapshot();
        two.close();

        Snapshot last = two.a().snapshot();
        assertThat(last.sas())
                .usingRecursiveFieldByFieldElementComparatorIgnoringFields("age")
                .isEqualTo(running.sas())
                .hasSize(1);
        assertThat(last.sas().getFirst().packets()).isEqualTo(two.sent());
        assertThat(last.sas().getFirst().sequence()).isEqualTo(two.sent());
        assertThat(last.counter(Counter.ENCRYPTED_PACKETS)).isEqualTo(two.sent());
        assertThat(last.dropped()).isZero();
        assertThat(two.a().snapshot()).isSameAs(last);
        assertThat(running.mbufs().values().stream().mapToLong(Long::longValue).sum())
                .as("the ledger counts every mbuf once, also while packets move")
                .isEqualTo(TwoGateways.MBUFS + TwoGateways.LARGE_MBUFS);
    }

    @Test
    void closingTwiceAndClosingWhatNeverStartedDoNothing() {
        try (MemoryHost from = host("from", Cable.DEFAULT);
                MemoryHost to = host("to", Cable.DEFAULT)) {
            Engine engine = forwarder("twice", from, to).build();
            engine.close();
            engine.close();
            TwoGateways.assertEveryMbufFree(engine.snapshot());
            assertThatThrownBy(engine::start).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> from.send(new byte[20]))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void startingTwiceIsRefusedAndTheEngineRunsOn() {
        try (TwoGateways two = TwoGateways.start(mode)) {
            assertThatThrownBy(two.a()::start).isInstanceOf(IllegalStateException.class);
            two.flow(10);
            two.settle();
        }
    }

    @Test
    void closingFreesEverySaAndWipesItsKey() throws CryptoException {
        int contexts = CryptoProviders.find("openssl").contexts();
        SecurityAssociation configured = TwoGateways.sa("x", 5, newKey()).outbound().build();
        SecurityAssociation added = TwoGateways.sa("y", 6, newKey()).outbound().build();
        TwoGateways two = TwoGateways.start(mode, a -> a.sa(configured), b -> {});
        Changes changes = two.a().changes();
        CompletableFuture<Void> answer = changes.add(added);
        changes.submit();
        TwoGateways.await(answer::isDone);
        assertThat(CryptoProviders.find("openssl").contexts())
                .isEqualTo(contexts + 4 * mode.contexts());

        two.close();

        assertThat(CryptoProviders.find("openssl").contexts()).isEqualTo(contexts);
        assertThatThrownBy(configured.key()::segment).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(added.key()::segment).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void changesThatNobodyAppliesAreAnsweredAndTheirKeysWiped() {
        TwoGateways two = TwoGateways.start(mode);
        Changes changes = two.a().changes();
        SecurityAssociation sa = outbound("late", 3, newKey());
        CompletableFuture<Void> answer = changes.add(sa);
        two.close();

        assertThatThrownBy(changes::submit).isInstanceOf(IllegalStateException.class);
        assertThat(answer).isCompletedExceptionally();
        assertThatThrownBy(sa.key()::segment).isInstanceOf(IllegalStateException.class);
    }

    @RepeatedTest(REPETITIONS)
    void changesSubmittedWhileTheEngineClosesAreAllAnswered() throws InterruptedException {
        TwoGateways two = TwoGateways.start(mode);
        CompletableFuture<Void> begun = new CompletableFuture<>();
        AtomicReference<CompletableFuture<Void>> last = new AtomicReference<>();
        Thread other =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    try {
                                        for (int i = 0; ; i++) {
                                            Changes c = two.a().changes();
                                            last.set(c.add(Route.of("10.7.0.0/16", "wan")));
                                            c.submit();
                                            if (i == 5) {
                                                begun.complete(null);
                                            }
                                        }
                                    } catch (IllegalStateException closed) {
                                        begun.complete(null);
                                    }
                                });
        begun.join();
        two.close();
        other.join();
        assertThat(last.get()).isDone();
    }

    @Test
    void aPortThatCannotBeOpenedEndsTheEngineAndAllItHad() throws CryptoException {
        int contexts = CryptoProviders.find("openssl").contexts();
        MemoryHost from = host("from", Cable.DEFAULT);
        MemoryHost to = host("to", Cable.DEFAULT);
        SecurityAssociation sa = outbound("o", 1, newKey());
        Engine engine = forwarder("broken", from, to).sa(sa).build();
        try {
            to.port().close(); // what is closed cannot be opened
        } catch (IOException e) {
            throw new AssertionError(e);
        }

        assertThatThrownBy(engine::start).isInstanceOf(EngineException.class);

        assertThat(CryptoProviders.find("openssl").contexts()).isEqualTo(contexts);
        assertThatThrownBy(sa.key()::segment).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> from.send(new byte[20])).isInstanceOf(IllegalStateException.class);
        TwoGateways.assertEveryMbufFree(engine.snapshot());
        assertThat(hasThreads("broken")).isFalse();
        from.close();
        to.close();
    }

    @Test
    void aRefusedConfigurationClosesItsPortsAndWipesItsKeys() throws CryptoException {
        int contexts = CryptoProviders.find("openssl").contexts();
        MemoryHost from = host("from", Cable.DEFAULT);
        MemoryHost to = host("to", Cable.DEFAULT);
        SecurityAssociation sa = outbound("o", 1, newKey());
        EngineBuilder builder =
                forwarder("refused", from, to).sa(sa).route(Route.of("10.3.0.0/16", "elsewhere"));

        assertThatThrownBy(builder::build)
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("elsewhere");

        assertThat(CryptoProviders.find("openssl").contexts()).isEqualTo(contexts);
        assertThatThrownBy(sa.key()::segment).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> from.send(new byte[20])).isInstanceOf(IllegalStateException.class);
        from.close();
        to.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 32, 256})
    void theLeastNumberOfMbufsIsEnoughToLoseNothing(int burstSize) {
        int least = mode.leastBursts() * burstSize;
        try (TwoGateways two =
                TwoGateways.start(
                        mode,
                        a -> a.burstSize(burstSize).mbufs(least).largeMbufs(0),
                        b -> b.burstSize(burstSize).mbufs(least).largeMbufs(0))) {
            two.flow(2_000);
            two.settle();
            assertThat(two.lost()).isZero();
            assertThat(two.a().snapshot().dropped()).isZero();
            assertThat(two.b().snapshot().dropped()).isZero();
        }
    }

    @Test
    void aTinyPoolAndABlockedPortLoseNothing() {
        try (MemoryHost from = host("from", Cable.DEFAULT.withRingBytes(1 << 22));
                MemoryHost to = host("to", Cable.DEFAULT)) {
            Engine engine =
                    forwarder("dry", from, to).burstSize(8).mbufs(8 * mode.leastBursts()).build();
            engine.start();
            long sent = 0;
            while (from.send(IpPackets.udp("10.1.0.5", "10.2.0.5", 1400))) {
                sent++;
            }
            long received = 0;
            while (received < sent) {
                if (to.receive() != null) {
                    received++;
                }
            }
            engine.close();
            assertThat(engine.snapshot().dropped()).isZero();
            TwoGateways.assertEveryMbufFree(engine.snapshot());
        }
    }

    @Test
    void tooFewMbufsAreRefused() {
        try (MemoryHost from = host("from", Cable.DEFAULT);
                MemoryHost to = host("to", Cable.DEFAULT)) {
            int least = 32 * mode.leastBursts();
            EngineBuilder builder = forwarder("few", from, to).burstSize(32).mbufs(least - 1);
            assertThatThrownBy(builder::build)
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("" + least);
        }
    }

    @Test
    void largeMbufsOfWhichALaneHasNoneAreRefused() {
        try (MemoryHost from = host("from", Cable.DEFAULT);
                MemoryHost to = host("to", Cable.DEFAULT)) {
            int lanes = 3;
            EngineBuilder builder =
                    forwarder("few", from, to)
                            .runtime(RuntimeConfig.perCore(lanes))
                            .mbufs(0)
                            .largeMbufs(lanes - 1);
            assertThatThrownBy(builder::build)
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("have " + lanes + " or more, or none");
        }
    }

    @Test
    void packetsTooLongForSmallMbufsTakeLargeOnesAndWaitForThem() {
        Cable jumbo = Cable.DEFAULT.withMtu(9000).withRingBytes(1 << 22);
        try (MemoryHost from = host("from", jumbo);
                MemoryHost to = host("to", jumbo)) {
            Engine engine = forwarder("jumbo", from, to).build(); // a large mbuf a lane
            engine.start();
            for (int i = 0; i < 100; i++) {
                byte[] packet = IpPackets.udp("10.1.0.5", "10.2.0.5", 8000 + i);
                assertThat(from.send(packet)).isTrue();
            }
            for (int i = 0; i < 100; i++) {
                byte[][] received = {null};
                TwoGateways.await(() -> (received[0] = to.receive()) != null);
                byte[] packet = IpPackets.udp("10.1.0.5", "10.2.0.5", 8000 + i);
                assertThat(received[0]).isEqualTo(IpPackets.withTtl(packet, 63));
            }
            engine.close();
            assertThat(engine.snapshot().dropped()).isZero();
            TwoGateways.assertEveryMbufFree(engine.snapshot());
        }
    }

    @Test
    void twoEnginesMayCloseInAnyOrderWhileTheyTalk() throws IOException {
        for (boolean bFirst : new boolean[] {false, true}) {
            MemoryLink link =
                    MemoryLink.between(
                            Plug.of("to", Side.PROTECTED),
                            Plug.of("from", Side.PROTECTED),
                            Cable.DEFAULT);
            MemoryHost from = host("from", Cable.DEFAULT);
            MemoryHost to = host("to", Cable.DEFAULT);
            Engine a = twoPorts("first", from.port(), link.a());
            Engine b = twoPorts("second", link.b(), to.port());
            a.start();
            b.start();
            TwoGateways.await(
                    () -> {
                        from.send(IpPackets.udp("10.1.0.5", "10.2.0.5", 600));
                        return to.receive() != null;
                    });
            (bFirst ? b : a).close();
            (bFirst ? a : b).close();
            TwoGateways.assertEveryMbufFree(a.snapshot());
            TwoGateways.assertEveryMbufFree(b.snapshot());
            from.close();
            to.close();
            link.close();
        }
    }

    private Engine twoPorts(String name, Port from, Port to) {
        return Engine.builder()
                .name(name)
                .runtime(mode.config())
                .invariants(true)
                .port(from)
                .port(to)
                .route(Route.of("10.1.0.0/16", "from"))
                .route(Route.of("10.2.0.0/16", "to"))
                .build();
    }
}
