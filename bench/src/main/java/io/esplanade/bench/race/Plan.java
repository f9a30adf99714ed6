package io.esplanade.bench.race;

import static io.esplanade.bench.race.Contender.CIPHER_ALONE;
import static io.esplanade.bench.race.Contender.FINE_GRAINED;
import static io.esplanade.bench.race.Contender.FINE_GRAINED_PER_RUN;
import static io.esplanade.bench.race.Contender.GIANT_LOCK;
import static io.esplanade.bench.race.Contender.GIANT_LOCK_PER_PACKET;
import static io.esplanade.bench.race.Contender.HAND_OVER;
import static io.esplanade.bench.race.Contender.ONE_LANE_AUTO;
import static io.esplanade.bench.race.Contender.ONE_LANE_DEDICATED;
import static io.esplanade.bench.race.Contender.ONE_LANE_GROUPED;
import static io.esplanade.bench.race.Contender.PER_CORE;
import static io.esplanade.bench.race.Contender.RINGLESS;
import static io.esplanade.bench.race.Contender.RINGLESS_LOCK;
import static io.esplanade.bench.race.Contender.RINGLESS_NUMBERS;
import static io.esplanade.bench.race.Contender.RINGLESS_POOL;
import static io.esplanade.bench.race.Contender.RINGLESS_REFERENCES;

import io.esplanade.bench.bed.FrameSize;
import io.esplanade.bench.bed.Providers;
import io.esplanade.bench.bed.Steering;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What is measured, how often and for how long. Thread counts are 1, 2, 4, … up to the machine's
 * cores.
 */
public final class Plan {

    /** The three designs. */
    public static final List<Contender> DESIGNS = List.of(GIANT_LOCK, FINE_GRAINED, PER_CORE);

    /** A lane without its ring, and with one thing at a time that threads share. */
    public static final List<Contender> PARTS =
            List.of(RINGLESS, RINGLESS_LOCK, RINGLESS_REFERENCES, RINGLESS_NUMBERS, RINGLESS_POOL);

    /** How many SAs there are unless their number is what is looked at. */
    public static final int SAS = 64;

    /** The offered load at which latency is looked at, of what one lane can do. */
    public static final double LOAD = 0.4;

    /** What an application beside the gateway allocates when collectors are compared, MB/s. */
    public static final int GARBAGE = 200;

    private static final int MANY_SAS = 10_000;

    // What the runs that look at speed may take; latency comes on top.
    private static final int QUICK_SECONDS = 165;
    private static final int FULL_SECONDS = 22 * 60;

    /** What starting a JVM and making SAs takes. */
    private static final int OVERHEAD_MILLIS = 1100;

    private final boolean quick;
    private final List<Integer> counts;
    private final int most;
    private final Map<Setting, Integer> rounds = new LinkedHashMap<>();

    private Plan(boolean quick, int cores) {
        this.quick = quick;
        counts = counts(cores);
        most = counts.getLast();
    }

    /** The plan for a machine with so many cores. */
    public static Plan of(boolean quick, int cores) {
        Plan plan = new Plan(quick, cores);
        if (quick) {
            plan.brief();
        } else {
            plan.whole();
        }
        return plan;
    }

    /** 1, 2, 4, … and {@code cores}. */
    static List<Integer> counts(int cores) {
        TreeSet<Integer> counts = new TreeSet<>();
        for (int n = 1; n < cores; n *= 2) {
            counts.add(n);
        }
        counts.add(cores);
        return List.copyOf(counts);
    }

    private void brief() {
        designs(3, FrameSize.B512, Providers.OPENSSL, oneTwoAndMost());
        designs(3, FrameSize.B64, Providers.NULL, oneAndMost());
        ceiling(3, FrameSize.B512, oneTwoAndMost());
        if (most > 1) {
            for (FrameSize size : List.of(FrameSize.B64, FrameSize.B1400)) {
                add(3, Setting.of(PER_CORE, 1).with(size).withSas(1));
                add(3, Setting.of(ONE_LANE_GROUPED, 2).with(size).withSas(1));
            }
        }
        add(1, Setting.of(RINGLESS, 1).with(Look.STAGES));
        ring(3);
        wireOrder(1);
    }

    private void whole() {
        designs(5, FrameSize.B512, Providers.OPENSSL, counts);
        ceiling(5, FrameSize.B512, counts);
        for (FrameSize size : List.of(FrameSize.B64, FrameSize.B1400)) {
            designs(3, size, Providers.OPENSSL, oneAndMost());
            ceiling(3, size, oneAndMost());
            designs(3, size, Providers.NULL, oneAndMost());
        }
        designs(3, FrameSize.IMIX, Providers.OPENSSL, oneAndMost());
        numbersOfSas();
        oneSa();
        oneThingAtATime();
        for (FrameSize size : List.of(FrameSize.B64, FrameSize.B512, FrameSize.B1400)) {
            add(3, Setting.of(RINGLESS, 1).with(size).with(Look.STAGES));
        }
        wireOrder(3);
        handOver();
        ring(5);
    }

    private void designs(int times, FrameSize size, String provider, Collection<Integer> threads) {
        for (int n : threads) {
            for (Contender design : DESIGNS) {
                add(times, Setting.of(design, n).with(size).withProvider(provider));
            }
        }
    }

    private void ceiling(int times, FrameSize size, Collection<Integer> threads) {
        threads.forEach(n -> add(times, Setting.of(CIPHER_ALONE, n).with(size)));
    }

    private void numbersOfSas() {
        for (int sas : List.of(1, MANY_SAS)) {
            for (int n : oneAndMost()) {
                for (Contender design : DESIGNS) {
                    add(3, Setting.of(design, n).withSas(sas));
                }
            }
        }
    }

    private void oneSa() {
        if (most == 1) {
            return;
        }
        for (String provider : List.of(Providers.OPENSSL, Providers.NULL)) {
            for (FrameSize size : List.of(FrameSize.B64, FrameSize.B1400)) {
                Setting one = Setting.of(PER_CORE, 1).with(size).withProvider(provider).withSas(1);
                add(5, one);
                for (int n : one.hasCipher() ? counts : List.of(1, 2)) {
                    if (n > 1) {
                        add(5, one.with(ONE_LANE_GROUPED).withThreads(n));
                    }
                }
                add(3, one.with(ONE_LANE_AUTO).withThreads(2));
                add(3, one.with(FINE_GRAINED).withThreads(2));
            }
        }
        if (most >= 4) {
            add(3, Setting.of(ONE_LANE_DEDICATED, most - 2).withSas(1));
        }
    }

    /** What the ring costs where one thread has all of a lane's roles. */
    private void ring(int times) {
        Setting lane = Setting.of(PER_CORE, 1).with(FrameSize.B64).withProvider(Providers.NULL);
        add(times, lane);
        add(times, lane.with(RINGLESS));
    }

    /** Settings that differ from one in {@link #designs} in one thing. */
    private void oneThingAtATime() {
        for (int n : oneAndMost()) {
            add(3, Setting.of(GIANT_LOCK_PER_PACKET, n));
            add(3, Setting.of(FINE_GRAINED_PER_RUN, n));
            DESIGNS.forEach(d -> add(3, Setting.of(d, n).withBurst(1)));
        }
        DESIGNS.forEach(d -> add(3, Setting.of(d, most).with(Steering.BY_FLOW)));
        for (int n : oneAndMost()) {
            Setting parts =
                    Setting.of(RINGLESS, n).with(FrameSize.B64).withProvider(Providers.NULL);
            PARTS.forEach(p -> add(3, parts.with(p)));
            add(3, parts.withBurst(1));
        }
    }

    private void wireOrder(int times) {
        if (most > 1) {
            Setting wire = Setting.of(FINE_GRAINED, 2).withSas(1).with(Look.WIRE_ORDER);
            add(times, wire);
            add(times, wire.with(GIANT_LOCK));
            add(times, wire.with(PER_CORE));
            add(times, wire.with(ONE_LANE_GROUPED));
        }
    }

    private void handOver() {
        for (FrameSize size : List.of(FrameSize.B64, FrameSize.B512, FrameSize.B1400)) {
            Setting here = Setting.of(HAND_OVER, 1).with(size).withProvider(Providers.NULL);
            add(3, here);
            if (most > 1) {
                add(3, here.withThreads(2));
            }
        }
    }

    private Collection<Integer> oneAndMost() {
        return new TreeSet<>(List.of(1, most));
    }

    private Collection<Integer> oneTwoAndMost() {
        return new TreeSet<>(List.of(1, Math.min(2, most), most));
    }

    private void add(int times, Setting setting) {
        rounds.merge(setting, times, Math::max);
    }

    boolean isQuick() {
        return quick;
    }

    /** What is measured, in the order of a round, and how often. */
    public Map<Setting, Integer> rounds() {
        return Collections.unmodifiableMap(rounds);
    }

    /** The setting whose throughput says what load latency is looked at with. */
    Setting loadReference() {
        return Setting.of(PER_CORE, 1);
    }

    /** What is measured when it is known that one lane forwards {@code perSecond} packets. */
    Map<Setting, Integer> latencyRounds(double perSecond) {
        Map<Setting, Integer> latency = new LinkedHashMap<>();
        Setting base = loadReference().with(Look.LATENCY).withLoad(Math.round(perSecond * LOAD));
        for (Contender design : DESIGNS) {
            latency.put(base.with(design).withThreads(Math.min(2, most)), quick ? 1 : 3);
        }
        if (!quick) {
            latency.put(base, 3);
            for (Collector collector : Collector.values()) {
                latency.put(base.with(collector, GARBAGE), 3);
            }
        }
        return latency;
    }

    /** How long a run is, so that all of them take the time a race may take. */
    Timing timing() {
        return fit(quick ? QUICK_SECONDS : FULL_SECONDS, runs());
    }

    /** How long a run is that looks at latency: rare events need time. */
    Timing latencyTiming() {
        return quick ? new Timing(1000, 2000) : new Timing(1500, 4000);
    }

    int runs() {
        return rounds.values().stream().mapToInt(Integer::intValue).sum();
    }

    private static Timing fit(int seconds, int runs) {
        int each = seconds * 1000 / runs - OVERHEAD_MILLIS;
        int warmUp = Math.clamp(each * 2L / 5, 600, 2000);
        return new Timing(warmUp, Math.clamp(each - warmUp, 700, 4000));
    }

    /** Lists what there is to do in turn: all settings once, then all that want another time. */
    static List<Setting> interleaved(Map<Setting, Integer> rounds) {
        List<Setting> turns = new ArrayList<>();
        int most = rounds.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        for (int round = 0; round < most; round++) {
            for (Map.Entry<Setting, Integer> entry : rounds.entrySet()) {
                if (entry.getValue() > round) {
                    turns.add(entry.getKey());
                }
            }
        }
        return turns;
    }
}
