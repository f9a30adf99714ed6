package io.esplanade.bench.report;

/**
 * The style sheet of pages and charts, light and dark. The three designs keep their colours
 * throughout: of the Okabe and Ito palette, which all kinds of colour vision tell apart.
 */
final class Theme {

    private static final String CSS =
            """
            :root {
              color-scheme: light dark;
              --ground: #ffffff; --panel: #f6f8fa; --ink: #1c2128; --muted: #57606a;
              --grid: #dfe3e8; --mark: #8c6d00;
              --giant: #b8480a; --fine: #007a5a; --core: #0a5fb0; --ceiling: #6b7280;
              --other: #8250a8; --c1: #0a5fb0; --c2: #4a8fd0; --c3: #007a5a; --c4: #b8480a;
              --c5: #8250a8; --c6: #6b7280; --on: #ffffff;
            }
            @media (prefers-color-scheme: dark) {
              :root {
                --ground: #12161b; --panel: #1b2128; --ink: #e6eaef; --muted: #a3adb8;
                --grid: #323a44; --mark: #e0b63a;
                --giant: #ff9657; --fine: #3fcf9f; --core: #6cb4ff; --ceiling: #9aa5b1;
                --other: #c9a2ec; --c1: #6cb4ff; --c2: #a5d0ff; --c3: #3fcf9f; --c4: #ff9657;
                --c5: #c9a2ec; --c6: #9aa5b1; --on: #12161b;
              }
            }
            .chart { font: 13px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
            .ground { fill: var(--ground); }
            .chart text { fill: var(--ink); stroke: var(--ground); stroke-width: 3px;
              paint-order: stroke; stroke-linejoin: round; }
            .chart .minor { fill: var(--muted); font-size: 12px; }
            .chart .head { font-weight: 600; }
            .chart .inside { fill: var(--on); stroke: none; font-size: 12px; }
            .chart .axis { stroke: var(--muted); }
            .chart .grid { stroke: var(--grid); }
            .chart .reference { stroke: var(--mark); stroke-dasharray: 2 3; }
            .chart .reference-text { fill: var(--mark); font-size: 12px; }
            .chart .line { fill: none; stroke-width: 2; }
            .chart .dashed { stroke-dasharray: 6 4; }
            .chart .range { stroke-width: 1.5; }
            .chart .over { stroke: var(--ink); stroke-width: 1.5; }
            .chart .hollow { fill: var(--ground); stroke-width: 2; }
            """;

    private static final String[] SERIES = {
        "giant", "fine", "core", "ceiling", "other", "c1", "c2", "c3", "c4", "c5", "c6"
    };

    private Theme() {}

    /** The style sheet; a series named {@code x} has classes {@code fill-x} and {@code line-x}. */
    static String css() {
        StringBuilder css = new StringBuilder(CSS);
        for (String s : SERIES) {
            css.append(".chart .fill-%s { fill: var(--%s); }%n".formatted(s, s));
            css.append(".chart .line-%s { stroke: var(--%s); }%n".formatted(s, s));
        }
        return css.toString();
    }
}
