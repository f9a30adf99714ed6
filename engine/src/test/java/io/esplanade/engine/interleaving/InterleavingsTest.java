package io.esplanade.engine.interleaving;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.interleaving.World.Trait;

import org.junit.jupiter.api.Test;

import java.util.function.Consumer;

/**
 * Lanes in every order of duty cycles that a few hundred seeds make; see {@link Seeds} for longer
 * runs, and for running one seed again. {@link World} says what is proven of each.
 */
class InterleavingsTest {

    private static final int SEEDS = 250;
    private static final int STEPS = 5_000;

    @Test
    void everyPacketLeavesOnceInTheOrderOfItsFlow() {
        explore(
                sights ->
                        sights.assertSeen(
                                Counter.ENCRYPTED_PACKETS,
                                Counter.DECRYPTED_PACKETS,
                                Counter.BYPASSED_PACKETS,
                                Counter.LOOPED_PACKETS,
                                Counter.HAND_OVERS,
                                Counter.RING_FULL,
                                Counter.BARRIER_STALLS,
                                Counter.NO_MBUF));
    }

    @Test
    void changesUnderWayLoseOnlyWhatTheyForbid() {
        explore(
                sights -> {
                    sights.assertSeen(Operator.DROPS.toArray(DropReason[]::new));
                    assertThat(sights.dropped(DropReason.SA_RETIRED)).isZero();
                },
                Trait.CHANGES);
    }

    @Test
    void whatThrowsLosesItsOwnPacketsByName() {
        explore(sights -> sights.assertSeen(DropReason.LANE_FAILED), Trait.FAULTS, Trait.CHANGES);
    }

    @Test
    void exactlyWhatRfc4303AcceptsComesOut() {
        explore(
                sights -> {
                    assertThat(sights.refusedEarly()).as("refused early").isPositive();
                    assertThat(sights.refusedInOrder()).as("refused in order").isPositive();
                    sights.assertSeen(DropReason.ICV_FAILED);
                },
                Trait.HOSTILE);
    }

    private static void explore(Consumer<Sights> seen, Trait... traits) {
        Sights sights = new Sights();
        Seeds.explore(
                SEEDS,
                seed -> {
                    try (World world = new World(seed, traits)) {
                        world.run(STEPS).settle();
                        sights.add(world);
                    }
                });
        if (!Seeds.isReplay()) {
            seen.accept(sights);
        }
    }

    @Test
    void aGatewayThatClosesUnderLoadLeavesNothing() {
        Seeds.explore(
                SEEDS,
                seed -> {
                    try (World world = new World(seed, Trait.values())) {
                        world.run((int) (seed % 50) * 20);
                    }
                });
    }

    @Test
    void theSameSeedMakesTheSameRun() {
        assertThat(digest(7)).isEqualTo(digest(7)).isNotEqualTo(digest(8));
    }

    private static long digest(long seed) {
        try (World world = new World(seed, Trait.values())) {
            return world.run(STEPS).settle().digest();
        }
    }
}
