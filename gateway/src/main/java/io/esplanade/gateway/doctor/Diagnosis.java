package io.esplanade.gateway.doctor;

import io.esplanade.engine.crypto.Suite;
import io.esplanade.gateway.doctor.Speeds.Speed;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Everything found, as a page of at most 100 columns or as JSON.
 *
 * @param findings in the order in which they are shown
 * @param speeds suite by suite, the provider that will serve it first
 */
record Diagnosis(List<Finding> findings, List<Speed> speeds) {

    private static final int WIDTH = 98;
    private static final int NAME = 15;

    /** From how much faster on another provider is told. */
    private static final double WORTH = 1.15;

    /** What to do, the reason and the gain with each. */
    List<String> advice() {
        List<String> advice = new ArrayList<>();
        findings.forEach(f -> f.advice().ifPresent(advice::add));
        faster().ifPresent(advice::add);
        return advice;
    }

    /** Another provider than the one that will serve, if it does the first suite faster. */
    private Optional<String> faster() {
        Suite suite = Speeds.FIRST;
        List<Speed> rows = speeds.stream().filter(s -> s.suite().equals(suite)).toList();
        Optional<Speed> serving = rows.stream().filter(Speed::serves).findFirst();
        return serving.flatMap(
                now ->
                        rows.stream()
                                .filter(s -> now.nanos()[0] > WORTH * s.nanos()[0])
                                .findFirst()
                                .map(s -> faster(now, s)));
    }

    private static String faster(Speed now, Speed other) {
        return String.format(
                Locale.ROOT,
                "Write 'crypto: { provider: %s }' in the gateway file: %s takes %.0f instead of"
                        + " %.0f ns at %d B, %.0f instead of %.0f at %d B.",
                other.provider(),
                now.suite().keyword(),
                other.nanos()[0],
                now.nanos()[0],
                Speeds.SIZES[0],
                other.nanos()[Speeds.SIZES.length - 1],
                now.nanos()[Speeds.SIZES.length - 1],
                Speeds.SIZES[Speeds.SIZES.length - 1]);
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        String section = "";
        for (Finding finding : findings) {
            if (!finding.section().equals(section)) {
                section = finding.section();
                heading(section, lines);
            }
            String mark = finding.good() ? "  + " : "  ! ";
            wrap(mark + pad(finding.name(), NAME), finding.text(), lines);
        }
        heading("suites, fastest burst of 32 packets in cache on one core", lines);
        lines.add(
                "    %-18s %-8s %-20s %14s %14s %14s"
                        .formatted("", "RFC 8221", "* will serve", "64 B", "512 B", "1400 B"));
        lines.add(
                "    %-18s %-8s %-20s %14s %14s %14s"
                        .formatted("", "", "", "ns  Gbit/s", "ns  Gbit/s", "ns  Gbit/s"));
        Suite before = null;
        for (Speed speed : speeds) {
            lines.add(line(speed, speed.suite().equals(before)));
            before = speed.suite();
        }
        heading("advice", lines);
        List<String> advice = advice();
        if (advice.isEmpty()) {
            lines.add("  none: this machine has what a gateway wants");
        }
        advice.forEach(a -> wrap("  * ", a, lines));
        return lines;
    }

    private static void heading(String text, List<String> lines) {
        if (!lines.isEmpty()) {
            lines.add("");
        }
        lines.add(text);
    }

    private static String line(Speed speed, boolean again) {
        String who = speed.provider();
        StringBuilder line =
                new StringBuilder(
                        "    %-18s %-8s %-20s"
                                .formatted(
                                        again ? "" : speed.suite().keyword(),
                                        again ? "" : speed.suite().requirement(),
                                        (speed.serves() ? "* " : "  ") + who));
        for (int i = 0; i < Speeds.SIZES.length; i++) {
            line.append(
                    String.format(
                            Locale.ROOT, " %6.0f  %6.1f", speed.nanos()[i], speed.gigabits(i)));
        }
        return line.toString();
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(1, width - text.length()));
    }

    /** Words behind a beginning, in lines of at most {@link #WIDTH}, aligned behind it. */
    private static void wrap(String beginning, String text, List<String> lines) {
        StringBuilder line = new StringBuilder(beginning);
        boolean empty = true;
        for (String word : text.split(" ")) {
            if (!empty && line.length() + 1 + word.length() > WIDTH) {
                lines.add(line.toString());
                line = new StringBuilder(" ".repeat(beginning.length()));
                empty = true;
            }
            line.append(empty ? "" : " ").append(word);
            empty = false;
        }
        lines.add(line.toString());
    }

    /** What programs get: the same, unabridged. */
    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("findings", findings.stream().map(Diagnosis::json).toList());
        json.put("suites", speeds.stream().map(Diagnosis::json).toList());
        json.put("advice", advice());
        return json;
    }

    private static Map<String, Object> json(Finding finding) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("section", finding.section());
        json.put("name", finding.name());
        json.put("good", finding.good());
        json.put("text", finding.text());
        return json;
    }

    private static Map<String, Object> json(Speed speed) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("suite", speed.suite().keyword());
        json.put("rfc8221", speed.suite().requirement().toString());
        json.put("provider", speed.provider());
        json.put("implementation", speed.implementation());
        json.put("serves", speed.serves());
        Map<String, Object> sizes = new LinkedHashMap<>();
        for (int i = 0; i < Speeds.SIZES.length; i++) {
            Map<String, Object> size = new LinkedHashMap<>();
            size.put("nanos-per-packet", rounded(speed.nanos()[i]));
            size.put("gigabits-per-second", rounded(speed.gigabits(i)));
            sizes.put(Integer.toString(Speeds.SIZES[i]), size);
        }
        json.put("sizes", sizes);
        return json;
    }

    private static double rounded(double value) {
        return Math.round(value * 10) / 10.0;
    }
}
