package io.esplanade.engine;

import static io.esplanade.engine.testing.TwoGateways.inbound;
import static io.esplanade.engine.testing.TwoGateways.newKey;
import static io.esplanade.engine.testing.TwoGateways.outbound;
import static io.esplanade.engine.testing.TwoGateways.protect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProviders;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.KeyOrigin;
import io.esplanade.engine.ipsec.Prefix;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.engine.testing.Mode;
import io.esplanade.engine.testing.TunnelGateway;
import io.esplanade.engine.testing.TwoGateways;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/** Changes while packets flow: each is answered, and takes effect without losing a packet. */
@Timeout(120)
@ParameterizedClass
@EnumSource
class EngineChangesTest {

    private final Mode mode;

    EngineChangesTest(Mode mode) {
        this.mode = mode;
    }

    /** Submits one change and waits for its answer while packets flow. */
    private static CompletableFuture<Void> change(
            TwoGateways two, Engine engine, Function<Changes, CompletableFuture<Void>> change) {
        Changes changes = engine.changes();
        CompletableFuture<Void> answer = change.apply(changes);
        changes.submit();
        two.flowUntil(answer::isDone);
        return answer;
    }

    private static void effective(
            TwoGateways two, Engine engine, Function<Changes, CompletableFuture<Void>> change) {
        assertThat(change(two, engine, change)).isCompleted();
    }

    private static void refused(
            TwoGateways two,
            Engine engine,
            Function<Changes, CompletableFuture<Void>> change,
            String why) {
        assertThat(change(two, engine, change))
                .isCompletedExceptionally()
                .failsWithin(Duration.ZERO)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(EngineException.class)
                .withMessageContaining(why);
    }

    private static List<String> saNames(Engine engine) {
        return engine.snapshot().sas().stream().map(Snapshot.SaState::name).toList();
    }

    @Test
    void fiftyRekeysUnderLoadLoseNothing() {
        try (TwoGateways two = TwoGateways.start(mode)) {
            for (int n = 1; n <= 50; n++) {
                int next = n;
                byte[] key = newKey();
                effective(two, two.b(), c -> c.add(inbound("in-" + next, next, key)));
                effective(two, two.a(), c -> c.add(outbound("out-" + next, next, key)));
                effective(two, two.a(), c -> c.removeSa("out-" + (next - 1)));
                long before = two.sent(); // what the old one has sent is still on its way to B
                two.flowUntil(() -> two.arrived(before));
                effective(two, two.b(), c -> c.removeSa("in-" + (next - 1)));
                two.flow(20);
            }
            two.settle();
            assertThat(two.a().snapshot().drops()).isEqualTo(Map.<DropReason, Long>of());
            assertThat(two.b().snapshot().drops()).isEqualTo(Map.<DropReason, Long>of());
            assertThat(two.lost()).isZero();
            assertThat(saNames(two.a())).containsExactly("out-50");
            assertThat(saNames(two.b())).containsExactly("in-50");
        }
    }

    @Test
    void theNewestSaOfATunnelSends() {
        try (TwoGateways two = TwoGateways.start(mode)) {
            two.flow(10);
            byte[] key = newKey();
            effective(two, two.b(), c -> c.add(inbound("in-1", 1, key)));
            effective(two, two.a(), c -> c.add(outbound("out-1", 1, key)));
            two.settle();
            Snapshot before = two.a().snapshot();
            two.flow(100);
            two.settle();
            Snapshot after = two.a().snapshot();

            assertThat(sequence(after, "out-0")).isEqualTo(sequence(before, "out-0"));
            assertThat(sequence(after, "out-1")).isGreaterThanOrEqualTo(100);

            effective(two, two.a(), c -> c.removeSa("out-1"));
            two.settle();
            two.flow(100);
            assertThat(sequence(two.a().snapshot(), "out-0"))
                    .as("the one before sends again")
                    .isGreaterThanOrEqualTo(sequence(before, "out-0") + 100);
            two.settle();
            assertThat(two.lost()).isZero();
        }
    }

    private static long sequence(Snapshot snapshot, String sa) {
        return snapshot.sas().stream()
                .filter(s -> s.name().equals(sa))
                .findFirst()
                .orElseThrow()
                .sequence();
    }

    @Test
    void aRemovedSasKeyIsWipedAndItsContextFreedWhenItsFutureCompletes() throws CryptoException {
        try (TwoGateways two = TwoGateways.start(mode)) {
            int contexts = CryptoProviders.find("openssl").contexts();
            SecurityAssociation sa = outbound("out-1", 1, newKey());
            effective(two, two.a(), c -> c.add(sa));
            assertThat(CryptoProviders.find("openssl").contexts())
                    .isEqualTo(contexts + mode.contexts());
            assertThat(sa.key().segment().byteSize()).isEqualTo(20);

            effective(two, two.a(), c -> c.removeSa("out-1"));

            assertThat(CryptoProviders.find("openssl").contexts()).isEqualTo(contexts);
            assertThatThrownBy(sa.key()::segment)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("wiped");
        }
    }

    @Test
    void withoutAnSaPacketsAreDroppedByThatNameUntilThereIsOne() {
        try (TwoGateways two = TwoGateways.start(mode)) {
            two.flow(10);
            two.settle();
            removed(two, c -> c.removeSa("out-0"), DropReason.NO_OUTBOUND_SA);
            byte[] key = newKey();
            answered(two.b(), c -> c.add(inbound("in-1", 1, key)));
            restored(two, c -> c.add(outbound("out-1", 1, key)), DropReason.NO_OUTBOUND_SA);
        }
    }

    @Test
    void withoutAPolicyPacketsAreDroppedByThatNameUntilThereIsOne() {
        try (TwoGateways two = TwoGateways.start(mode)) {
            removed(two, c -> c.removePolicy("p"), DropReason.NO_POLICY);
            restored(two, c -> c.add(protect()), DropReason.NO_POLICY);
        }
    }

    @Test
    void withoutARoutePacketsAreDroppedByThatNameUntilThereIsOne() {
        try (TwoGateways two = TwoGateways.start(mode)) {
            removed(two, c -> c.removeRoute(Prefix.parse("10.2.0.0/16")), DropReason.NO_ROUTE);
            restored(two, c -> c.add(Route.of("10.2.0.0/16", "wan")), DropReason.NO_ROUTE);
        }
    }

    @Test
    void withoutARouteToThePeerEncryptedPacketsAreDroppedByThatName() {
        try (TwoGateways two = TwoGateways.start(mode)) {
            removed(two, c -> c.removeRoute(Prefix.parse("192.0.2.0/24")), DropReason.NO_ROUTE);
            restored(two, c -> c.add(Route.of("192.0.2.2/32", "wan")), DropReason.NO_ROUTE);
        }
    }

    /** Once the removal is answered, not one packet more passes. */
    private static void removed(
            TwoGateways two,
            Function<Changes, CompletableFuture<Void>> removal,
            DropReason reason) {
        two.flow(10);
        two.settle();
        answered(two.a(), removal);
        for (int i = 0; i < 100; i++) {
            assertThat(two.hostA().send(two.packet(i))).isTrue();
        }
        TwoGateways.await(() -> two.a().snapshot().drops(reason) == 100);
        assertThat(two.hostB().receive()).isNull();
    }

    /** Makes a change that takes effect, with no traffic of ours meanwhile. */
    private static void answered(Engine engine, Function<Changes, CompletableFuture<Void>> change) {
        Changes changes = engine.changes();
        CompletableFuture<Void> answer = change.apply(changes);
        changes.submit();
        TwoGateways.await(answer::isDone);
        assertThat(answer).isCompleted();
    }

    /** Once the change is answered, every packet passes. */
    private static void restored(
            TwoGateways two, Function<Changes, CompletableFuture<Void>> change, DropReason reason) {
        answered(two.a(), change);
        two.flow(100);
        two.settle();
        assertThat(two.lost()).isZero();
        assertThat(two.a().snapshot().drops()).isEqualTo(Map.of(reason, 100L));
    }

    @Test
    void whatIsRefusedSaysWhyAndTheRestOfItsBatchTakesEffect() {
        try (TwoGateways two = TwoGateways.start(mode)) {
            Changes changes = two.a().changes();
            CompletableFuture<Void> route = changes.add(Route.of("10.5.0.0/16", "wan"));
            CompletableFuture<Void> nowhere = changes.add(Route.of("10.6.0.0/16", "dmz"));
            CompletableFuture<Void> unknown = changes.removeSa("nobody");
            CompletableFuture<Void> sa = changes.add(outbound("out-1", 1, newKey()));
            CompletableFuture<Void> all = changes.submit();
            two.flowUntil(all::isDone);

            assertThat(all).isCompletedExceptionally();
            assertThat(route).isCompleted();
            assertThat(sa).isCompleted();
            assertThat(nowhere.exceptionNow())
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("no port dmz");
            assertThat(unknown.exceptionNow())
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("no SA nobody");
            assertThat(saNames(two.a())).containsExactly("out-0", "out-1");
        }
    }

    @Test
    void eachWrongChangeIsRefusedWithItsReason() {
        try (TwoGateways two = TwoGateways.start(mode)) {
            Engine a = two.a();
            byte[] key = newKey();
            effective(two, a, c -> c.add(idle("out-1", key)));

            refused(two, a, c -> c.add(idle("out-1", newKey())), "of this name");
            refused(two, a, c -> c.add(idle("out-2", key)), "same key and salt");
            refused(two, a, c -> c.add(staticKey("out-2")), "nonce store");
            refused(two, a, c -> c.add(otherProvider("out-2")), "no crypto provider none");
            refused(two, a, c -> c.add(protect()), "there is a policy p");
            refused(two, a, c -> c.removePolicy("q"), "no policy q");
            refused(two, a, c -> c.removeRoute(Prefix.parse("10.77.0.0/16")), "no route to");
            byte[] other = newKey();
            effective(two, two.b(), c -> c.add(inbound("in-1", 1, other)));
            refused(two, two.b(), c -> c.add(inbound("in-2", 1, newKey())), "already receives");

            effective(two, a, c -> c.removeSa("out-1"));
            refused(two, a, c -> c.add(idle("out-3", key)), "used to send before");
            two.settle();
            assertThat(two.lost()).isZero();
        }
    }

    /** An SA of a tunnel on which nothing is sent. */
    private static SecurityAssociation idle(String name, byte[] key) {
        return TwoGateways.sa(name, 9, key).outbound().tunnel("idle").build();
    }

    private static SecurityAssociation staticKey(String name) {
        return TwoGateways.sa(name, 7, newKey()).outbound().origin(KeyOrigin.STATIC).build();
    }

    private static SecurityAssociation otherProvider(String name) {
        return TwoGateways.sa(name, 7, newKey()).outbound().provider("none").build();
    }

    @Test
    void theKeyOfARefusedSaIsWiped() {
        try (TwoGateways two = TwoGateways.start(mode)) {
            SecurityAssociation sa = otherProvider("out-1");
            refused(two, two.a(), c -> c.add(sa), "no crypto provider");
            assertThatThrownBy(sa.key()::segment).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void thePoliciesOfOneBatchTakeEffectTogether() {
        SecurityPolicy discard =
                SecurityPolicy.discard(
                        "p",
                        Direction.OUTBOUND,
                        1,
                        TunnelGateway.selector("10.1.0.0/16", "10.2.0.0/16"));
        try (TwoGateways two = TwoGateways.start(mode)) {
            for (int i = 0; i < 20; i++) {
                SecurityPolicy[] turns = {discard, protect()};
                for (SecurityPolicy policy : turns) {
                    Changes changes = two.a().changes();
                    changes.removePolicy("p");
                    changes.add(policy);
                    CompletableFuture<Void> all = changes.submit();
                    // Nobody may ever see that there is none.
                    for (long n = 0; !all.isDone(); n++) {
                        two.hostA().send(two.packet(n));
                        while (two.hostB().receive() != null) {
                            Thread.onSpinWait();
                        }
                    }
                    assertThat(all).isCompleted();
                }
            }
            assertThat(two.a().snapshot().drops(DropReason.NO_POLICY)).isZero();
        }
    }

    @Test
    void whatMayComeOutOfAnSaIsChangedWhileItGoesOn() {
        List<TrafficSelector> others =
                List.of(TunnelGateway.selector("10.1.0.0/16", "10.77.0.0/16"));
        List<TrafficSelector> these = List.of(TunnelGateway.selector("10.1.0.0/16", "10.2.0.0/16"));
        try (TwoGateways two = TwoGateways.start(mode)) {
            two.flow(100);
            two.settle();
            answered(two.b(), c -> c.select("in-0", others));
            for (int i = 0; i < 100; i++) {
                assertThat(two.hostA().send(two.packet(i))).isTrue();
            }
            TwoGateways.await(() -> two.b().snapshot().drops(DropReason.POLICY_MISMATCH) == 100);

            answered(two.b(), c -> c.select("in-0", these));
            two.flow(100);
            two.settle();
            assertThat(two.lost()).isZero();
            assertThat(sequence(two.b().snapshot(), "in-0"))
                    .as("one window")
                    .isEqualTo(two.sent() + 100);
            refused(two, two.a(), c -> c.select("out-0", these), "policies say");
            refused(two, two.b(), c -> c.select("in-9", these), "no SA in-9");
        }
    }

    @Test
    void anEngineThatRunsHasAPulse() {
        try (TwoGateways two = TwoGateways.start(mode)) {
            CompletableFuture<Void> pulse = two.a().pulse();
            two.flowUntil(pulse::isDone);
            assertThat(pulse).isCompleted();

            two.a().close();
            assertThatThrownBy(two.a()::pulse).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void manyChangesFromManyThreadsAreAllAnswered() throws InterruptedException {
        try (TwoGateways two = TwoGateways.start(mode)) {
            List<CompletableFuture<Void>> answers = new ArrayList<>();
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                int third = t;
                threads.add(
                        Thread.ofPlatform()
                                .start(
                                        () -> {
                                            for (int i = 0; i < 100; i++) {
                                                Changes c = two.a().changes();
                                                String net =
                                                        "10.%d.%d.0/24".formatted(100 + third, i);
                                                c.add(Route.of(net, "wan"));
                                                c.add(idle(third + "-" + i, newKey()));
                                                c.removeSa(third + "-" + i);
                                                c.removeRoute(Prefix.parse(net));
                                                CompletableFuture<Void> all = c.submit();
                                                synchronized (answers) {
                                                    answers.add(all);
                                                }
                                            }
                                        }));
            }
            two.flowUntil(() -> threads.stream().noneMatch(Thread::isAlive));
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(answers).hasSize(400);
            two.flowUntil(() -> answers.stream().allMatch(CompletableFuture::isDone));
            assertThat(answers).allSatisfy(a -> assertThat(a).isCompleted());
            assertThat(saNames(two.a())).containsExactly("out-0");
            two.settle();
            assertThat(two.lost()).isZero();
        }
    }

    @Test
    void aBatchIsSubmittedOnceAndNotAddedToAfterwards() {
        try (TwoGateways two = TwoGateways.start(mode)) {
            Changes changes = two.a().changes();
            changes.submit();
            assertThatThrownBy(changes::submit).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> changes.removeSa("out-0"))
                    .isInstanceOf(IllegalStateException.class);
        }
    }
}
