package io.esplanade.engine.interleaving;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.InboundState;

import java.util.EnumMap;
import java.util.Map;

/** What was seen in many worlds together: a test in which nothing happens proves nothing. */
final class Sights {

    private final Map<Counter, Long> counters = new EnumMap<>(Counter.class);
    private final Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
    private long refusedInOrder;

    void add(World world) {
        for (Counter counter : Counter.values()) {
            counters.merge(counter, world.gateway.counters().value(counter), Long::sum);
        }
        world.gateway.drops().forEach((reason, n) -> drops.merge(reason, n, Long::sum));
        world.gateway.conductor().states().stream()
                .filter(InboundState.class::isInstance)
                .forEach(sa -> refusedInOrder += ((InboundState) sa).replays());
    }

    /** Packets refused by the replay window when it was looked at in order. */
    long refusedInOrder() {
        return refusedInOrder;
    }

    /** Packets refused by the first look at it. */
    long refusedEarly() {
        return dropped(DropReason.REPLAYED) + dropped(DropReason.TOO_OLD) - refusedInOrder;
    }

    long dropped(DropReason reason) {
        return drops.getOrDefault(reason, 0L);
    }

    void assertSeen(Counter... wanted) {
        for (Counter counter : wanted) {
            assertThat(counters.get(counter)).as(counter.text()).isPositive();
        }
    }

    void assertSeen(DropReason... wanted) {
        for (DropReason reason : wanted) {
            assertThat(dropped(reason)).as(reason.text()).isPositive();
        }
    }
}
