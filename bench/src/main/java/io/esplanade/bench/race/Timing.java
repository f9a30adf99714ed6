package io.esplanade.bench.race;

import io.esplanade.bench.text.Json;
import io.esplanade.bench.text.JsonObject;

import java.util.Map;

/**
 * How long the JVMs of a heat work.
 *
 * @param warmUpMillis the least time before their first turn, for the JIT
 * @param settleMillis of each turn, before it counts: the caches' time
 * @param measuredMillis of each turn, what counts
 * @param turns how many each has
 */
public record Timing(int warmUpMillis, int settleMillis, int measuredMillis, int turns) {

    /** Starting a JVM, building a gateway, and closing it. */
    private static final int START_MILLIS = 700;

    /** The JIT takes no longer than this to settle, or is not waited for. */
    int mostWarmUpMillis() {
        return 3 * warmUpMillis;
    }

    /** What one JVM takes in all, about. */
    int expectedMillis() {
        return START_MILLIS + warmUpMillis * 5 / 4 + turns * (settleMillis + measuredMillis);
    }

    Map<String, Object> toMap() {
        return Json.object(
                "warmUpMillis", warmUpMillis,
                "settleMillis", settleMillis,
                "measuredMillis", measuredMillis,
                "turns", turns);
    }

    static Timing from(JsonObject map) {
        return new Timing(
                (int) map.number("warmUpMillis"),
                (int) map.number("settleMillis"),
                (int) map.number("measuredMillis"),
                (int) map.number("turns"));
    }
}
