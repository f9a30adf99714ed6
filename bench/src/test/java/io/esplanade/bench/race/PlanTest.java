package io.esplanade.bench.race;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.bench.text.Json;
import io.esplanade.bench.text.JsonObject;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

class PlanTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8})
    void aRaceKeepsToItsTime(int cores) {
        assertThat(Plan.of(true, cores).expectedMillis()).isLessThan(175_000);
        assertThat(Plan.of(false, cores).expectedMillis()).isLessThan(30 * 60_000);
    }

    @Test
    void allHeatsAreRunOnceBeforeAnyIsRunAgain() {
        List<Setting> settings = List.of(Setting.of(Contender.PER_CORE, 1));
        Heat a = new Heat("a", settings, new Timing(1, 1, 1, 1), 3);
        Heat b = new Heat("b", settings, new Timing(1, 1, 1, 1), 1);
        assertThat(Plan.rounds(List.of(a, b))).containsExactly(a, b, a, a);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8})
    void noSettingMeetsItselfInAHeat(int cores) {
        assertThat(Plan.of(false, cores).heats())
                .allSatisfy(h -> assertThat(h.settings()).doesNotHaveDuplicates());
    }

    @Test
    void threadCountsDoubleUpToTheCoresThereAre() {
        assertThat(Plan.counts(1)).isEqualTo(List.of(1));
        assertThat(Plan.counts(2)).isEqualTo(List.of(1, 2));
        assertThat(Plan.counts(6)).isEqualTo(List.of(1, 2, 4, 6));
    }

    @Test
    void aRequestReachesTheChildAsItWas() {
        for (Heat heat : Plan.of(false, 8).heats()) {
            for (Setting setting : heat.settings()) {
                Request request = new Request(setting, heat.timing(), List.of(3, 1), 7);
                assertThat(Request.fromJson(request.toJson())).isEqualTo(request);
            }
        }
    }

    @Test
    void aResultReachesTheParentAsItWas() {
        Setting setting = Setting.of(Contender.FINE_GRAINED, 2).with(Look.LATENCY).withLoad(10);
        RunResult result = MadeUpResults.run(setting, 3, 1);
        assertThat(RunResult.from(JsonObject.read(Json.line(result.toMap())))).isEqualTo(result);
    }
}
