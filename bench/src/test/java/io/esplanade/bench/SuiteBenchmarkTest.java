package io.esplanade.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.crypto.Suite;

import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Param;

class SuiteBenchmarkTest {

    @Test
    void everySuiteIsMeasured() throws ReflectiveOperationException {
        String[] measured =
                SuiteBenchmark.class.getField("suite").getAnnotation(Param.class).value();
        assertThat(measured)
                .containsExactlyInAnyOrder(
                        Suite.all().stream().map(Suite::keyword).toArray(String[]::new));
    }
}
