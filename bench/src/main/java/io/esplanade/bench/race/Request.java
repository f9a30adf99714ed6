package io.esplanade.bench.race;

import io.esplanade.bench.text.Json;
import io.esplanade.bench.text.JsonObject;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What a child JVM is asked, its one argument.
 *
 * @param cpus where the threads of the packet path go, in this order
 * @param heat the number of its heat, which the result repeats
 */
record Request(Setting setting, Timing timing, List<Integer> cpus, int heat) {

    /** The CPU of thread {@code index}: they start over where there are more threads than CPUs. */
    int cpu(int index) {
        return cpus.get(index % cpus.size());
    }

    /** The CPUs of {@code threads} threads. */
    List<Integer> cpus(int threads) {
        return IntStream.range(0, threads).mapToObj(this::cpu).toList();
    }

    String toJson() {
        return Json.line(
                Json.object(
                        "setting",
                        setting.toMap(),
                        "timing",
                        timing.toMap(),
                        "cpus",
                        cpus,
                        "heat",
                        heat));
    }

    static Request fromJson(String json) {
        JsonObject map = JsonObject.read(json);
        return new Request(
                Setting.from(map.object("setting")),
                Timing.from(map.object("timing")),
                map.numbers("cpus").stream().map(Long::intValue).toList(),
                (int) map.number("heat"));
    }
}
