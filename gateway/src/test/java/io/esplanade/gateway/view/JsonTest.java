package io.esplanade.gateway.view;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

final class JsonTest {

    @Test
    void nestsWithTwoSpacesAndKeepsTheOrder() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("z", 1);
        map.put("a", List.of(true, new BigInteger("18446744073709551615")));
        map.put("none", null);

        assertThat(Json.write(map))
                .isEqualTo(
                        """
                        {
                          "z": 1,
                          "a": [
                            true,
                            18446744073709551615
                          ],
                          "none": null
                        }\
                        """);
    }

    @Test
    void emptyMapsAndListsAreShort() {
        assertThat(Json.write(Map.of("a", List.of()))).isEqualTo("{\n  \"a\": []\n}");
        assertThat(Json.write(Map.of())).isEqualTo("{}");
    }

    @Test
    void quotesBackslashesAndControlCharactersAreEscaped() {
        assertThat(Json.write("a\"b\\c\n\u0001é")).isEqualTo("\"a\\\"b\\\\c\\u000a\\u0001é\"");
    }
}
