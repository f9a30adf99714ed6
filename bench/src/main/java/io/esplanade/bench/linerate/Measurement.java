package io.esplanade.bench.linerate;

import io.esplanade.bench.text.Json;
import io.esplanade.bench.text.ProgressLine;

import java.util.Map;

/**
 * What was found with packets of one size. Any of it may be null: there was no such rate.
 *
 * @param noLoss the trial at the greatest rate without loss: the throughput of RFC 1242 §3.17
 * @param slightLoss the one with a loss of at most {@link #SLIGHT}
 * @param half at half of the rate without loss, for its latency
 * @param t3 at the rate of a T3
 */
record Measurement(PacketSize size, Trial noLoss, Trial slightLoss, Trial half, Trial t3) {

    /** A loss that a path may have and still be called good. */
    static final double SLIGHT = 0.001;

    /** Bits per second of a T3 (DS3) line. */
    static final double T3 = 44.736e6;

    private static final double RESOLUTION = 0.02;

    /**
     * Measures.
     *
     * @param most packets per second to try at most
     * @param millis how long each trial sends
     */
    static Measurement of(
            Tester tester, PacketSize size, double most, long millis, ProgressLine progress)
            throws InterruptedException {
        Search search =
                new Search(
                        rate -> {
                            progress.show("%s at %,.0f packets/s".formatted(size.label(), rate));
                            return tester.run(size, rate, millis);
                        },
                        RESOLUTION);
        Trial noLoss = search.find(0, null, most, 0);
        double least = noLoss == null ? 0 : noLoss.perSecond();
        Trial slight = search.find(least, noLoss, most, SLIGHT);
        Trial half = noLoss == null ? null : tester.run(size, least / 2, millis);
        Trial t3 = tester.run(size, T3 / (size.mean() * Byte.SIZE), millis);
        return new Measurement(size, noLoss, slight, half, t3);
    }

    /** One line for people. */
    String text() {
        return "%s: %,.0f packets/s without loss (%,.0f Mbit/s), %,.0f with 0.1%%"
                .formatted(
                        size.label(),
                        rate(noLoss),
                        rate(noLoss) * size.mean() * Byte.SIZE / 1e6,
                        rate(slightLoss));
    }

    private static double rate(Trial trial) {
        return trial == null ? 0 : trial.perSecond();
    }

    Map<String, Object> toMap() {
        return Json.object(
                "size", size.keyword(),
                "mean-bytes", size.mean(),
                "no-loss", map(noLoss),
                "slight-loss", map(slightLoss),
                "half", map(half),
                "t3", map(t3));
    }

    private static Map<String, Object> map(Trial trial) {
        return trial == null ? null : trial.toMap();
    }
}
