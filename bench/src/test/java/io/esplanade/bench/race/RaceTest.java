package io.esplanade.bench.race;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.bench.text.ProgressLine;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

class RaceTest {

    private static final Machine TWO_CORES =
            new Machine("", List.of(0, 1), 2, "Linux", "Debian", "JVM", 100_000);

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final ProgressLine progress =
            new ProgressLine(new PrintStream(said, true, StandardCharsets.UTF_8), false);

    private Results race(Plan plan, Racer.Starter starter) throws Exception {
        return new Race(plan, TWO_CORES, progress, starter).run();
    }

    /** A racer that has its result at once. */
    private static Racer made(Request request) {
        return new Racer() {
            @Override
            public void stop() {}

            @Override
            public void resume() {}

            @Override
            public void slice() {}

            @Override
            public RunResult end() {
                return MadeUpResults.run(request.setting(), request.heat(), 1);
            }

            @Override
            public void close() {}
        };
    }

    private String said() {
        return said.toString(StandardCharsets.UTF_8);
    }

    @Test
    void latencyIsMeasuredAtFortyPercentOfWhatOneLaneDoes() throws Exception {
        Results results = race(Plan.of(true, 2), RaceTest::made);
        double one = results.of(Setting.of(Contender.PER_CORE, 1)).orElseThrow().rate().median();
        assertThat(results.measured(s -> s.look() == Look.LATENCY))
                .isNotEmpty()
                .allMatch(o -> Math.abs(o.setting().perSecond() - 0.4 * one) < 1);
    }

    @Test
    void whatFailsIsReportedAndTheOthersGoOn() throws Exception {
        Results results =
                race(
                        Plan.of(true, 2),
                        request -> {
                            if (request.setting().contender() == Contender.GIANT_LOCK) {
                                throw new Racer.FailedException("no such lock");
                            }
                            return made(request);
                        });
        assertThat(results.measured(s -> s.contender() == Contender.GIANT_LOCK)).isEmpty();
        assertThat(results.measured(s -> s.contender() == Contender.PER_CORE)).isNotEmpty();
        assertThat(results.failures()).isPositive();
        assertThat(said()).contains("FAILED: no such lock");
    }

    @Test
    void whatIsComparedRanInTheSameHeat() throws Exception {
        Results results = race(Plan.of(false, 2), RaceTest::made);
        Setting lane = Setting.of(Contender.PER_CORE, 1);
        Setting ceiling = Setting.of(Contender.CIPHER_ALONE, 2);
        assertThat(results.of(lane).orElseThrow().against(results.of(ceiling).orElseThrow()))
                .isPresent();
    }

    @Test
    void progressSaysHowFarItIs() throws Exception {
        race(Plan.of(true, 2), RaceTest::made);
        assertThat(said()).contains("[1/12]", "[12/12]", "to go", "Mpps");
    }

    @Test
    void aMachineWithTooLittleMemoryIsToldSoAtOnce() {
        Machine small = new Machine("", List.of(0, 1), 2, "Linux", "Debian", "JVM", 1000);
        Race race =
                new Race(
                        Plan.of(true, 2),
                        small,
                        progress,
                        _ -> {
                            throw new AssertionError("nothing may be started");
                        });
        assertThatThrownBy(race::run)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("1,000 are free");
    }
}
