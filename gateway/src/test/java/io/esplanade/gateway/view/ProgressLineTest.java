package io.esplanade.gateway.view;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.PrintWriter;
import java.io.StringWriter;

final class ProgressLineTest {

    private final StringWriter out = new StringWriter();

    @Test
    void aShorterTextCoversTheLongerOneBeforeAndCloseClears() {
        try (ProgressLine line = new ProgressLine(new PrintWriter(out), true)) {
            line.show("abc");
            line.show("d");
        }

        assertThat(out.toString()).isEqualTo("\rabc\rd  \r \r");
    }

    @Test
    void isDueTenTimesASecond() {
        try (ProgressLine line = new ProgressLine(new PrintWriter(out), true)) {
            assertThat(line.due(1)).isTrue();
            assertThat(line.due(50_000_000)).isFalse();
            assertThat(line.due(100_000_001)).isTrue();
        }
    }

    @Test
    void saysNothingWhereNobodyWatches() {
        try (ProgressLine line = new ProgressLine(new PrintWriter(out), false)) {
            assertThat(line.due(1)).isFalse();
            line.show("abc");
        }

        assertThat(out.toString()).isEmpty();
    }
}
