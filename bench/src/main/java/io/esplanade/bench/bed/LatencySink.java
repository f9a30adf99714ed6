package io.esplanade.bench.bed;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.os.Clock;

import org.HdrHistogram.Histogram;

import java.util.concurrent.TimeUnit;

/**
 * Records how long packets were in the gateway: from the moment at which the offered load had them
 * arrive, whether or not the gateway looked then, to the moment they are handed to the transmit
 * queue. So a pause counts against every packet that it kept waiting.
 *
 * <p>One transmit queue's; the histogram is for when its thread has ended.
 */
public final class LatencySink implements Sink {

    private static final long LONGEST = TimeUnit.SECONDS.toNanos(60);

    private final Clock clock;
    private final Histogram histogram = newHistogram();
    private volatile boolean recording;

    public LatencySink(Clock clock) {
        this.clock = clock;
    }

    /** An empty one, of the range and precision of those here. */
    public static Histogram newHistogram() {
        return new Histogram(1, LONGEST, 3);
    }

    /** Begins or ends to record. */
    public void recording(boolean on) {
        recording = on;
    }

    @Override
    public void take(Burst burst, int n) {
        if (recording) {
            long now = clock.nanoTime();
            for (int i = 0; i < n; i++) {
                long nanos = now - Mbuf.time(burst.get(i));
                histogram.recordValue(Math.clamp(nanos, 0, LONGEST));
            }
        }
    }

    /** What was recorded, ns. */
    public Histogram histogram() {
        return histogram;
    }
}
