package io.esplanade.bench.race;

import io.esplanade.bench.text.Json;
import io.esplanade.bench.text.JsonObject;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * What a gateway used and counted in its slices: from just before each to just behind it.
 *
 * @param packets that went through
 * @param nanos how long that was, wall time
 * @param threads what each thread of the packet path used
 * @param counters every counter of the engine by its label, and drops by {@code drop-REASON}
 */
public record Usage(long packets, long nanos, List<ThreadUse> threads, Map<String, Long> counters) {

    static final Usage NONE = new Usage(0, 0, List.of(), Map.of());

    /** What a thread used, CPU ns and heap bytes. */
    public record ThreadUse(String name, long cpuNanos, long allocatedBytes) {
        private ThreadUse plus(ThreadUse more) {
            return new ThreadUse(
                    name, cpuNanos + more.cpuNanos, allocatedBytes + more.allocatedBytes);
        }

        private Map<String, Object> toMap() {
            return Json.object(
                    "name", name, "cpuNanos", cpuNanos, "allocatedBytes", allocatedBytes);
        }

        private static ThreadUse from(JsonObject map) {
            return new ThreadUse(
                    map.string("name"), map.number("cpuNanos"), map.number("allocatedBytes"));
        }
    }

    /** This and {@code more}; threads are the same if their names are. */
    Usage plus(Usage more) {
        Map<String, ThreadUse> byName = new LinkedHashMap<>();
        Stream.concat(threads.stream(), more.threads.stream())
                .forEach(t -> byName.merge(t.name(), t, ThreadUse::plus));
        Map<String, Long> sums = new LinkedHashMap<>(counters);
        more.counters.forEach((label, n) -> sums.merge(label, n, Long::sum));
        return new Usage(
                packets + more.packets, nanos + more.nanos, List.copyOf(byName.values()), sums);
    }

    /** A counter by its label; 0 where there is none. */
    public long counter(String label) {
        return counters.getOrDefault(label, 0L);
    }

    /** A counter by its label, for each packet. */
    public double perPacket(String label) {
        return (double) counter(label) / Math.max(1, packets);
    }

    /** CPU time of the packet path's threads per packet, ns. */
    public double cpuNanosPerPacket() {
        return sum(ThreadUse::cpuNanos) / Math.max(1, packets);
    }

    /** Heap bytes that the packet path's threads allocated per packet. */
    public double allocatedPerPacket() {
        return sum(ThreadUse::allocatedBytes) / Math.max(1, packets);
    }

    private double sum(ToDoubleFunction<ThreadUse> what) {
        return threads.stream().mapToDouble(what).sum();
    }

    Map<String, Object> toMap() {
        return Json.object(
                "packets", packets,
                "nanos", nanos,
                "threads", threads.stream().map(ThreadUse::toMap).toList(),
                "counters", counters);
    }

    static Usage from(JsonObject map) {
        Map<String, Long> counters = new LinkedHashMap<>();
        JsonObject counted = map.object("counters");
        counted.members().forEach((k, v) -> counters.put("" + k, counted.number("" + k)));
        return new Usage(
                map.number("packets"),
                map.number("nanos"),
                map.objects("threads").stream().map(ThreadUse::from).toList(),
                counters);
    }
}
