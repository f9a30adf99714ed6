package io.esplanade.engine.runtime.percore;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.Changes;
import io.esplanade.engine.Snapshot;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.runtime.config.RuntimeConfig;
import io.esplanade.engine.runtime.config.RuntimeConfig.Placement;
import io.esplanade.engine.testing.PacedProvider;
import io.esplanade.engine.testing.TwoGateways;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Where SAs go, and that they say why. */
@Timeout(120)
class PlacementTest {

    private static final int ANY = -1;

    private static List<Snapshot.SaState> placed(
            RuntimeConfig.PerCore config, CryptoProvider provider, int tunnels) {
        try (TwoGateways two =
                TwoGateways.start(
                        a -> {
                            a.runtime(config).mbufs(0);
                            if (provider != null) {
                                a.provider(provider);
                            }
                            IntStream.range(1, tunnels)
                                    .forEach(
                                            i ->
                                                    a.sa(
                                                            TwoGateways.sa(
                                                                            "sa-" + i,
                                                                            i,
                                                                            TwoGateways.newKey())
                                                                    .tunnel("tunnel-" + i)
                                                                    .outbound()
                                                                    .build()));
                        },
                        b -> {
                            if (provider != null) {
                                b.provider(provider);
                            }
                        })) {
            two.flow(2_000);
            two.settle();
            assertThat(two.lost()).isZero();
            return two.a().snapshot().sas();
        }
    }

    private static List<String> places(List<Snapshot.SaState> sas) {
        List<String> places = new ArrayList<>();
        sas.forEach(sa -> places.add(sa.lane() + "." + sa.worker()));
        return places;
    }

    @Test
    void tunnelsAreDealtOutToLanesAndPinnedToTheirWorkers() {
        RuntimeConfig.PerCore config =
                RuntimeConfig.perCore(2).withWorkers(2).withPlacement(Placement.PINNED);
        assertThat(places(placed(config, null, 5)))
                .containsExactly("0.0", "1.0", "0.1", "1.1", "0.0");
    }

    @Test
    void anSaThatIsSpreadHasAllWorkersOfItsLane() {
        RuntimeConfig.PerCore config =
                RuntimeConfig.perCore(1).withWorkers(3).withPlacement(Placement.SPREAD);
        assertThat(placed(config, null, 1).getFirst().worker()).isEqualTo(ANY);
    }

    @Test
    void autoSpreadsUnderACipherThatCostsMoreThanMovingPacketsAndSaysSo() {
        RuntimeConfig.PerCore config = RuntimeConfig.perCore(1).withWorkers(2);
        Snapshot.SaState sa = placed(config, new PacedProvider(2_000), 1).getFirst();
        assertThat(sa.worker()).isEqualTo(ANY);
        assertThat(sa.placement()).startsWith("auto: ").contains("the cipher takes");
    }

    @Test
    void autoKeepsAnSaOnOneThreadUnderACipherThatCostsNothingAndSaysWhy() {
        int tries = 10;
        RuntimeConfig.PerCore config = RuntimeConfig.perCore(1).withWorkers(2);
        Snapshot.SaState sa;
        do { // under load the JIT may come too late for the first measurements
            sa = placed(config, new PacedProvider(0), 1).getFirst();
        } while (sa.worker() == ANY && --tries > 0);
        assertThat(sa.worker()).isZero();
        assertThat(sa.placement()).startsWith("auto: ").contains("moving a packet");
    }

    @Test
    void egressMovesFromThreadToThreadWithItsSasAndNoPacketIsLost() {
        RuntimeConfig.PerCore config =
                RuntimeConfig.perCore(1).withWorkers(2).withPlacement(Placement.PINNED);
        try (TwoGateways two = TwoGateways.start(a -> a.runtime(config).mbufs(0), b -> {})) {
            for (int i = 1; i <= 20; i++) {
                SecurityAssociation idle =
                        TwoGateways.sa("idle", i, TwoGateways.newKey())
                                .tunnel("second") // the second worker's
                                .outbound()
                                .build();
                change(two, changes -> changes.add(idle));
                two.flow(500);
                change(two, changes -> changes.removeSa("idle"));
                two.flow(500);
            }
            two.settle();
            assertThat(two.lost()).isZero();
        }
    }

    private static void change(TwoGateways two, Function<Changes, CompletableFuture<Void>> change) {
        Changes changes = two.a().changes();
        CompletableFuture<Void> answer = change.apply(changes);
        changes.submit();
        two.flowUntil(answer::isDone);
        assertThat(answer).isCompleted();
    }
}
