package io.esplanade.bench.report;

import io.esplanade.bench.bed.FrameSize;
import io.esplanade.bench.bed.Providers;
import io.esplanade.bench.bed.Steering;
import io.esplanade.bench.race.Contender;
import io.esplanade.bench.race.Look;
import io.esplanade.bench.race.Outcome;
import io.esplanade.bench.race.Plan;
import io.esplanade.bench.race.Results;
import io.esplanade.bench.race.RunResult;
import io.esplanade.bench.race.Setting;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Where the time goes: by stage, by what threads share, one thing at a time. */
final class Costs {

    /** The stages in a packet's order, with the colours of their parts. */
    private static final Map<String, String> STAGES = new LinkedHashMap<>();

    static {
        STAGES.put("receive", "c6");
        STAGES.put("ingress", "c1");
        STAGES.put("esp", "c3");
        STAGES.put("cipher", "c4");
        STAGES.put("egress", "c2");
        STAGES.put("transmit", "c5");
    }

    private final Results results;
    private final Page page;

    private Costs(Results results, Page page) {
        this.results = results;
        this.page = page;
    }

    static void add(Results results, Page page) {
        Costs costs = new Costs(results, page);
        page.section("Where the time goes");
        costs.stages();
        costs.parts();
        costs.variants();
        costs.contention();
        costs.handOver();
    }

    private void stages() {
        List<BarChart.Bar> bars = new ArrayList<>();
        results.measured(s -> s.look() == Look.STAGES)
                .forEach(
                        o -> {
                            List<BarChart.Part> parts = new ArrayList<>();
                            STAGES.forEach((stage, css) -> parts.add(part(o, stage, css)));
                            double sum = parts.stream().mapToDouble(BarChart.Part::value).sum();
                            bars.add(
                                    new BarChart.Bar(
                                            o.setting().size().label(),
                                            parts,
                                            sum,
                                            sum,
                                            Figures.nanos(sum)));
                        });
        if (bars.isEmpty()) {
            return;
        }
        List<BarChart.Group> groups = List.of(new BarChart.Group("", bars));
        page.heading("By stage");
        page.figure(
                "stages",
                new BarChart(
                                "Cost per packet by stage",
                                Axis.linear("ns per packet", BarChart.longest(groups)),
                                groups)
                        .legend(STAGES)
                        .draw(),
                "A lane without its ring, on one thread, OpenSSL, bursts of 32. Measured: each"
                    + " stage timed for each burst, less what reading the clock takes; medians of"
                    + " the JVMs.");
    }

    private static BarChart.Part part(Outcome outcome, String stage, String css) {
        ToDoubleFunction<RunResult> cost = r -> r.figures().getOrDefault("stage-" + stage, 0.0);
        double nanos = outcome.sample(cost).median();
        return new BarChart.Part(css, nanos, stage + " " + Figures.format("%.0f", nanos));
    }

    /** A lane taken apart: what each part costs that threads share. */
    private void parts() {
        List<BarChart.Group> groups = new ArrayList<>();
        for (int threads : List.of(1, Designs.mostThreads(results))) {
            List<BarChart.Bar> bars = new ArrayList<>();
            for (int burst : List.of(32, 1)) {
                for (Contender part : Plan.PARTS) {
                    Setting setting =
                            Setting.of(part, threads)
                                    .with(FrameSize.B64)
                                    .withProvider(Providers.NULL)
                                    .withBurst(burst);
                    String name = partName(part) + (burst == 1 ? ", bursts of 1" : "");
                    results.of(setting).ifPresent(o -> bars.add(Throughput.rateBar(name, o)));
                }
            }
            if (!bars.isEmpty() && groups.size() < threads) {
                groups.add(new BarChart.Group(Designs.threads(threads), bars));
            }
        }
        if (groups.isEmpty()) {
            return;
        }
        page.heading("One thing at a time");
        page.text(
                "The stages in a row on each thread, nothing shared and no ring; then the same with"
                        + " one thing that threads share: a lock around each burst, references"
                        + " counted at each lookup, atomic sequence numbers, a pool behind a lock."
                        + " No cipher, so that nothing hides the difference.");
        page.figure(
                "parts",
                new BarChart(
                                "What each shared part costs",
                                Axis.linear("million packets per second", BarChart.longest(groups)),
                                groups)
                        .draw(),
                "64 B, 64 SAs, each on one thread. Measured: medians and quartiles of the slices.");
    }

    private static String partName(Contender part) {
        return part == Contender.RINGLESS ? "nothing shared" : part.caption();
    }

    private void variants() {
        int threads = Designs.mostThreads(results);
        List<BarChart.Group> groups = new ArrayList<>();
        for (Contender design : Plan.DESIGNS) {
            Setting base = Setting.of(design, threads);
            List<BarChart.Bar> bars = new ArrayList<>();
            results.of(base).ifPresent(o -> bars.add(Throughput.rateBar("as it is", o)));
            variants(base)
                    .forEach(
                            (name, variant) ->
                                    results.of(variant)
                                            .ifPresent(o -> bars.add(Throughput.rateBar(name, o))));
            if (bars.size() > 1) {
                groups.add(new BarChart.Group(design.caption(), bars));
            }
        }
        if (groups.isEmpty()) {
            return;
        }
        page.heading("The designs with one thing changed");
        page.figure(
                "ablation",
                new BarChart(
                                "What one change does",
                                Axis.linear("million packets per second", BarChart.longest(groups)),
                                groups)
                        .draw(),
                "512 B, 64 SAs, OpenSSL, %s; each bar differs from \"as it is\" in one thing."
                                .formatted(Designs.threads(threads))
                        + " Measured: medians and quartiles of the slices.");
    }

    private static Map<String, Setting> variants(Setting base) {
        Map<String, Setting> variants = new LinkedHashMap<>();
        switch (base.contender()) {
            case GIANT_LOCK ->
                    variants.put("lock per packet", base.with(Contender.GIANT_LOCK_PER_PACKET));
            case FINE_GRAINED ->
                    variants.put("numbers per run", base.with(Contender.FINE_GRAINED_PER_RUN));
            default -> {}
        }
        variants.put("bursts of 1", base.withBurst(1));
        variants.put("flows on any queue", base.with(Steering.BY_FLOW));
        return variants;
    }

    private void contention() {
        List<List<String>> rows = new ArrayList<>();
        for (Contender design : Plan.DESIGNS) {
            Designs.byThreads(results, Setting.of(design, 1)).forEach(o -> rows.add(contention(o)));
        }
        page.heading("What threads wait for");
        page.table(
                List.of(
                        "Design",
                        "Threads",
                        "Locks",
                        "Contended",
                        "Wait, ns",
                        "Giant held",
                        "Hand-overs",
                        "CPU, ns",
                        "Heap, B"),
                rows);
        page.note(
                "512 B, 64 SAs, OpenSSL; per packet, medians of the JVMs. Contended is of the locks"
                    + " taken, held is of the time. The engine counts the same in every run: these"
                    + " are the counters that operators see.");
    }

    private static List<String> contention(Outcome o) {
        double taken = o.sample(r -> r.used().perPacket("lock-taken")).median();
        return List.of(
                o.setting().contender().label(),
                "" + o.setting().threads(),
                orDash("%.2f", taken),
                orDash("%.1f %%", taken == 0 ? 0 : contended(o)),
                orDash("%.1f", o.sample(r -> r.used().perPacket("lock-wait-nanos")).median()),
                orDash("%.1f %%", 100 * heldShare(o)),
                orDash("%.2f", o.sample(r -> r.used().perPacket("hand-overs")).median()),
                Figures.format("%.0f", o.sample(r -> r.used().cpuNanosPerPacket()).median()),
                Figures.format("%.3f", o.sample(r -> r.used().allocatedPerPacket()).median()));
    }

    private static double contended(Outcome o) {
        return o.sample(
                        r ->
                                100.0
                                        * r.used().counter("lock-contended")
                                        / r.used().counter("lock-taken"))
                .median();
    }

    /** The share of the time in which the giant lock was held, 0 to 1. */
    static double heldShare(Outcome o) {
        return o.sample(r -> (double) r.used().counter("lock-held-nanos") / r.used().nanos())
                .median();
    }

    private void handOver() {
        List<List<String>> rows = new ArrayList<>();
        results.measured(s -> s.contender() == Contender.HAND_OVER && s.threads() == 1)
                .forEach(
                        same ->
                                results.of(same.setting().withThreads(2))
                                        .ifPresent(other -> rows.add(handOver(same, other))));
        if (rows.isEmpty()) {
            return;
        }
        page.heading("Moving a packet to another core and back");
        page.table(List.of("Packet", "Same core, ns", "Other core, ns", "Moving, ns"), rows);
        page.note(
                "Each packet is written, every byte of it changed, and looked at again; the change"
                        + " by the same thread, or by one on another core. No gateway, nothing else"
                        + " shared. Measured: medians. Placement auto weighs this against the"
                        + " cipher.");
    }

    private static List<String> handOver(Outcome same, Outcome other) {
        return List.of(
                same.setting().size().label(),
                Figures.three(1e9 / same.rate().median()),
                Figures.three(1e9 / other.rate().median()),
                other.beyond(same).map(s -> Figures.three(s.median())).orElse("–"));
    }

    private static String orDash(String format, double value) {
        return value == 0 ? "–" : Figures.format(format, value);
    }
}
