package io.esplanade.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchLanesTest {

    private static final int USAGE = 2;

    @ParameterizedTest
    @CsvSource({
        "--size, 65",
        "--provider, nobody",
        "--sas, 0",
        "--mbufs, 300",
        "--mbufs, 128",
        "--millis, 0"
    })
    void whatCannotBeMeasuredIsRefusedBeforeAnythingStarts(String option, String value) {
        assertThat(Bench.run("lanes", option, value)).isEqualTo(USAGE);
    }
}
