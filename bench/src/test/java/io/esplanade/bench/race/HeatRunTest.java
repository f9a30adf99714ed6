package io.esplanade.bench.race;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.bench.race.Racer.FailedException;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

class HeatRunTest {

    private static final Setting A = Setting.of(Contender.GIANT_LOCK, 1);
    private static final Setting B = Setting.of(Contender.FINE_GRAINED, 1);
    private static final Setting C = Setting.of(Contender.PER_CORE, 1);

    private final List<String> slices = new ArrayList<>();
    private final Set<Noting> working = new HashSet<>();
    private final Set<Noting> alive = new HashSet<>();
    private int mostWorking;
    private int stops;
    private Setting failing;

    /** A racer that notes what is done with it. */
    private final class Noting implements Racer {
        private final Request request;

        Noting(Request request) {
            this.request = request;
            alive.add(this);
            resume();
        }

        @Override
        public void stop() {
            stops++;
            working.remove(this);
        }

        @Override
        public void resume() {
            working.add(this);
            mostWorking = Math.max(mostWorking, working.size());
        }

        @Override
        public void slice() throws FailedException {
            assertThat(working).containsExactly(this);
            if (request.setting().equals(failing)) {
                throw new FailedException("no more");
            }
            slices.add(request.setting().contender().label().substring(0, 1));
        }

        @Override
        public RunResult end() {
            return MadeUpResults.run(request.setting(), request.heat(), 1);
        }

        @Override
        public void close() {
            working.remove(this);
            alive.remove(this);
        }
    }

    private HeatRun heat(int turns, Setting... settings) {
        Heat heat = new Heat("a heat", List.of(settings), new Timing(1, 1, 1, turns), 1);
        return new HeatRun(heat, 5, List.of(0), Noting::new, _ -> {});
    }

    @Test
    void racersTakeTurnsInAnOrderThatReverses() throws Exception {
        try (HeatRun run = heat(3, A, B, C)) {
            run.run();
            assertThat(String.join("", slices)).isEqualTo("gfp" + "pfg" + "gfp");
            assertThat(run.results().keySet()).containsExactly(A, B, C);
            assertThat(run.results().values()).allMatch(r -> r.heat() == 5);
        }
    }

    @Test
    void onlyOneWorksAtATime() throws Exception {
        try (HeatRun run = heat(2, A, B, C)) {
            run.run();
        }
        assertThat(mostWorking).isEqualTo(1);
        assertThat(alive).isEmpty();
    }

    @Test
    void whoIsAloneIsNeverStopped() throws Exception {
        try (HeatRun run = heat(4, A)) {
            run.run();
        }
        assertThat(stops).isZero();
    }

    @Test
    void whoFailsIsOutAndTheOthersGoOn() throws Exception {
        failing = B;
        try (HeatRun run = heat(2, A, B, C)) {
            run.run();
            assertThat(alive).hasSize(2);
            assertThat(run.results().keySet()).containsExactly(A, C);
            assertThat(run.failures()).containsOnlyKeys(B).containsValue("no more");
        }
        assertThat(String.join("", slices)).isEqualTo("gp" + "pg");
        assertThat(alive).isEmpty();
    }
}
