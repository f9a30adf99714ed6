package io.esplanade.bench.race;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.bench.text.ProgressLine;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

class RaceTest {

    private static final Machine TWO_CORES =
            new Machine("", List.of(0, 1), 2, "Linux", "Debian", "JVM");

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final ProgressLine progress =
            new ProgressLine(new PrintStream(said, true, StandardCharsets.UTF_8), false);

    @Test
    void latencyIsMeasuredAtFortyPercentOfWhatOneLaneDoes() throws Exception {
        Results results =
                new Race(
                                Plan.of(true, 2),
                                TWO_CORES,
                                progress,
                                r -> MadeUpResults.run(r.setting(), 1))
                        .run();
        double one = results.of(Setting.of(Contender.PER_CORE, 1)).orElseThrow().rate().median();
        assertThat(results.measured(s -> s.look() == Look.LATENCY))
                .isNotEmpty()
                .allMatch(o -> Math.abs(o.setting().perSecond() - 0.4 * one) < 1);
    }

    @Test
    void aRunThatFailsIsReportedAndTheOthersGoOn() throws Exception {
        Results results =
                new Race(
                                Plan.of(true, 2),
                                TWO_CORES,
                                progress,
                                r -> {
                                    if (r.setting().contender() == Contender.GIANT_LOCK) {
                                        throw new Child.FailedException("no such lock");
                                    }
                                    return MadeUpResults.run(r.setting(), 1);
                                })
                        .run();
        assertThat(results.measured(s -> s.contender() == Contender.GIANT_LOCK)).isEmpty();
        assertThat(results.measured(s -> s.contender() == Contender.PER_CORE)).isNotEmpty();
        assertThat(results.failures()).isPositive();
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("FAILED: no such lock");
    }

    @Test
    void progressSaysHowFarItIs() throws Exception {
        Plan plan = Plan.of(true, 2);
        new Race(plan, TWO_CORES, progress, r -> MadeUpResults.run(r.setting(), 1)).run();
        int total = plan.runs() + Plan.interleaved(plan.latencyRounds(1)).size();
        assertThat(said.toString(StandardCharsets.UTF_8))
                .contains("[1/%d]".formatted(total), "[%d/%d]".formatted(total, total), "Mpps");
    }
}
