package io.esplanade.engine.runtime.stepped;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.os.Agent;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class SteppedSchedulerTest {

    private static final int AGENTS = 5;
    private static final int STEPS = 500_000;

    private record Noting(String roleName, int does, Runnable note) implements Agent {
        @Override
        public int doWork() {
            note.run();
            return does;
        }
    }

    /** Which agent had each of the first {@link #STEPS} steps. */
    private static List<Integer> order(long seed) {
        List<Integer> order = new ArrayList<>();
        SteppedScheduler scheduler = new SteppedScheduler(seed);
        for (int i = 0; i < AGENTS; i++) {
            int agent = i;
            scheduler.add(List.of(new Noting("agent-" + i, 7, () -> order.add(agent))));
        }
        for (int i = 0; i < STEPS; i++) {
            assertThat(scheduler.doWork()).isEqualTo(7);
            assertThat(scheduler.roleName()).isEqualTo("agent-" + order.getLast());
        }
        return order;
    }

    /** The longest run of steps of which none is the agent's, and the longest of its own. */
    private static int[] longest(List<Integer> order, int agent) {
        int[] longest = new int[2];
        int run = 0;
        for (int i = 0; i < order.size(); i++) {
            boolean same = i > 0 && (order.get(i) == agent) == (order.get(i - 1) == agent);
            run = same ? run + 1 : 1;
            int kind = order.get(i) == agent ? 1 : 0;
            longest[kind] = Math.max(longest[kind], run);
        }
        return longest;
    }

    @Test
    void theOrderIsMadeOfTheSeedAlone() {
        assertThat(order(1)).isEqualTo(order(1)).isNotEqualTo(order(2));
    }

    @Test
    void everyAgentIsStarvedForLongNowAndThenAndHasLongRunsButNeverForEver() {
        List<Integer> order = order(3);
        for (int agent = 0; agent < AGENTS; agent++) {
            int[] longest = longest(order, agent);
            assertThat(longest[0]).as("steps without a turn").isBetween(2_000, STEPS / 10);
            assertThat(longest[1]).as("turns in a row").isGreaterThan(500);
        }
    }

    @Test
    void inTheLongRunAllHaveTheirShare() {
        List<Integer> order = order(4);
        for (int agent = 0; agent < AGENTS; agent++) {
            int mine = agent;
            long turns = order.stream().filter(a -> a == mine).count();
            assertThat(turns).isBetween(STEPS / AGENTS / 2L, STEPS / AGENTS * 2L);
        }
    }

    @Test
    void itsRunnerIdlesOnlyWhenNoAgentHasHadWorkForLong() {
        SteppedScheduler scheduler = new SteppedScheduler(5);
        scheduler.add(List.of(new Noting("idle", 0, () -> {}), new Noting("too", 0, () -> {})));
        for (int i = 1; i <= 4 * SteppedScheduler.LONGEST_PHASE; i++) {
            boolean idles = i % SteppedScheduler.LONGEST_PHASE == 0;
            assertThat(scheduler.doWork()).isEqualTo(idles ? 0 : 1);
        }
    }
}
