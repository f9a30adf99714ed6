package io.esplanade.bench.parts;

import io.esplanade.engine.os.Clock;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How long each stage of one thread takes, less what reading the clock takes. That thread adds; the
 * costs are for when it has ended.
 */
public final class StageTimes {

    /** The stages, in a packet's order. */
    public enum Stage {
        RECEIVE,
        INGRESS,
        ESP,
        CIPHER,
        EGRESS,
        TRANSMIT;

        /** The name in results. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final int CALIBRATION = 1_000_000;
    private static final int STAGES = Stage.values().length;

    private final Clock clock;
    private final double reading;
    private final long[] burst = new long[STAGES];
    private final long[] all = new long[STAGES];
    private long bursts;
    private long packets;
    private volatile boolean recording;

    public StageTimes(Clock clock) {
        this.clock = clock;
        reading(clock); // for the JIT
        reading = reading(clock);
    }

    private static double reading(Clock clock) {
        long start = clock.nanoTime();
        long last = start;
        for (int i = 0; i < CALIBRATION; i++) {
            last = clock.nanoTime();
        }
        return (double) (last - start) / CALIBRATION;
    }

    long now() {
        return clock.nanoTime();
    }

    /** What the burst took in {@code stage} from {@code since} until now; answers now. */
    long add(Stage stage, long since) {
        long now = clock.nanoTime();
        burst[stage.ordinal()] += now - since;
        return now;
    }

    /** Takes from {@code whole} what {@code part}, timed within it, took. */
    void within(Stage whole, Stage part) {
        burst[whole.ordinal()] -= burst[part.ordinal()];
    }

    /** The burst, of {@code n} packets, has been through all stages. */
    void end(int n) {
        boolean counts = recording && n > 0;
        for (int i = 0; i < STAGES; i++) {
            all[i] += counts ? burst[i] : 0;
            burst[i] = 0;
        }
        bursts += counts ? 1 : 0;
        packets += counts ? n : 0;
    }

    /** Begins or ends to record; any thread. */
    public void recording(boolean on) {
        recording = on;
    }

    /** Each stage's cost per packet, ns, by its label; empty if nothing was recorded. */
    public Map<String, Double> perPacket() {
        Map<String, Double> costs = new LinkedHashMap<>();
        for (Stage stage : Stage.values()) {
            if (packets > 0) {
                double nanos = all[stage.ordinal()] - bursts * reading;
                costs.put(stage.label(), Math.max(0, nanos / packets));
            }
        }
        return costs;
    }
}
