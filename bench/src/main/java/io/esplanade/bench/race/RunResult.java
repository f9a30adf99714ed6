package io.esplanade.bench.race;

import io.esplanade.bench.text.Json;
import io.esplanade.bench.text.JsonObject;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What one run measured: the child prints it, the parent reads it, the report keeps it.
 *
 * @param setting what was measured
 * @param packets that went through while it was measured
 * @param wireBytes of the packets sent, from the outer IP header on
 * @param nanos how long that was, wall time
 * @param threads what each thread of the packet path used
 * @param counters every counter of the engine by its label, and drops by {@code drop-REASON}
 * @param figures what else was found, by name, such as {@code order-violations}
 * @param latency percentiles, ns, ascending; empty unless it was looked at
 * @param texts what ran: JVM, provider
 */
public record RunResult(
        Setting setting,
        long packets,
        long wireBytes,
        long nanos,
        List<ThreadUse> threads,
        Map<String, Long> counters,
        Map<String, Double> figures,
        List<Percentile> latency,
        Map<String, String> texts) {

    /** What a thread used, CPU ns and heap bytes. */
    public record ThreadUse(String name, long cpuNanos, long allocatedBytes) {
        private Map<String, Object> toMap() {
            return Json.object(
                    "name", name, "cpuNanos", cpuNanos, "allocatedBytes", allocatedBytes);
        }

        private static ThreadUse from(JsonObject map) {
            return new ThreadUse(
                    map.string("name"), map.number("cpuNanos"), map.number("allocatedBytes"));
        }
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

    public double perSecond() {
        return packets * 1e9 / nanos;
    }

    /** CPU time of the packet path's threads per packet, ns. */
    public double cpuNanosPerPacket() {
        return perPacket(ThreadUse::cpuNanos);
    }

    /** Heap bytes that the packet path's threads allocated per packet. */
    public double allocatedPerPacket() {
        return perPacket(ThreadUse::allocatedBytes);
    }

    private double perPacket(ToDoubleFunction<ThreadUse> what) {
        return threads.stream().mapToDouble(what).sum() / Math.max(1, packets);
    }

    /** A counter by its label; 0 where there is none. */
    public long counter(String label) {
        return counters.getOrDefault(label, 0L);
    }

    public Map<String, Object> toMap() {
        return Json.object(
                "setting", setting.toMap(),
                "packets", packets,
                "wireBytes", wireBytes,
                "nanos", nanos,
                "threads", threads.stream().map(ThreadUse::toMap).toList(),
                "counters", counters,
                "figures", figures,
                "latency", latency.stream().map(Percentile::toMap).toList(),
                "texts", texts);
    }

    static RunResult from(JsonObject map) {
        Map<String, Long> counters = new LinkedHashMap<>();
        JsonObject counted = map.object("counters");
        counted.members().forEach((k, v) -> counters.put("" + k, counted.number("" + k)));
        Map<String, Double> figures = new LinkedHashMap<>();
        JsonObject found = map.object("figures");
        found.members().forEach((k, v) -> figures.put("" + k, found.real("" + k)));
        Map<String, String> texts = new LinkedHashMap<>();
        map.object("texts").members().forEach((k, v) -> texts.put("" + k, "" + v));
        return new RunResult(
                Setting.from(map.object("setting")),
                map.number("packets"),
                map.number("wireBytes"),
                map.number("nanos"),
                map.objects("threads").stream().map(ThreadUse::from).toList(),
                counters,
                figures,
                map.objects("latency").stream().map(Percentile::from).toList(),
                texts);
    }
}
