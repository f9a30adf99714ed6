package io.esplanade.engine.topology;

import static io.esplanade.engine.testing.TwoGateways.newKey;
import static io.esplanade.engine.testing.TwoGateways.sa;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.Changes;
import io.esplanade.engine.Engine;
import io.esplanade.engine.EngineBuilder;
import io.esplanade.engine.ipsec.Tfc;
import io.esplanade.engine.runtime.config.RuntimeConfig;
import io.esplanade.engine.runtime.config.RuntimeConfig.Threading;
import io.esplanade.engine.testing.Mode;
import io.esplanade.engine.testing.TunnelGateway;
import io.esplanade.engine.testing.TwoGateways;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/** Packets put together and cut (RFC 9347) between two engines with all their threads. */
class AggregationThreadsTest {

    private static final Tfc TOGETHER = new Tfc(1000, 100, true);

    @ParameterizedTest
    @EnumSource(names = {"ONE_LANE", "TWO_LANES", "TWO_WORKERS"})
    void nothingIsLostNorOutOfOrderNorWhenTheSaChanges(Mode mode) {
        try (TwoGateways two = TwoGateways.start(mode)) {
            flowOverTwoSas(two);
        }
    }

    @Test
    void norWhereEachRoleHasAThread() {
        Consumer<EngineBuilder> dedicated =
                b ->
                        b.runtime(
                                RuntimeConfig.perCore(1)
                                        .withWorkers(2)
                                        .withThreading(Threading.DEDICATED));
        try (TwoGateways two = TwoGateways.start(dedicated, dedicated)) {
            flowOverTwoSas(two);
        }
    }

    private static void flowOverTwoSas(TwoGateways two) {
        for (int n = 1; n <= 3; n++) {
            int next = n;
            byte[] key = newKey();
            effective(
                    two,
                    two.b(),
                    c ->
                            c.add(
                                    sa("in-" + next, next, key)
                                            .inbound()
                                            .replayWindow(1024)
                                            .tfc(TOGETHER)
                                            .selectors(
                                                    List.of(
                                                            TunnelGateway.selector(
                                                                    "10.1.0.0/16", "10.2.0.0/16")))
                                            .build()));
            effective(
                    two,
                    two.a(),
                    c -> c.add(sa("out-" + next, next, key).outbound().tfc(TOGETHER).build()));
            two.flow(1000);
        }
        two.settle();
        assertThat(two.lost()).isZero();
        assertThat(two.a().snapshot().drops()).isEqualTo(Map.of());
        assertThat(two.b().snapshot().drops().keySet())
                .as("nothing but padding")
                .allMatch(reason -> reason.label().equals("dummy"));
    }

    private static void effective(
            TwoGateways two, Engine engine, Function<Changes, CompletableFuture<Void>> change) {
        Changes changes = engine.changes();
        CompletableFuture<Void> answer = change.apply(changes);
        changes.submit();
        two.flowUntil(answer::isDone);
        assertThat(answer).isCompleted();
    }
}
