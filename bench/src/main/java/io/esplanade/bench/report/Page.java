package io.esplanade.bench.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A page of HTML that needs nothing besides itself: sections, text, charts and tables in turn. */
final class Page {

    private static final String STYLE =
            """
            * { box-sizing: border-box; }
            body { margin: 0 auto; padding: 24px 20px 64px; max-width: 780px;
              background: var(--ground); color: var(--ink);
              font: 16px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
            h1 { font-size: 28px; line-height: 1.2; margin: 16px 0 4px; }
            h2 { font-size: 21px; margin: 44px 0 8px; padding-top: 12px;
              border-top: 1px solid var(--grid); }
            h3 { font-size: 16px; margin: 26px 0 4px; }
            p { margin: 8px 0; }
            .lead, figcaption, .note { color: var(--muted); }
            figcaption, .note { font-size: 14px; }
            figure { margin: 14px 0 22px; overflow-x: auto; }
            svg.chart { max-width: 100%; height: auto; display: block; }
            svg.chart[width="680"] { min-width: 560px; }
            .scroll { overflow-x: auto; }
            table { border-collapse: collapse; margin: 10px 0 18px; font-size: 14px;
              font-variant-numeric: tabular-nums; }
            th, td { padding: 5px 12px 5px 0; text-align: left; vertical-align: top;
              border-bottom: 1px solid var(--grid); }
            th { color: var(--muted); font-weight: 600; }
            th:first-child, td:first-child { min-width: 7em; }
            .number { text-align: right; white-space: nowrap; }
            td.yes { color: var(--fine); font-weight: 600; }
            td.no { color: var(--giant); font-weight: 600; }
            .two { display: grid; gap: 0 20px;
              grid-template-columns: repeat(auto-fit, minmax(320px, 1fr)); }
            .two h3 { margin: 12px 0 0; }
            .two figure { margin: 8px 0; }
            summary { cursor: pointer; margin: 10px 0; }
            code { font-size: 0.92em; }
            """;

    private final String title;
    private final StringBuilder body = new StringBuilder();
    private final Map<String, Svg> charts = new LinkedHashMap<>();

    Page(String title) {
        this.title = title;
    }

    Page title(String lead) {
        body.append("<h1>").append(Svg.escape(title)).append("</h1>\n");
        return paragraph("lead", lead);
    }

    Page section(String heading) {
        return tag("h2", heading);
    }

    Page heading(String heading) {
        return tag("h3", heading);
    }

    Page text(String text) {
        return tag("p", text);
    }

    Page note(String text) {
        return paragraph("note", text);
    }

    private Page paragraph(String css, String text) {
        body.append("<p class=\"%s\">%s</p>\n".formatted(css, Svg.escape(text)));
        return this;
    }

    private Page tag(String tag, String text) {
        body.append("<%s>%s</%s>\n".formatted(tag, Svg.escape(text), tag));
        return this;
    }

    /**
     * Adds a chart.
     *
     * @param name what its file is called
     */
    Page figure(String name, Svg chart, String caption) {
        charts.put(name, chart);
        body.append("<figure>\n").append(chart.inline());
        if (!caption.isEmpty()) {
            body.append("<figcaption>%s</figcaption>\n".formatted(Svg.escape(caption)));
        }
        body.append("</figure>\n");
        return this;
    }

    /** Adds a chart under a heading, as one thing: one cell of {@link #two}. */
    Page chart(String heading, String name, Svg chart) {
        body.append("<div>\n");
        heading(heading).figure(name, chart, "");
        body.append("</div>\n");
        return this;
    }

    /** Begins charts that stand side by side; {@link #endTwo} ends them. */
    Page two() {
        body.append("<div class=\"two\">\n");
        return this;
    }

    Page endTwo() {
        body.append("</div>\n");
        return this;
    }

    /** Adds a table: what looks like a number stands to the right, yes and no are coloured. */
    Page table(List<String> headings, List<List<String>> rows) {
        if (rows.isEmpty()) {
            return this;
        }
        body.append("<div class=\"scroll\"><table>\n<thead><tr>");
        for (int i = 0; i < headings.size(); i++) {
            cell("th", css(rows.getFirst().get(i)), headings.get(i));
        }
        body.append("</tr></thead>\n<tbody>\n");
        for (List<String> row : rows) {
            body.append("<tr>");
            row.forEach(text -> cell("td", css(text), text));
            body.append("</tr>\n");
        }
        body.append("</tbody></table></div>\n");
        return this;
    }

    private void cell(String tag, String css, String text) {
        String attribute = css.isEmpty() ? "" : " class=\"" + css + "\"";
        body.append("<%s%s>%s</%s>".formatted(tag, attribute, Svg.escape(text), tag));
    }

    private static String css(String text) {
        return switch (text) {
            case "yes" -> "yes";
            case "NO" -> "no";
            default -> text.matches("[-–≥≤]? ?[0-9].*|–") ? "number" : "";
        };
    }

    /** Begins what is shown on demand only; {@link #endDetails} ends it. */
    Page details(String summary) {
        body.append("<details>\n<summary>").append(Svg.escape(summary)).append("</summary>\n");
        return this;
    }

    Page endDetails() {
        body.append("</details>\n");
        return this;
    }

    /** The charts by name. */
    Map<String, Svg> charts() {
        return charts;
    }

    String html() {
        return """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <title>%s</title>
        <style>
        %s%s</style>
        </head>
        <body>
        %s</body>
        </html>
        """
                .formatted(Svg.escape(title), Theme.css(), STYLE, body);
    }
}
