package io.esplanade.bench.report;

import io.esplanade.bench.report.Svg.Anchor;

import java.util.List;
import java.util.Map;

/**
 * Horizontal bars in groups, dots where the axis is logarithmic, with marks to compare them with.
 */
final class BarChart {

    private static final int WIDTH = 680;
    private static final int LEFT = 190;
    private static final int RIGHT = 130;
    private static final int ROW = 24;
    private static final int BAR = 16;
    private static final int HEADING = 28;
    private static final int AXIS = 46;
    private static final int MARKS = 30;
    private static final int LEGEND = 26;
    private static final double LETTER = 6.6;

    /**
     * One bar: parts laid end to end.
     *
     * @param low the first quartile; as {@code high}, the third, if there is no range to show
     * @param text the value in words
     */
    record Bar(String name, List<Part> parts, double low, double high, String text) {

        static Bar of(String name, String css, double value, double low, double high, String text) {
            return new Bar(name, List.of(new Part(css, value, "")), low, high, text);
        }

        private double length() {
            return parts.stream().mapToDouble(Part::value).sum();
        }
    }

    /** A part of a bar, and what is written in it if there is room. */
    record Part(String css, double value, String text) {}

    /** Bars under a heading; an empty one takes no room. */
    record Group(String heading, List<Bar> bars) {}

    private final String title;
    private final Axis axis;
    private final List<Group> groups;
    private List<Axis.Tick> references = List.of();
    private Map<String, String> legend = Map.of();
    private int top;
    private int bottom;
    private Svg svg;

    BarChart(String title, Axis axis, List<Group> groups) {
        this.title = title;
        this.axis = axis;
        this.groups = groups;
    }

    /** Values that are marked across all bars. */
    BarChart references(List<Axis.Tick> values) {
        references = values;
        return this;
    }

    /** What the parts' colours mean: name, then colour. */
    BarChart legend(Map<String, String> colours) {
        legend = colours;
        return this;
    }

    /** The longest bar or range, for an axis. */
    static double longest(List<Group> groups) {
        return groups.stream()
                .flatMap(g -> g.bars.stream())
                .mapToDouble(b -> Math.max(b.length(), b.high))
                .max()
                .orElse(1);
    }

    Svg draw() {
        top = 6 + (references.isEmpty() ? 0 : MARKS) + (legend.isEmpty() ? 0 : LEGEND);
        bottom = top + groups.stream().mapToInt(BarChart::height).sum() + 6;
        svg = new Svg(WIDTH, bottom + AXIS, title);
        axes();
        marks();
        names();
        int y = top;
        for (Group group : groups) {
            group(group, y);
            y += height(group);
        }
        return svg;
    }

    private static int height(Group group) {
        return (group.heading.isEmpty() ? 0 : HEADING) + ROW * group.bars.size();
    }

    private double px(double value) {
        return LEFT + axis.position(value) * (WIDTH - LEFT - RIGHT);
    }

    private void axes() {
        for (Axis.Tick tick : axis.ticks()) {
            svg.line("grid", px(tick.value()), top, px(tick.value()), bottom);
            svg.text("minor", Anchor.MIDDLE, px(tick.value()), bottom + 16, tick.text());
        }
        svg.line("axis", LEFT, top, LEFT, bottom);
        double middle = (LEFT + WIDTH - RIGHT) / 2.0;
        svg.text("minor", Anchor.MIDDLE, middle, bottom + 36, axis.label());
    }

    private void marks() {
        boolean low = false;
        for (Axis.Tick reference : references) {
            double at = px(reference.value());
            svg.line("reference", at, low ? 28 : 16, at, bottom);
            svg.text("reference-text", Anchor.MIDDLE, at, low ? 26 : 12, reference.text());
            low = !low; // neighbours may be near
        }
    }

    private void names() {
        double x = 8;
        for (Map.Entry<String, String> entry : legend.entrySet()) {
            svg.rect("fill-" + entry.getValue(), x, 6, 12, 12);
            svg.text("", Anchor.START, x + 18, 16, entry.getKey());
            x += 42 + entry.getKey().length() * LETTER;
        }
    }

    private void group(Group group, int y) {
        int row = y;
        if (!group.heading.isEmpty()) {
            svg.text("head", Anchor.START, 8, y + HEADING - 8, group.heading);
            row += HEADING;
        }
        for (Bar bar : group.bars) {
            bar(bar, row);
            row += ROW;
        }
    }

    private void bar(Bar bar, int row) {
        double middle = row + ROW / 2.0;
        svg.text("", Anchor.END, LEFT - 8, middle + 4, bar.name);
        if (axis.log()) {
            dot(bar, middle);
        } else {
            parts(bar, middle);
        }
        if (bar.high > bar.low) {
            svg.line("over", px(bar.low), middle, px(bar.high), middle);
            svg.line("over", px(bar.low), middle - 4, px(bar.low), middle + 4);
            svg.line("over", px(bar.high), middle - 4, px(bar.high), middle + 4);
        }
        double end = Math.max(px(bar.length()), px(Math.max(bar.high, axis.low())));
        svg.text("", Anchor.START, end + 10, middle + 4, bar.text);
    }

    /** On a logarithmic axis a length means nothing: only the place does. */
    private void dot(Bar bar, double middle) {
        svg.line("grid", LEFT, middle, WIDTH - RIGHT, middle);
        String css = "fill-" + bar.parts.getFirst().css();
        svg.mark(css, Mark.CIRCLE, px(bar.length()), middle, bar.name + ": " + bar.text);
    }

    private void parts(Bar bar, double middle) {
        double from = LEFT;
        double value = 0;
        for (Part part : bar.parts) {
            value += part.value;
            double to = px(value);
            if (to > from) {
                svg.rect("fill-" + part.css, from, middle - BAR / 2.0, to - from - gap(bar), BAR);
            }
            if (part.text.length() * LETTER + 4 < to - from) {
                svg.text("inside", Anchor.MIDDLE, (from + to) / 2, middle + 4, part.text);
            }
            from = to;
        }
    }

    private static double gap(Bar bar) {
        return bar.parts.size() > 1 ? 1 : 0;
    }
}
