package io.esplanade.bench.report;

import io.esplanade.bench.race.Outcome;
import io.esplanade.bench.race.Results;
import io.esplanade.bench.race.RunResult;
import io.esplanade.bench.race.Sample;
import io.esplanade.bench.race.Timing;
import io.esplanade.bench.report.Findings.Finding;
import io.esplanade.bench.text.Json;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The report of a race: a page, its charts as files, and every run as JSON. */
public final class Report {

    private final Results results;
    private final ZonedDateTime when;
    private final List<Finding> findings;

    /**
     * @param when the race ended
     */
    public Report(Results results, ZonedDateTime when) {
        this.results = results;
        this.when = when;
        findings = Findings.of(results);
    }

    /**
     * Writes {@code report.html}, {@code report.json} and {@code charts/*.svg}.
     *
     * @return the page
     */
    public Path write(Path folder) throws IOException {
        Path charts = Files.createDirectories(folder.resolve("charts"));
        Page page = page();
        for (Map.Entry<String, Svg> chart : page.charts().entrySet()) {
            Files.writeString(
                    charts.resolve(chart.getKey() + ".svg"), chart.getValue().standalone());
        }
        Files.writeString(folder.resolve("report.json"), Json.indented(json()) + "\n");
        return Files.writeString(folder.resolve("report.html"), page.html());
    }

    /** The findings as lines for a terminal. */
    public List<String> summary() {
        return findings.stream()
                .map(
                        f ->
                                "%-3s  %s: %s (aim %s)"
                                        .formatted(
                                                f.holds() ? "yes" : "NO",
                                                f.statement(),
                                                f.measured(),
                                                f.aim()))
                .toList();
    }

    /** Everything measured. */
    Map<String, Object> json() {
        return Json.object(
                "when", when.format(DateTimeFormatter.ISO_OFFSET_DATE_TIME),
                "quick", results.quick(),
                "machine", results.machine().toMap(),
                "findings", findings.stream().map(Finding::toMap).toList(),
                "outcomes", results.outcomes().stream().map(Report::json).toList());
    }

    private static Map<String, Object> json(Outcome outcome) {
        return Json.object(
                "setting", outcome.setting().toMap(),
                "runs", outcome.runs().stream().map(RunResult::toMap).toList(),
                "failures", outcome.failures());
    }

    /** The page. */
    Page page() {
        Page page = new Page("Three designs raced");
        page.title(
                "One gateway, the same packet code, under one giant lock, with shared fine-grained"
                        + " state, and in per-core lanes.");
        introduction(page);
        page.section("What this run shows");
        List<List<String>> rows = new ArrayList<>();
        findings.forEach(
                f ->
                        rows.add(
                                List.of(
                                        f.statement(),
                                        f.aim(),
                                        f.measured(),
                                        f.holds() ? "yes" : "NO")));
        page.table(List.of("Statement", "Aim", "Measured", "Holds"), rows);
        Throughput.add(results, page);
        OneSa.add(results, page);
        Costs.add(results, page);
        Latency.add(results, page);
        Extrapolation.add(results, page);
        method(page);
        return page;
    }

    private void introduction(Page page) {
        page.text(
                "In 2006 somebody asked freebsd-stable about a gateway that had to fill a T3, 45"
                        + " Mb/s. FreeBSD 4.9, with its own big lock, carried 54 Mb/s and leaked"
                        + " mbufs; 6.x leaked none and carried 39 Mb/s, for KAME IPsec was not"
                        + " MP-safe and confined the network stack to one CPU, under Giant."
                        + " FAST_IPSEC, with locks of its own, was the way out. Those figures are"
                        + " of that gateway, its card and its year, and compare two releases of"
                        + " FreeBSD; what is raced here are the designs.");
        page.text(
                "giant-lock is in the manner of KAME: one lock, held for a drain of at most 50"
                        + " packets. fine-grained is in the manner of FAST_IPSEC: atomic sequence"
                        + " numbers, a lock for each replay window and for the pool, references"
                        + " counted. per-core lanes share nothing that is written.");
        List<List<String>> rows = new ArrayList<>();
        String cores = " (%d core%s, ".formatted(results.machine().cores(), plural());
        rows.add(List.of("Machine", results.machine().cpu() + cores + cpus() + ")"));
        rows.add(List.of("System", results.machine().system() + ", " + results.machine().kernel()));
        rows.add(List.of("JVM", results.machine().jvm()));
        rows.add(List.of("Cipher", "AES-128-GCM by " + cipher()));
        rows.add(List.of("Race", race()));
        page.table(List.of("", ""), rows);
    }

    private String plural() {
        return results.machine().cores() == 1 ? "" : "s";
    }

    private String cpus() {
        return "CPUs " + results.machine().cpus().toString().replaceAll("[\\[\\]]", "");
    }

    private String cipher() {
        return results.measured(s -> s.hasCipher())
                .map(
                        o ->
                                o.runs()
                                        .getFirst()
                                        .texts()
                                        .getOrDefault("provider", "an unknown provider"))
                .findFirst()
                .orElse("none");
    }

    private String race() {
        long runs = results.outcomes().stream().mapToLong(o -> o.runs().size()).sum();
        return "%s, %d JVMs, ended %s"
                .formatted(
                        results.quick() ? "quick" : "full",
                        runs,
                        when.format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm z")));
    }

    private void method(Page page) {
        Timing timing = results.timing();
        page.section("How it was measured");
        page.text(
                "Each setting has a JVM of its own (heap of 128 MB, touched beforehand; Serial"
                        + " collector unless said otherwise), warmed up until its JIT compiler had"
                        + " little to do, for at least %.0f s."
                                .formatted(timing.warmUpMillis() / 1e3)
                        + " A machine, a virtual one above all, is not equally fast at all times."
                        + " So the JVMs of settings that are compared with each other are alive"
                        + " together, all but one stopped, and take %d turns: %d ms to settle, and a"
                                .formatted(timing.turns(), timing.settleMillis())
                        + " slice of %d ms that is measured.".formatted(timing.measuredMillis())
                        + " Throughput is the median of all slices; a ratio of two settings is the"
                        + " median of the ratios of their slices of the same turn. The full race"
                        + " does that two or three times, with new JVMs. Latency, stages and order"
                        + " on the wire are looked at in one JVM at a time, which is never"
                        + " stopped.");
        page.text(
                "Threads of the packet path are pinned, busy, on the same CPUs in the same order;"
                        + " all designs have the same bursts (32), pool, traffic and ciphers. A"
                        + " generator in the receive queue makes the packets, the transmit queue"
                        + " checks each flow's order and frees them.");
        page.text(
                "Sizes are bytes of the inner IP packet. IMIX is 7:4:1 of 64, 570 and 1400 bytes"
                        + " (1400 where the usual mix has 1500, which would not fit the MTU once"
                        + " encapsulated). \"No cipher\" is a provider that does nothing, to show"
                        + " what the designs themselves cost. Flows arrive on the queue of the"
                        + " thread that has their SA, unless said otherwise.");
        page.details("Every setting measured");
        page.table(
                List.of(
                        "Setting",
                        "JVMs",
                        "Slices",
                        "Median",
                        "Quartiles",
                        "On the wire",
                        "CPU, ns"),
                rows());
        page.endDetails();
        failures(page);
    }

    private List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        results.measured(_ -> true)
                .forEach(
                        o -> {
                            Sample rate = o.rate().times(1e-6);
                            rows.add(
                                    List.of(
                                            o.setting().label(),
                                            "" + o.runs().size(),
                                            "" + rate.count(),
                                            Figures.three(rate.median()) + " Mpps",
                                            Figures.three(rate.low())
                                                    + "–"
                                                    + Figures.three(rate.high()),
                                            Figures.bits(Figures.wireBits(o).median()),
                                            Figures.format(
                                                    "%.0f",
                                                    o.sample(r -> r.used().cpuNanosPerPacket())
                                                            .median())));
                        });
        return rows;
    }

    private void failures(Page page) {
        List<List<String>> rows = new ArrayList<>();
        for (Outcome o : results.outcomes()) {
            o.failures().forEach(f -> rows.add(List.of(o.setting().label(), f)));
        }
        if (!rows.isEmpty()) {
            page.heading("JVMs that failed");
            page.table(List.of("Setting", "What it said"), rows);
        }
    }
}
