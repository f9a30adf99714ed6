package io.esplanade.bench.report;

import java.util.Locale;

/**
 * Writes SVG: elements, one line each, with classes instead of colours, so that the page's style
 * sheet decides what they look like. Coordinates are pixels from the upper left.
 */
final class Svg {

    private final StringBuilder body = new StringBuilder();
    private final int width;
    private final int height;
    private final String title;

    /**
     * @param title what the picture shows, for those who cannot see it
     */
    Svg(int width, int height, String title) {
        this.width = width;
        this.height = height;
        this.title = title;
    }

    /** Where a text stands to its point. */
    enum Anchor {
        START,
        MIDDLE,
        END;

        private final String keyword = name().toLowerCase(Locale.ROOT);
    }

    Svg line(String css, double x1, double y1, double x2, double y2) {
        return add("<line class='%s' x1='%s' y1='%s' x2='%s' y2='%s'/>", css, x1, y1, x2, y2);
    }

    Svg rect(String css, double x, double y, double width, double height) {
        return add(
                "<rect class='%s' x='%s' y='%s' width='%s' height='%s'/>",
                css, x, y, width, height);
    }

    /** A line through points, x and y in turn. */
    Svg path(String css, double... points) {
        StringBuilder d = new StringBuilder();
        for (int i = 0; i < points.length; i += 2) {
            d.append(i == 0 ? "M" : "L").append(number(points[i]));
            d.append(' ').append(number(points[i + 1]));
        }
        return add("<path class='%s' d='%s'/>", css, d);
    }

    Svg text(String css, Anchor anchor, double x, double y, String text) {
        return add(
                "<text class='%s' text-anchor='%s' x='%s' y='%s'>%s</text>",
                css, anchor.keyword, x, y, escape(text));
    }

    /** A point's mark; shapes tell series apart where colours do not. */
    Svg mark(String css, Mark mark, double x, double y, String tooltip) {
        String tip = "<title>" + escape(tooltip) + "</title>";
        return switch (mark) {
            case CIRCLE ->
                    add("<circle class='%s' cx='%s' cy='%s' r='5'>%s</circle>", css, x, y, tip);
            case SQUARE ->
                    add(
                            "<rect class='%s' x='%s' y='%s' width='9' height='9'>%s</rect>",
                            css, x - 4.5, y - 4.5, tip);
            case TRIANGLE ->
                    add("<path class='%s' d='%s'>%s</path>", css, polygon(x, y, 6.5, 3), tip);
            case DIAMOND ->
                    add("<path class='%s' d='%s'>%s</path>", css, polygon(x, y, 6.5, 4), tip);
        };
    }

    private static String polygon(double x, double y, double radius, int corners) {
        StringBuilder d = new StringBuilder();
        for (int i = 0; i < corners; i++) {
            double angle = 2 * Math.PI * i / corners;
            d.append(i == 0 ? "M" : "L").append(number(x + radius * Math.sin(angle)));
            d.append(' ').append(number(y - radius * Math.cos(angle)));
        }
        return d.append('Z').toString();
    }

    private Svg add(String format, Object... values) {
        Object[] texts = new Object[values.length];
        for (int i = 0; i < values.length; i++) {
            texts[i] = values[i] instanceof Double d ? number(d) : values[i].toString();
        }
        body.append("  ").append(format.formatted(texts).replace('\'', '"')).append('\n');
        return this;
    }

    private static String number(double d) {
        String text = String.format(Locale.ROOT, "%.1f", d);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }

    /** Text as it may stand between tags and in attributes. */
    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /** The element, to stand in a page. */
    String inline() {
        return element("", body.toString());
    }

    /** A file of its own, with the style sheet in it. */
    String standalone() {
        String style = "  <style>\n" + Theme.css() + "  </style>\n";
        String ground = "  <rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n";
        return element(" xmlns=\"http://www.w3.org/2000/svg\"", style + ground + body);
    }

    private String element(String attributes, String content) {
        return """
        <svg%s class="chart" role="img" viewBox="0 0 %d %d" width="%d" height="%d">
          <title>%s</title>
        %s</svg>
        """
                .formatted(attributes, width, height, width, height, escape(title), content);
    }
}
