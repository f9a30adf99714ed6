package io.esplanade.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.runtime.config.RuntimeConfig;
import io.esplanade.engine.testing.Mode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Duration;

@Timeout(60)
class WarmUpTest {

    private static final Duration SOME_TIME = Duration.ofMillis(200);

    @ParameterizedTest
    @EnumSource
    void packetsGoThroughWhateverTheRuntimeAndNothingIsLeftRunning(Mode mode) {
        long start = System.nanoTime();
        long packets = WarmUp.run(mode.config(), Suite.AES_GCM_16_128, "openssl", SOME_TIME);
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(SOME_TIME.toNanos());
        assertThat(packets).isPositive();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().contains("warm-up"));
    }

    @Test
    void aSuiteOfSeparateAlgorithmsDoesToo() {
        Suite suite = Suite.ofKeyword("aes256-sha256").orElseThrow();
        assertThat(WarmUp.run(RuntimeConfig.DEFAULT, suite, "openssl", SOME_TIME)).isPositive();
    }

    @Test
    void aProviderThatThereIsNotIsRefused() {
        assertThatThrownBy(
                        () ->
                                WarmUp.run(
                                        RuntimeConfig.DEFAULT,
                                        Suite.AES_GCM_16_128,
                                        "none",
                                        SOME_TIME))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("none");
    }
}
