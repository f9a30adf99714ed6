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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What is compared with what, how often and for how long. Thread counts are 1, 2, 4, … up to the
 * machine's cores.
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

    private static final Timing TURNS = new Timing(2000, 40, 120, 15);

    private final boolean quick;
    private final List<Integer> counts;
    private final int most;
    private final List<Heat> heats = new ArrayList<>();

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
        List<Setting> main = designs(usual(), oneTwoAndMost());
        main.addAll(ceiling(FrameSize.B512, oneTwoAndMost()));
        heat(1, "512 B", main);
        List<Setting> noCipher = designs(small(), oneAndMost());
        noCipher.add(small().with(RINGLESS));
        heat(1, "64 B, no cipher", noCipher);
        if (most > 1) {
            for (FrameSize size : List.of(FrameSize.B64, FrameSize.B1400)) {
                Setting one = usual().with(size).withSas(1);
                heat(
                        1,
                        "one SA, " + size.label(),
                        List.of(one, one.with(ONE_LANE_GROUPED).withThreads(2)));
            }
        }
        alone(1, "stages", List.of(usual().with(RINGLESS).with(Look.STAGES)));
        wireOrder(1);
    }

    private void whole() {
        List<Setting> main = designs(usual(), counts);
        main.addAll(ceiling(FrameSize.B512, counts));
        heat(3, "512 B", main);
        for (FrameSize size : List.of(FrameSize.B64, FrameSize.B1400)) {
            List<Setting> bySize = designs(usual().with(size), oneAndMost());
            bySize.addAll(ceiling(size, oneAndMost()));
            heat(3, size.label(), bySize);
        }
        oneSa();
        for (FrameSize size : List.of(FrameSize.B64, FrameSize.B1400)) {
            Setting noCipher = small().with(size);
            List<Setting> bySize = designs(noCipher, oneAndMost());
            if (noCipher.equals(small())) {
                bySize.add(noCipher.with(RINGLESS)); // what the ring costs
            }
            heat(3, size.label() + ", no cipher", bySize);
        }
        heat(2, "IMIX", designs(usual().with(FrameSize.IMIX), oneAndMost()));
        numbersOfSas();
        variants();
        parts();
        handOver();
        List<Setting> stages = new ArrayList<>();
        for (FrameSize size : List.of(FrameSize.B64, FrameSize.B512, FrameSize.B1400)) {
            stages.add(usual().with(size).with(RINGLESS).with(Look.STAGES));
        }
        alone(2, "stages", stages);
        wireOrder(2);
    }

    /** One lane on one thread, with what settings have unless they say otherwise. */
    private static Setting usual() {
        return Setting.of(PER_CORE, 1);
    }

    /** The same where nothing hides what the designs cost. */
    private static Setting small() {
        return usual().with(FrameSize.B64).withProvider(Providers.NULL);
    }

    private static List<Setting> designs(Setting base, Collection<Integer> threads) {
        List<Setting> designs = new ArrayList<>();
        for (Contender design : DESIGNS) {
            threads.forEach(n -> designs.add(base.with(design).withThreads(n)));
        }
        return designs;
    }

    private static List<Setting> ceiling(FrameSize size, Collection<Integer> threads) {
        return threads.stream().map(n -> Setting.of(CIPHER_ALONE, n).with(size)).toList();
    }

    private void numbersOfSas() {
        List<Setting> settings = new ArrayList<>();
        for (int sas : List.of(1, SAS, MANY_SAS)) {
            settings.addAll(designs(usual().withSas(sas), List.of(most)));
        }
        heat(2, "numbers of SAs", settings);
    }

    private void oneSa() {
        if (most == 1) {
            return;
        }
        for (String provider : List.of(Providers.OPENSSL, Providers.NULL)) {
            for (FrameSize size : List.of(FrameSize.B64, FrameSize.B1400)) {
                Setting one = usual().with(size).withProvider(provider).withSas(1);
                List<Setting> settings = new ArrayList<>(List.of(one));
                counts.stream()
                        .filter(n -> n == 2 || n > 2 && one.hasCipher())
                        .forEach(n -> settings.add(one.with(ONE_LANE_GROUPED).withThreads(n)));
                settings.add(one.with(ONE_LANE_AUTO).withThreads(2));
                settings.add(one.with(FINE_GRAINED).withThreads(2));
                String cipher = one.hasCipher() ? "" : ", no cipher";
                heat(3, "one SA, " + size.label() + cipher, settings);
            }
        }
        if (most >= 4) {
            Setting one = usual().withSas(1);
            Setting dedicated = one.with(ONE_LANE_DEDICATED).withThreads(most - 2);
            heat(2, "one SA, a thread for each role", List.of(one, dedicated));
        }
    }

    /** The designs with one thing changed. */
    private void variants() {
        List<Setting> settings = new ArrayList<>();
        for (Contender design : DESIGNS) {
            Setting base = Setting.of(design, most);
            settings.add(base);
            switch (design) {
                case GIANT_LOCK -> settings.add(base.with(GIANT_LOCK_PER_PACKET));
                case FINE_GRAINED -> settings.add(base.with(FINE_GRAINED_PER_RUN));
                default -> {}
            }
            settings.add(base.withBurst(1));
            settings.add(base.with(Steering.BY_FLOW));
        }
        heat(2, "one thing changed", settings);
    }

    /** A lane taken apart. */
    private void parts() {
        for (int n : oneAndMost()) {
            Setting bare = small().with(RINGLESS).withThreads(n);
            List<Setting> settings = new ArrayList<>();
            PARTS.forEach(p -> settings.add(bare.with(p)));
            settings.add(bare.withBurst(1));
            heat(
                    2,
                    n == 1 ? "shared parts, 1 thread" : "shared parts, %d threads".formatted(n),
                    settings);
        }
    }

    private void wireOrder(int times) {
        if (most > 1) {
            Setting wire = Setting.of(FINE_GRAINED, 2).withSas(1).with(Look.WIRE_ORDER);
            alone(
                    times,
                    "order on the wire",
                    List.of(
                            wire,
                            wire.with(GIANT_LOCK),
                            wire.with(PER_CORE),
                            wire.with(ONE_LANE_GROUPED)));
        }
    }

    private void handOver() {
        List<Setting> settings = new ArrayList<>();
        for (FrameSize size : List.of(FrameSize.B64, FrameSize.B512, FrameSize.B1400)) {
            Setting here = Setting.of(HAND_OVER, 1).with(size).withProvider(Providers.NULL);
            settings.add(here);
            if (most > 1) {
                settings.add(here.withThreads(2));
            }
        }
        heat(2, "hand-over", settings);
    }

    private Collection<Integer> oneAndMost() {
        return new TreeSet<>(List.of(1, most));
    }

    private Collection<Integer> oneTwoAndMost() {
        return new TreeSet<>(List.of(1, Math.min(2, most), most));
    }

    private void heat(int times, String name, List<Setting> settings) {
        heats.add(new Heat(name, settings, TURNS, times));
    }

    /** What is not compared by turns: one long turn for each, never stopped. */
    private void alone(int times, String name, List<Setting> settings) {
        Timing timing = new Timing(TURNS.warmUpMillis(), TURNS.settleMillis(), 1000, 1);
        settings.forEach(s -> heats.add(new Heat(name, List.of(s), timing, times)));
    }

    boolean isQuick() {
        return quick;
    }

    /** What is measured. A setting that is compared with several others may be in several heats. */
    public List<Heat> heats() {
        return Collections.unmodifiableList(heats);
    }

    /** The setting whose throughput says what load latency is looked at with. */
    Setting loadReference() {
        return usual();
    }

    /**
     * What is measured when it is known that one lane forwards {@code perSecond} packets: each
     * alone and never stopped.
     */
    List<Heat> latencyHeats(double perSecond) {
        Setting base = loadReference().with(Look.LATENCY).withLoad(Math.round(perSecond * LOAD));
        List<Setting> settings = new ArrayList<>();
        DESIGNS.forEach(d -> settings.add(base.with(d).withThreads(Math.min(2, most))));
        if (!quick) {
            settings.add(base);
            for (Collector collector : Collector.values()) {
                settings.add(base.with(collector, GARBAGE));
            }
        }
        // Rare events need time.
        Timing timing = new Timing(TURNS.warmUpMillis(), 100, quick ? 2000 : 4000, 1);
        return new LinkedHashSet<>(settings)
                .stream().map(s -> new Heat("latency", List.of(s), timing, quick ? 1 : 2)).toList();
    }

    /** How long the JVMs of a heat work that takes turns. */
    Timing timing() {
        return TURNS;
    }

    /** What all of it takes, about. */
    long expectedMillis() {
        return Stream.concat(heats.stream(), latencyHeats(1).stream())
                .mapToLong(h -> (long) h.times() * h.expectedMillis())
                .sum();
    }

    /** Lists what there is to do: all heats once, then all that want another time. */
    static List<Heat> rounds(List<Heat> heats) {
        int most = heats.stream().mapToInt(Heat::times).max().orElse(0);
        return IntStream.range(0, most)
                .boxed()
                .flatMap(round -> heats.stream().filter(h -> h.times() > round))
                .toList();
    }
}
