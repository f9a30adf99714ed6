package io.esplanade.bench.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.List;

class JsonTest {

    @Test
    void whatIsWrittenIsReadAgain() {
        Object value =
                Json.object(
                        "text",
                        "a \"quote\", a \\ and a\nline end, µs",
                        "whole",
                        -12L,
                        "real",
                        0.125,
                        "large",
                        1.5e300,
                        "list",
                        List.of(true, false, List.of(), Json.object()),
                        "nothing",
                        null);
        assertThat(Json.read(Json.line(value))).isEqualTo(value);
        assertThat(Json.read(Json.indented(value))).isEqualTo(value);
    }

    @Test
    void aLineIsOneLine() {
        assertThat(Json.line(Json.object("a", "b\nc"))).doesNotContain("\n");
    }

    @Test
    void numbersThatJsonHasNotBecomeNull() {
        assertThat(Json.line(Arrays.asList(Double.NaN, Double.POSITIVE_INFINITY)))
                .isEqualTo("[null,null]");
    }

    @Test
    void escapesOfOthersAreRead() {
        assertThat(Json.read(" \"\\u00b5\\/\\t\" ")).isEqualTo("µ/\t");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[1,]",
                "{\"a\"}",
                "{\"a\":1,}",
                "\"open",
                "tru",
                "1 2",
                "\"\\u12\"",
                "-",
                "[1 2]",
                "\"\\x\""
            })
    void whatIsNoJsonIsRefused(String text) {
        assertThatThrownBy(() -> Json.read(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not JSON");
    }

    @Test
    void aMemberThatIsMissingOrOfAnotherTypeIsNamed() {
        JsonObject object = JsonObject.read("{\"a\": \"text\"}");
        assertThatThrownBy(() -> object.number("a")).hasMessageContaining("member a");
        assertThatThrownBy(() -> object.string("b")).hasMessageContaining("member b");
    }
}
