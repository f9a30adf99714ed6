package io.esplanade.bench.race;

import io.esplanade.bench.text.Json;
import io.esplanade.bench.text.JsonObject;

import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What one turn of a setting measured.
 *
 * @param packets that went through
 * @param nanos in this time
 */
public record Slice(long packets, long nanos) {

    /** Counts for so long by {@code count}, which other threads raise. */
    static Slice of(LongSupplier count, long millis) throws InterruptedException {
        long packets = count.getAsLong();
        long start = System.nanoTime();
        Thread.sleep(millis);
        return new Slice(count.getAsLong() - packets, System.nanoTime() - start);
    }

    public double perSecond() {
        return packets * 1e9 / nanos;
    }

    public double nanosPerPacket() {
        return (double) nanos / packets;
    }

    Map<String, Object> toMap() {
        return Json.object("packets", packets, "nanos", nanos);
    }

    static Slice from(JsonObject map) {
        return new Slice(map.number("packets"), map.number("nanos"));
    }
}
