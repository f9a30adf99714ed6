package io.esplanade.bench.lanes;

import io.esplanade.bench.race.Sample;
import io.esplanade.bench.text.Json;
import io.esplanade.bench.text.JsonObject;

import java.util.Map;

/**
 * What a lane cost, ns of CPU time per packet: what else the machine does is not in it.
 *
 * @param description of the provider
 * @param loop the floor that a C loop is; null if there is none
 * @param burst the floor that one call a burst is
 * @param lane the whole of it
 * @param elapsed the same by the clock on the wall
 * @param above how much more than the faster floor, within each round
 * @param allocated bytes on the heap per packet
 */
record Result(
        Case of,
        String description,
        Sample loop,
        Sample burst,
        Sample lane,
        Sample elapsed,
        Sample above,
        double allocated) {

    private static final int BITS = 8;

    /** The faster of the floors. */
    Sample floor() {
        return loop != null && loop.median() < burst.median() ? loop : burst;
    }

    /** The faster of the floors, for people. */
    String floorLabel() {
        return floor() == burst ? Ground.BURST : Ground.LOOP;
    }

    /** Bits of inner packets per ns. */
    double gigabits() {
        return of.size() * BITS / lane.median();
    }

    Map<String, Object> toMap() {
        return Json.object(
                "case", of.toMap(),
                "description", description,
                "loop", loop == null ? null : map(loop),
                "burst", map(burst),
                "lane", map(lane),
                "elapsed", map(elapsed),
                "above", map(above),
                "gigabits", gigabits(),
                "allocated", allocated);
    }

    static Result from(JsonObject map) {
        return new Result(
                Case.from(map.object("case")),
                map.string("description"),
                map.isNull("loop") ? null : sample(map.object("loop")),
                sample(map.object("burst")),
                sample(map.object("lane")),
                sample(map.object("elapsed")),
                sample(map.object("above")),
                map.real("allocated"));
    }

    private static Map<String, Object> map(Sample sample) {
        return Json.object(
                "median", sample.median(),
                "low", sample.low(),
                "high", sample.high(),
                "count", sample.count());
    }

    private static Sample sample(JsonObject map) {
        return new Sample(
                map.real("median"), map.real("low"), map.real("high"), (int) map.number("count"));
    }
}
