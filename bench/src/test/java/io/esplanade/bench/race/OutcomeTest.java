package io.esplanade.bench.race;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

class OutcomeTest {

    private static final Setting SETTING = Setting.of(Contender.PER_CORE, 1);

    /** A run whose slices, of 1000 ns, had so many packets. */
    private static RunResult run(int heat, long... packets) {
        List<Slice> slices = Arrays.stream(packets).mapToObj(n -> new Slice(n, 1000)).toList();
        return new RunResult(SETTING, heat, slices, Usage.NONE, Map.of(), List.of(), Map.of());
    }

    private static Outcome of(RunResult... runs) {
        return new Outcome(SETTING, List.of(runs), List.of());
    }

    @Test
    void aMachineThatGetsSlowerBetweenTurnsDoesNotChangeTheRatio() {
        Outcome one = of(run(1, 100, 10, 100), run(2, 50, 1));
        Outcome two = of(run(1, 200, 20, 200), run(2, 100, 2));
        assertThat(two.against(one)).contains(new Sample(2, 2, 2, 5));
    }

    @Test
    void onlySlicesOfTheSameHeatAreCompared() {
        Outcome one = of(run(1, 100), run(2, 10));
        Outcome two = of(run(2, 30), run(3, 1000));
        assertThat(two.against(one)).contains(Sample.of(3));
        assertThat(two.against(of(run(4, 1)))).isEmpty();
    }

    @Test
    void aTurnThatOnlyOneHadDoesNotCount() {
        assertThat(of(run(1, 20, 7)).against(of(run(1, 10)))).contains(Sample.of(2));
    }

    @Test
    void whatAPacketTakesLongerIsByTurnsToo() {
        Outcome fast = of(run(1, 100, 10)); // 10 and 100 ns a packet
        Outcome slow = of(run(1, 50, 5)); // 20 and 200
        assertThat(slow.beyond(fast)).contains(Sample.of(10, 100));
    }
}
