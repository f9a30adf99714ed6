package io.esplanade.bench.race;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.bench.bed.FrameSize;
import io.esplanade.bench.bed.Providers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.List;

class ChildTest {

    private static final Timing SHORT = new Timing(50, 50);

    private static Request request(Setting setting) {
        return new Request(setting, SHORT, Machine.here().cpus());
    }

    private static Setting small(Contender contender, int threads) {
        return Setting.of(contender, threads)
                .with(FrameSize.B64)
                .withProvider(Providers.NULL)
                .withSas(4);
    }

    @Test
    void aJvmOfItsOwnMeasuresOneSetting() throws Exception {
        RunResult result = Child.run(request(small(Contender.PER_CORE, 1)));
        assertThat(result.packets()).isPositive();
        assertThat(result.threads()).hasSize(1);
        assertThat(result.texts()).containsKey("provider");
    }

    @Test
    void aJvmThatFailsSaysWhy() {
        Setting unknown = small(Contender.PER_CORE, 1).withProvider("no-such-provider");
        assertThatThrownBy(() -> Child.run(request(unknown)))
                .isInstanceOf(Child.FailedException.class)
                .hasMessageContaining("no-such-provider");
    }

    @ParameterizedTest
    @EnumSource(
            value = Contender.class,
            names = {"CIPHER_ALONE", "HAND_OVER"},
            mode = EnumSource.Mode.EXCLUDE)
    void everyDesignForwardsInOrderAndLosesNothing(Contender contender) throws Exception {
        RunResult result = RaceRun.measure(request(small(contender, 2)));
        assertThat(result.packets()).isPositive();
        assertThat(result.figures())
                .containsEntry("lost", 0.0)
                .containsEntry("mbufs-in-use", 0.0)
                .containsEntry("order-violations", 0.0);
        assertThat(result.counter("encrypted-packets")).isPositive();
    }

    @Test
    void latencyIsOfPacketsAtTheOfferedLoad() throws Exception {
        Setting setting = small(Contender.PER_CORE, 1).with(Look.LATENCY).withLoad(10_000);
        RunResult result = RaceRun.measure(request(setting));
        assertThat(result.latency()).isNotEmpty();
        assertThat(result.latency())
                .extracting(RunResult.Percentile::nanos)
                .isSorted()
                .allMatch(nanos -> nanos > 0);
    }

    @Test
    void everyStageHasACost() throws Exception {
        Setting setting = small(Contender.RINGLESS, 1).with(Look.STAGES);
        assertThat(RaceRun.measure(request(setting)).figures())
                .containsKeys(
                        List.of("receive", "ingress", "esp", "cipher", "egress", "transmit")
                                .stream()
                                .map("stage-"::concat)
                                .toArray(String[]::new));
    }

    @Test
    void theCeilingIsMeasuredWithoutAGateway() throws Exception {
        RunResult result = RaceRun.measure(request(small(Contender.CIPHER_ALONE, 2)));
        assertThat(result.packets()).isPositive();
        assertThat(result.counters()).isEmpty();
    }
}
