package io.esplanade.bench.race;

import io.esplanade.bench.text.Json;
import io.esplanade.bench.text.JsonObject;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one JVM measured: the child prints it, the parent reads it, the report keeps it.
 *
 * @param setting what was measured
 * @param heat the number of the heat it ran in: slices of the same heat and turn are neighbours
 * @param slices one for each turn, in their order
 * @param used what a gateway used and counted in them
 * @param figures what else was found, by name, such as {@code order-violations}
 * @param latency percentiles, ns, ascending; empty unless it was looked at
 * @param texts what ran: JVM, provider
 */
public record RunResult(
        Setting setting,
        int heat,
        List<Slice> slices,
        Usage used,
        Map<String, Double> figures,
        List<Percentile> latency,
        Map<String, String> texts) {

    /** What was measured without a gateway. */
    static RunResult of(Request request, List<Slice> slices, Map<String, String> texts) {
        return new RunResult(
                request.setting(),
                request.heat(),
                List.copyOf(slices),
                Usage.NONE,
                Map.of(),
                List.of(),
                texts);
    }

    /**
     * One latency.
     *
     * @param percent of the packets took at most
     * @param nanos this long
     */
    public record Percentile(double percent, long nanos) {
        private Map<String, Object> toMap() {
            return Json.object("percent", percent, "nanos", nanos);
        }

        private static Percentile from(JsonObject map) {
            return new Percentile(map.real("percent"), map.number("nanos"));
        }
    }

    /** Packets per second, of each slice. */
    public Sample rate() {
        return Sample.of(slices.stream().mapToDouble(Slice::perSecond).toArray());
    }

    /** The same and one more figure. */
    RunResult with(String figure, double value) {
        Map<String, Double> more = new LinkedHashMap<>(figures);
        more.put(figure, value);
        return new RunResult(setting, heat, slices, used, more, latency, texts);
    }

    public Map<String, Object> toMap() {
        return Json.object(
                "setting", setting.toMap(),
                "heat", heat,
                "slices", slices.stream().map(Slice::toMap).toList(),
                "used", used.toMap(),
                "figures", figures,
                "latency", latency.stream().map(Percentile::toMap).toList(),
                "texts", texts);
    }

    static RunResult from(JsonObject map) {
        Map<String, Double> figures = new LinkedHashMap<>();
        JsonObject found = map.object("figures");
        found.members().forEach((k, v) -> figures.put("" + k, found.real("" + k)));
        Map<String, String> texts = new LinkedHashMap<>();
        map.object("texts").members().forEach((k, v) -> texts.put("" + k, "" + v));
        List<Percentile> latency = new ArrayList<>();
        map.objects("latency").forEach(p -> latency.add(Percentile.from(p)));
        return new RunResult(
                Setting.from(map.object("setting")),
                (int) map.number("heat"),
                map.objects("slices").stream().map(Slice::from).toList(),
                Usage.from(map.object("used")),
                figures,
                latency,
                texts);
    }
}
