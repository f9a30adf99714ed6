package io.esplanade.bench.report;

import io.esplanade.bench.report.Series.Point;
import io.esplanade.bench.report.Svg.Anchor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Lines over a common axis: measured points filled with their range, extrapolated ones hollow at
 * the end of a dashed line, each with its value.
 */
final class LineChart {

    private static final int HEIGHT = 330;
    private static final int LEFT = 52;
    private static final int RIGHT = 70;
    private static final int UNIT = 22;
    private static final int BOTTOM = 48;
    private static final int LEGEND_LINE = 20;
    private static final double LETTER = 7;
    private static final double TEXT_HEIGHT = 14;

    /** Pixels of a chart that has the page's width, and of one of two side by side. */
    static final int WIDE = 680;

    static final int NARROW = 360;

    private final Axis x;
    private final Axis y;
    private final List<Series> series;
    private final List<Legend> legend;
    private final int width;
    private final int top;
    private final int bottom;
    private final Svg svg;

    private record Legend(Series series, int x, int y) {}

    private LineChart(String title, int width, Axis x, Axis y, List<Series> series) {
        this.width = width;
        this.x = x;
        this.y = y;
        this.series = series;
        legend = legend(series, width);
        top = (legend.isEmpty() ? 0 : legend.getLast().y + LEGEND_LINE) + UNIT;
        bottom = top + (width == WIDE ? HEIGHT : HEIGHT * 2 / 3);
        svg = new Svg(width, bottom + BOTTOM, title);
    }

    /**
     * @param width {@link #WIDE} or {@link #NARROW}
     */
    static Svg draw(String title, int width, Axis x, Axis y, List<Series> series) {
        LineChart chart = new LineChart(title, width, x, y, series);
        chart.axes();
        chart.legend.forEach(chart::legend);
        series.forEach(chart::lines);
        series.forEach(chart::points);
        chart.values();
        return chart.svg;
    }

    /** Where the names go: side by side while there is room. */
    private static List<Legend> legend(List<Series> series, int width) {
        List<Legend> legend = new ArrayList<>();
        int x = 8;
        int y = 12;
        for (Series s : series) {
            int needed = 42 + (int) (s.name().length() * LETTER);
            if (x > 8 && x + needed > width) {
                x = 8;
                y += LEGEND_LINE;
            }
            legend.add(new Legend(s, x, y));
            x += needed + 8;
        }
        return series.size() > 1 ? legend : List.of();
    }

    private void legend(Legend at) {
        Series s = at.series;
        svg.line("line line-" + s.css(), at.x, at.y, at.x + 24.0, at.y);
        svg.mark("fill-" + s.css(), s.mark(), at.x + 12.0, at.y, s.name());
        svg.text("", Anchor.START, at.x + 31.0, at.y + 4.0, s.name());
    }

    private double px(double value) {
        return LEFT + x.position(value) * (width - LEFT - RIGHT);
    }

    private double py(double value) {
        return bottom - y.position(value) * (bottom - top);
    }

    private void axes() {
        for (Axis.Tick tick : y.ticks()) {
            svg.line("grid", LEFT, py(tick.value()), width - RIGHT, py(tick.value()));
            svg.text("minor", Anchor.END, LEFT - 8, py(tick.value()) + 4, tick.text());
        }
        for (Axis.Tick tick : x.ticks()) {
            svg.line("axis", px(tick.value()), bottom, px(tick.value()), bottom + 4);
            svg.text("minor", Anchor.MIDDLE, px(tick.value()), bottom + 18, tick.text());
        }
        svg.line("axis", LEFT, bottom, width - RIGHT, bottom);
        double middle = (LEFT + width - RIGHT) / 2.0;
        svg.text("minor", Anchor.MIDDLE, middle, bottom + 38, x.label());
        svg.text("minor", Anchor.START, 8, top - 10, y.label());
    }

    private void lines(Series s) {
        for (int i = 1; i < s.points().size(); i++) {
            Point from = s.points().get(i - 1);
            Point to = s.points().get(i);
            String css = "line line-" + s.css() + (to.measured() ? "" : " dashed");
            svg.path(css, px(from.x()), py(from.y()), px(to.x()), py(to.y()));
        }
    }

    private void points(Series s) {
        for (Point p : s.points()) {
            if (p.high() > p.low()) {
                svg.line("range line-" + s.css(), px(p.x()), py(p.low()), px(p.x()), py(p.high()));
            }
            String kind = p.measured() ? "measured" : "extrapolated";
            String css = p.measured() ? "fill-" + s.css() : "hollow line-" + s.css();
            String tip = "%s: %s, %s".formatted(s.name(), p.text(), kind);
            svg.mark(css, s.mark(), px(p.x()), py(p.y()), tip);
        }
    }

    /** Writes values beside their points, outward at the edges, apart where they would overlap. */
    private void values() {
        List<Label> placed = new ArrayList<>();
        series.stream()
                .flatMap(s -> s.points().stream())
                .filter(p -> !p.text().isEmpty())
                .sorted(Comparator.comparingDouble(Point::y).reversed())
                .forEach(p -> place(p, placed));
        placed.forEach(l -> svg.text("", Anchor.START, l.x, l.y, l.text));
    }

    private void place(Point p, List<Label> placed) {
        boolean first = p.x() == series.getFirst().points().getFirst().x();
        double length = p.text().length() * LETTER;
        double x = px(p.x()) + (first ? -9 - length : 9);
        Label label = new Label(x, py(p.y()) + (first ? 4 : -5), length, p.text());
        while (overlaps(label, placed)) {
            label = new Label(x, label.y + 1, length, p.text());
        }
        placed.add(label);
    }

    private static boolean overlaps(Label label, List<Label> placed) {
        return placed.stream()
                .anyMatch(
                        o ->
                                Math.abs(o.y - label.y) < TEXT_HEIGHT
                                        && o.x < label.x + label.length
                                        && label.x < o.x + o.length);
    }

    private record Label(double x, double y, double length, String text) {}
}
