package io.esplanade.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.bench.race.Contender;

import org.junit.jupiter.api.Test;

import java.util.List;

class SvgTest {

    @Test
    void textOfOthersCannotBreakOutOfIts() {
        String svg =
                new Svg(10, 10, "a <b> & \"c\"")
                        .text("", Svg.Anchor.START, 1, 2, "</text><script>'")
                        .inline();
        assertThat(svg)
                .contains("a &lt;b&gt; &amp; &quot;c&quot;")
                .doesNotContain("<script>")
                .contains("&lt;/text&gt;");
    }

    @Test
    void everyColourOfAChartIsInTheStyleSheet() {
        String css = Theme.css();
        for (Contender c : Contender.values()) {
            assertThat(css).contains(".fill-" + Designs.css(c) + " ", ".line-" + Designs.css(c));
        }
    }

    @Test
    void aLinearAxisBeginsAtZeroAndHoldsAllValues() {
        Axis axis = Axis.linear("", 0.7);
        assertThat(axis.position(0)).isZero();
        assertThat(axis.position(0.7)).isLessThanOrEqualTo(1);
        assertThat(axis.ticks()).extracting(Axis.Tick::text).startsWith("0", "0.2", "0.4");
    }

    @Test
    void aLogarithmicAxisGivesEachPowerOfTenTheSameRoom() {
        Axis axis = Axis.logarithmic("", 3, 4000);
        assertThat(axis.low()).isEqualTo(1);
        assertThat(axis.high()).isEqualTo(10_000);
        assertThat(axis.position(100)).isEqualTo(0.5);
    }

    @Test
    void valuesAtOnePlaceAreWrittenApart() {
        List<Series> series =
                List.of(
                        new Series("a", "core", Mark.CIRCLE, points(5.00)),
                        new Series("b", "fine", Mark.SQUARE, points(5.01)),
                        new Series("c", "giant", Mark.TRIANGLE, points(5.02)));
        String svg =
                LineChart.draw(
                                "t",
                                LineChart.WIDE,
                                Throughput.threads(series),
                                Axis.linear("y", 6),
                                series)
                        .inline();
        double[] places =
                svg.lines()
                        .filter(l -> l.contains(">v<"))
                        .mapToDouble(
                                l -> Double.parseDouble(l.replaceAll(".* y=\"([0-9.]+)\".*", "$1")))
                        .sorted()
                        .toArray();
        assertThat(places).hasSize(3);
        assertThat(places[1] - places[0]).isGreaterThanOrEqualTo(14);
        assertThat(places[2] - places[1]).isGreaterThanOrEqualTo(14);
    }

    private static List<Series.Point> points(double y) {
        return List.of(Series.Point.measured(1, y, y, y, "v"));
    }
}
