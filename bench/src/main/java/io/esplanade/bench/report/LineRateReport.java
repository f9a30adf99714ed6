package io.esplanade.bench.report;

import io.esplanade.bench.text.Json;
import io.esplanade.bench.text.JsonObject;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The report of a line-rate test: what several gateways carried over the same path, as a page. */
public final class LineRateReport {

    private static final List<String> COLOURS = List.of("ceiling", "giant", "fine", "core", "c5");
    private static final String TITLE = "Line rate";

    private final List<JsonObject> gateways;

    /**
     * @param gateways what a tester left of each, in the order to show them
     * @throws IllegalArgumentException if one is not a tester's
     */
    public LineRateReport(List<JsonObject> gateways) {
        this.gateways = List.copyOf(gateways);
    }

    /**
     * Writes {@code line-rate.html}, {@code line-rate.json} and the chart.
     *
     * @return the page
     */
    public Path write(Path folder) throws IOException {
        Page page = page();
        Files.createDirectories(folder);
        for (Map.Entry<String, Svg> chart : page.charts().entrySet()) {
            Files.writeString(
                    folder.resolve(chart.getKey() + ".svg"), chart.getValue().standalone());
        }
        List<Object> all = gateways.stream().<Object>map(JsonObject::members).toList();
        Files.writeString(folder.resolve("line-rate.json"), Json.indented(all) + "\n");
        return Files.writeString(folder.resolve("line-rate.html"), page.html());
    }

    private Page page() {
        Page page = new Page(TITLE);
        page.title(
                "Two gateways with a link between them, each a process; a tester sends through both"
                        + " and counts what comes out, in the manner of RFC 2544.");
        page.text(
                "Sizes are of the IP packets offered, not of the frames that RFC 2544 counts. The"
                        + " throughput is the greatest rate found at which a trial lost nothing;"
                        + " all run on one machine: "
                        + gateways.getFirst().object("machine").string("cpu")
                        + ", "
                        + gateways.getFirst().object("machine").number("cores")
                        + " cores, which tester, gateways and the kernel between them share.");
        page.section("Throughput");
        page.figure("line-rate", chart(), "Packets per second without loss. Measured.");
        page.table(
                List.of("Gateways", "Packets", "No loss, kpps", "Mbit/s", "0.1% loss, kpps"),
                rows(LineRateReport::throughput));
        page.section("Latency at half of that");
        page.table(
                List.of(
                        "Gateways",
                        "Packets",
                        "p50, µs",
                        "p99, µs",
                        "p99.9, µs",
                        "longest, µs",
                        "CPU of both, ns/packet"),
                rows(m -> m.isNull("half") ? null : latency(m.object("half"))));
        page.section("At the rate of a T3, 45 Mb/s");
        page.table(
                List.of("Gateways", "Packets", "lost", "p50, µs", "p99.9, µs", "reordered"),
                rows(m -> t3(m.object("t3"))));
        return page;
    }

    private Svg chart() {
        List<BarChart.Group> groups = new ArrayList<>();
        for (String size : sizes()) {
            List<BarChart.Bar> bars = new ArrayList<>();
            for (int i = 0; i < gateways.size(); i++) {
                JsonObject found = measurement(gateways.get(i), size);
                if (found != null) {
                    double rate = rate(found, "no-loss");
                    String css = COLOURS.get(i % COLOURS.size());
                    String text = format("%,.0f k", rate / 1e3);
                    bars.add(BarChart.Bar.of(label(i), css, rate / 1e3, 0, 0, text));
                }
            }
            groups.add(new BarChart.Group(heading(size), bars));
        }
        Axis axis = Axis.linear("thousand packets per second", BarChart.longest(groups));
        return new BarChart("Throughput without loss", axis, groups).draw();
    }

    private List<String> sizes() {
        return gateways.stream()
                .flatMap(g -> g.objects("measurements").stream())
                .map(m -> m.string("size"))
                .distinct()
                .toList();
    }

    private static JsonObject measurement(JsonObject gateway, String size) {
        return gateway.objects("measurements").stream()
                .filter(m -> m.string("size").equals(size))
                .findFirst()
                .orElse(null);
    }

    private String label(int gateway) {
        return gateways.get(gateway).string("label");
    }

    /** What a table says of a measurement, or null for nothing. */
    private interface Cells {
        List<String> of(JsonObject measurement);
    }

    private List<List<String>> rows(Cells cells) {
        List<List<String>> rows = new ArrayList<>();
        for (String size : sizes()) {
            for (int i = 0; i < gateways.size(); i++) {
                JsonObject found = measurement(gateways.get(i), size);
                List<String> values = found == null ? null : cells.of(found);
                if (values != null) {
                    List<String> row = new ArrayList<>(List.of(label(i), heading(size)));
                    row.addAll(values);
                    rows.add(row);
                }
            }
        }
        return rows;
    }

    private static List<String> throughput(JsonObject m) {
        double rate = rate(m, "no-loss");
        return List.of(
                format("%,.1f", rate / 1e3),
                format("%,.0f", rate * m.real("mean-bytes") * Byte.SIZE / 1e6),
                format("%,.1f", rate(m, "slight-loss") / 1e3));
    }

    private static List<String> latency(JsonObject trial) {
        JsonObject micros = trial.object("latency-microseconds");
        return List.of(
                format("%,.0f", micros.real("p50")),
                format("%,.0f", micros.real("p99")),
                format("%,.0f", micros.real("p99.9")),
                format("%,.0f", micros.real("longest")),
                format("%,.0f", trial.real("gateways-nanos-per-packet")));
    }

    private static List<String> t3(JsonObject trial) {
        JsonObject micros = trial.object("latency-microseconds");
        return List.of(
                format("%,.0f", (double) trial.number("sent") - trial.number("received")),
                format("%,.0f", micros.real("p50")),
                format("%,.0f", micros.real("p99.9")),
                format("%,.0f", (double) trial.number("reordered")));
    }

    /** Packets per second of a trial; 0 if there was no such rate. */
    private static double rate(JsonObject measurement, String trial) {
        return measurement.isNull(trial) ? 0 : measurement.object(trial).real("packets-per-second");
    }

    private static String heading(String size) {
        return size.equals("imix") ? "IMIX" : size + " B";
    }

    private static String format(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
