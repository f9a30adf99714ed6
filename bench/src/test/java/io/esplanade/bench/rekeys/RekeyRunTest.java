package io.esplanade.bench.rekeys;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.bench.bed.FrameSize;
import io.esplanade.bench.bed.Providers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Briefly what {@code esplanade bench rekeys} does at length. */
@Timeout(120)
class RekeyRunTest {

    private static final int ROOMY = 1 << 22; // a machine that is busy elsewhere loses nothing

    @Test
    void fiftyRekeysAtFourFifthsOfTheRateWithoutLossLoseNothingAndKeepOrder() throws Exception {
        List<String> said = new ArrayList<>();
        RekeyResult result =
                new RekeyRun(
                                Providers.find("openssl"),
                                FrameSize.IMIX,
                                ROOMY,
                                50,
                                0.8,
                                Duration.ofMillis(300),
                                Duration.ofSeconds(1),
                                Duration.ofMillis(10))
                        .run(said::add);

        assertThat(result.isClean()).as("%s; %s", result, said).isTrue();
        assertThat(result.rekeys()).isEqualTo(50);
        assertThat(result.offered()).isEqualTo(0.8 * result.zeroLossRate());
        assertThat(result.arrived()).as("%s", result).isGreaterThan(1_000);
    }

    @Test
    void whatFindsNoRoomWhereItArrivesIsLost() throws Exception {
        try (Pair pair = new Pair(Providers.find("openssl"), FrameSize.B64, 64)) {
            pair.load().perSecond(100e6);
            while (pair.load().lost() == 0 || pair.arrived() == 0) {
                Thread.onSpinWait();
            }
            pair.rest();
            assertThat(pair.load().taken()).isEqualTo(pair.arrived());
        }
    }
}
