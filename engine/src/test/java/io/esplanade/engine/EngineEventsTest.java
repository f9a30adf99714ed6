package io.esplanade.engine;

import static io.esplanade.engine.testing.TwoGateways.newKey;
import static io.esplanade.engine.testing.TwoGateways.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.ipsec.Expiry;
import io.esplanade.engine.testing.TwoGateways;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** What an engine tells its owner, who may throw, ask back, change things and close meanwhile. */
@Timeout(120)
class EngineEventsTest {

    /** Writes down what it is told, then does what the test wants done in the callback. */
    private static final class Recorder implements EngineListener {
        final List<String> events = new CopyOnWriteArrayList<>();
        final List<String> threads = new CopyOnWriteArrayList<>();
        private final Runnable then;

        Recorder(Runnable then) {
            this.then = then;
        }

        Recorder() {
            this(() -> {});
        }

        private void add(String event) {
            threads.add(Thread.currentThread().getName());
            events.add(event);
            then.run();
        }

        @Override
        public void inputEnded() {
            add("input ended");
        }

        @Override
        public void portFailed(String port, Throwable cause) {
            add("port " + port + " failed: " + cause.getMessage());
        }

        @Override
        public void laneFailed(int lane, Throwable cause) {
            add("lane " + lane + " failed");
        }

        @Override
        public void softExpired(String sa, Expiry cause) {
            add(sa + " has few " + cause.text() + " left");
        }

        @Override
        public void hardExpired(String sa, Expiry cause) {
            add(sa + " has no " + cause.text() + " left");
        }
    }

    private static TwoGateways listened(Recorder recorder) {
        return TwoGateways.start(a -> a.listener(recorder), b -> {});
    }

    /** Ends all that A can receive. */
    private static void endInput(TwoGateways two) {
        two.hostA().endInput();
        two.b().close();
    }

    @Test
    void theEndOfAllInputIsSaidOnceByTheConductor() throws InterruptedException {
        Recorder recorder = new Recorder();
        try (TwoGateways two = listened(recorder)) {
            two.flow(100);
            two.settle();
            assertThat(two.a().awaitInputEnd(Duration.ZERO)).isFalse();
            endInput(two);
            assertThat(two.a().awaitInputEnd(Duration.ofSeconds(30))).isTrue();
            TwoGateways.await(() -> recorder.events.contains("input ended"));
            answeredSoon(two);
        }
        assertThat(recorder.events).containsOnlyOnce("input ended");
        assertThat(recorder.threads).containsOnly("esplanade-A-conductor");
    }

    /** A change that is answered: the conductor lives, and has been through another cycle. */
    private static void answeredSoon(TwoGateways two) {
        Changes changes = two.a().changes();
        CompletableFuture<Void> answer = changes.add(Route.of("10.9.0.0/16", "wan"));
        changes.submit();
        assertThat(answer.orTimeout(30, TimeUnit.SECONDS)).succeedsWithin(Duration.ofSeconds(30));
    }

    @Test
    void aPortWhoseOtherEndIsGoneIsSaidOnceAndItsPacketsAreDroppedByName() {
        Recorder recorder = new Recorder();
        try (TwoGateways two = listened(recorder)) {
            two.flow(10);
            two.settle();
            two.b().close();
            long[] number = {0};
            TwoGateways.await(
                    () -> {
                        two.hostA().send(two.packet(number[0]++));
                        return two.a().snapshot().drops(DropReason.PORT_CLOSED) > 100;
                    });
            TwoGateways.await(() -> !recorder.events.isEmpty());
            answeredSoon(two);
        }
        assertThat(recorder.events)
                .containsExactly("port wan failed: port wan: the cable's other end is closed");
    }

    @Test
    void anSaThatIsAboutToUseUpItsNumbersIsSaidOnceAndEndsByName() {
        Recorder recorder = new Recorder();
        long left = 200;
        byte[] key = newKey();
        try (TwoGateways two =
                TwoGateways.start(
                        a ->
                                a.listener(recorder)
                                        .sa(
                                                TwoGateways.sa("short", 1, key)
                                                        .outbound()
                                                        .esn(false)
                                                        .initialSequence(0x1_0000_0000L - left)
                                                        .build()),
                        b ->
                                b.sa(
                                        TwoGateways.sa("short", 1, key)
                                                .inbound()
                                                .esn(false)
                                                .selectors(
                                                        TwoGateways.inbound("x", 2, newKey())
                                                                .selectors())
                                                .build()))) {
            TwoGateways.await(() -> !recorder.events.isEmpty());
            for (int i = 0; i < left + 100; i++) {
                assertThat(two.hostA().send(two.packet(i))).isTrue();
            }
            TwoGateways.await(() -> two.a().snapshot().drops(DropReason.SEQUENCE_EXHAUSTED) == 100);
            for (int i = 0; i < left; i++) {
                TwoGateways.await(() -> two.hostB().receive() != null);
            }
            assertThat(two.hostB().receive()).isNull();
        }
        assertThat(recorder.events).containsExactly("short has few sequence numbers left");
    }

    @Test
    void aListenerThatThrowsIsHeardNoLess() {
        for (Runnable thrower : List.<Runnable>of(this::throwException, this::throwError)) {
            Recorder recorder = new Recorder(thrower);
            try (TwoGateways two = listened(recorder)) {
                endInput(two);
                TwoGateways.await(() -> recorder.events.contains("input ended"));
                answeredSoon(two);
            }
        }
    }

    private void throwException() {
        throw new IllegalStateException("a listener's own fault");
    }

    private void throwError() {
        throw new AssertionError("a listener's own fault");
    }

    @Test
    void aListenerMayAskForASnapshotAndChangeThings() {
        inListener(
                engine -> {
                    engine.snapshot();
                    Changes changes = engine.changes();
                    changes.add(Route.of("10.8.0.0/16", "wan"));
                    changes.submit();
                });
    }

    @Test
    void aListenerMayCloseItsEngine() {
        inListener(Engine::close);
    }

    private static void inListener(Consumer<Engine> action) {
        AtomicReference<Engine> engine = new AtomicReference<>();
        CompletableFuture<Void> done = new CompletableFuture<>();
        Recorder recorder =
                new Recorder(
                        () -> {
                            try {
                                action.accept(engine.get());
                                done.complete(null);
                            } catch (Throwable t) {
                                done.completeExceptionally(t);
                            }
                        });
        try (TwoGateways two = listened(recorder)) {
            engine.set(two.a());
            two.flow(10);
            endInput(two);
            assertThat(done).succeedsWithin(Duration.ofSeconds(4)); // sooner than any time-out
        }
    }

    @Test
    void whatHangsOnAnAnswerMayCloseTheEngine() {
        TwoGateways two = TwoGateways.start();
        Changes changes = two.a().changes();
        CompletableFuture<Void> first = changes.add(Route.of("10.8.0.0/16", "wan"));
        CompletableFuture<Void> second = changes.add(outbound("late", 2, newKey()));
        CompletableFuture<Void> closed = first.thenRun(() -> two.a().close());
        changes.submit();
        assertThat(closed).succeedsWithin(Duration.ofSeconds(4));
        assertThat(second).succeedsWithin(Duration.ofSeconds(4));
        two.close();
    }

    @Test
    void aListenerThatWaitsHoldsUpChangesButNoPacket() {
        CompletableFuture<Void> release = new CompletableFuture<>();
        Recorder recorder = new Recorder(release::join);
        long left = 50;
        TwoGateways two =
                TwoGateways.start(
                        a ->
                                a.listener(recorder)
                                        .sa(
                                                TwoGateways.sa("low", 1, newKey())
                                                        .tunnel("other")
                                                        .outbound()
                                                        .esn(false)
                                                        .initialSequence(0x1_0000_0000L - left)
                                                        .build()),
                        b -> {});
        TwoGateways.await(() -> !recorder.events.isEmpty());
        Changes changes = two.a().changes();
        CompletableFuture<Void> answer = changes.add(Route.of("10.8.0.0/16", "wan"));
        changes.submit();
        two.flow(500);
        two.settle();
        assertThat(two.lost()).isZero();
        assertThat(answer).isNotDone();
        release.complete(null);
        assertThat(answer).succeedsWithin(Duration.ofSeconds(30));
        two.close();
    }

    @Test
    void changesThatFollowEachOtherWithoutEndDoNotHoldUpClose() {
        try (TwoGateways two = TwoGateways.start()) {
            AtomicLong refused = new AtomicLong();
            AtomicReference<Runnable> again = new AtomicReference<>();
            again.set(
                    () -> {
                        Changes changes = two.a().changes();
                        changes.removeSa("nobody")
                                .whenComplete(
                                        (done, why) -> {
                                            refused.incrementAndGet();
                                            again.get().run(); // in the conductor's thread
                                        });
                        changes.submit();
                    });
            again.get().run();
            TwoGateways.await(() -> refused.get() > 1_000);
            two.flow(10);
        }
    }

    @Test
    void closeSaysWhenAListenerDoesNotReturnAndFreesNothingUnderIt() {
        CompletableFuture<Void> release = new CompletableFuture<>();
        Recorder recorder = new Recorder(release::join);
        TwoGateways two = listened(recorder);
        endInput(two);
        TwoGateways.await(() -> !recorder.events.isEmpty());

        assertThatThrownBy(two.a()::close)
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("listener")
                .hasMessageContaining("memory is not freed");
        assertThat(two.a().snapshot().sas()).hasSize(1);

        release.complete(null);
        two.hostA().close();
        two.hostB().close();
    }
}
