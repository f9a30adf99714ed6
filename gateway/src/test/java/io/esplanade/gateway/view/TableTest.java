package io.esplanade.gateway.view;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TableTest {

    @Test
    void numbersStandRightAndWordsLeft() {
        Table table = new Table("reason", "packets", "meaning").row("runt", 1234567L, "short");
        table.row("icv-failed", 1L, "");

        assertThat(table.lines())
                .containsExactly(
                        "  reason        packets  meaning",
                        "  runt        1,234,567  short",
                        "  icv-failed          1");
    }

    @Test
    void aTableOfHeadingsAloneIsEmpty() {
        assertThat(new Table("a").isEmpty()).isTrue();
        assertThat(new Table("a").row("b").isEmpty()).isFalse();
    }
}
