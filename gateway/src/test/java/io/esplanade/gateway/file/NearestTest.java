package io.esplanade.gateway.file;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NearestTest {

    @ParameterizedTest
    @CsvSource({
        "local_ts, local-ts",
        "Local-TS, local-ts",
        "remotets, remote-ts",
        "esp-proposals, esp-proposal",
        "replya-window, replay-window",
        "prot, port"
    })
    void aSlipOrTwoFindsTheWordThatWasMeant(String written, String meant) {
        var candidates = new java.util.ArrayList<>(Vocabulary.TUNNEL);
        candidates.addAll(Vocabulary.ROUTE);

        assertThat(Nearest.to(written, candidates)).contains(meant);
    }

    @Test
    void anotherWordFindsNone() {
        assertThat(Nearest.to("colour", Vocabulary.TUNNEL)).isEmpty();
        assertThat(Nearest.remedy("colour", Vocabulary.CRYPTO))
                .isEqualTo("use one of: provider, openssl");
    }

    @Test
    void aSwapOfNeighboursIsOneSlip() {
        assertThat(Nearest.distance("port", "prot")).isEqualTo(1);
        assertThat(Nearest.distance("", "abc")).isEqualTo(3);
    }
}
