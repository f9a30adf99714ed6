package io.esplanade.bench.race;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.bench.text.Json;
import io.esplanade.bench.text.JsonObject;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

class PlanTest {

    private static final int START_MILLIS = 1000;

    private static double minutes(Plan plan) {
        Timing timing = plan.timing();
        int run = START_MILLIS + timing.warmUpMillis() + timing.measuredMillis();
        Timing slow = plan.latencyTiming();
        int latency = START_MILLIS + slow.warmUpMillis() + slow.measuredMillis();
        int runs = Plan.interleaved(plan.rounds()).size();
        int latencyRuns = Plan.interleaved(plan.latencyRounds(1e6)).size();
        return ((double) runs * run + (double) latencyRuns * latency) / 60_000;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8})
    void aRaceKeepsToItsTime(int cores) {
        assertThat(minutes(Plan.of(true, cores))).isLessThan(3.2);
        assertThat(minutes(Plan.of(false, cores))).isLessThan(26);
    }

    @Test
    void settingsTakeTurnsSoThatNoneHasItsRoundsInARow() {
        Map<Setting, Integer> rounds = new LinkedHashMap<>();
        Setting a = Setting.of(Contender.GIANT_LOCK, 1);
        Setting b = Setting.of(Contender.PER_CORE, 1);
        rounds.put(a, 3);
        rounds.put(b, 1);
        assertThat(Plan.interleaved(rounds)).containsExactly(a, b, a, a);
    }

    @Test
    void threadCountsDoubleUpToTheCoresThereAre() {
        assertThat(Plan.counts(1)).isEqualTo(List.of(1));
        assertThat(Plan.counts(2)).isEqualTo(List.of(1, 2));
        assertThat(Plan.counts(6)).isEqualTo(List.of(1, 2, 4, 6));
    }

    @Test
    void aRequestReachesTheChildAsItWas() {
        for (Setting setting : Plan.of(false, 8).rounds().keySet()) {
            Request request = new Request(setting, new Timing(1, 2), List.of(3, 1));
            assertThat(Request.fromJson(request.toJson())).isEqualTo(request);
        }
    }

    @Test
    void aResultReachesTheParentAsItWas() {
        Setting setting = Setting.of(Contender.FINE_GRAINED, 2).with(Look.LATENCY).withLoad(10);
        RunResult result = MadeUpResults.run(setting, 1);
        assertThat(RunResult.from(JsonObject.read(Json.line(result.toMap())))).isEqualTo(result);
    }
}
