package io.esplanade.bench.report;

import io.esplanade.bench.bed.FrameSize;
import io.esplanade.bench.bed.Providers;
import io.esplanade.bench.race.Contender;
import io.esplanade.bench.race.Outcome;
import io.esplanade.bench.race.Results;
import io.esplanade.bench.race.RunResult;
import io.esplanade.bench.race.Setting;
import io.esplanade.bench.text.Json;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the project says of the three designs, held against this run. */
final class Findings {

    /**
     * One statement.
     *
     * @param aim what it must come to
     * @param measured what it came to here
     */
    record Finding(String statement, String aim, String measured, boolean holds) {
        Map<String, Object> toMap() {
            return Json.object(
                    "statement", statement, "aim", aim, "measured", measured, "holds", holds);
        }
    }

    private static final double RING_NANOS = 5;
    private static final Setting LANE = Setting.of(Contender.PER_CORE, 1);

    private final Results results;
    private final List<Finding> findings = new ArrayList<>();

    private Findings(Results results) {
        this.results = results;
    }

    static List<Finding> of(Results results) {
        Findings f = new Findings(results);
        f.atLeast("giant-lock on one thread, against one lane", 0.95, giant(1), LANE);
        f.atLeast("fine-grained on one thread, against one lane", 0.8, fine(1), LANE);
        f.atMost("giant-lock: two threads against one", 1.1, giant(2), giant(1));
        f.lanesAgainstCeiling();
        f.spread(FrameSize.B64, 1.5);
        f.spread(FrameSize.B1400, 1.35);
        f.auto();
        f.ring();
        f.allocation();
        f.order();
        return f.findings;
    }

    private static Setting giant(int threads) {
        return Setting.of(Contender.GIANT_LOCK, threads);
    }

    private static Setting fine(int threads) {
        return Setting.of(Contender.FINE_GRAINED, threads);
    }

    private Optional<Double> ratio(Setting other, Setting one) {
        Optional<Outcome> base = results.of(one);
        return results.of(other).flatMap(o -> base.map(b -> Figures.ratio(o, b)));
    }

    private void atLeast(String statement, double aim, Setting other, Setting one) {
        ratio(other, one).ifPresent(r -> atLeast(statement, aim, r));
    }

    private void atLeast(String statement, double aim, double ratio) {
        String least = "≥ " + Figures.times(aim);
        findings.add(new Finding(statement, least, Figures.times(ratio), ratio >= aim));
    }

    private void atMost(String statement, double aim, Setting other, Setting one) {
        ratio(other, one)
                .ifPresent(
                        r ->
                                findings.add(
                                        new Finding(
                                                statement,
                                                "≤ " + Figures.times(aim),
                                                Figures.times(r),
                                                r <= aim)));
    }

    private void lanesAgainstCeiling() {
        Setting cipher = Setting.of(Contender.CIPHER_ALONE, 1);
        Optional<Double> ceiling = ratio(cipher.withThreads(2), cipher);
        Optional<Double> lanes = ratio(LANE.withThreads(2), LANE);
        if (ceiling.isPresent() && lanes.isPresent()) {
            String statement =
                    "two lanes against one, where two threads of the cipher alone do %s of one"
                            .formatted(Figures.times(ceiling.get()));
            atLeast(statement, 0.9 * ceiling.get(), lanes.get());
        }
    }

    private void spread(FrameSize size, double aim) {
        Setting one = LANE.with(size).withSas(1);
        Setting grouped = one.with(Contender.ONE_LANE_GROUPED).withThreads(2);
        String statement = "one SA over two workers, in order, %s".formatted(size.label());
        atLeast(statement, aim, grouped, one);
    }

    /** Where spreading loses, auto must not spread; where it gains, auto must. */
    private void auto() {
        for (String provider : List.of(Providers.OPENSSL, Providers.NULL)) {
            Setting one = LANE.with(FrameSize.B64).withSas(1).withProvider(provider);
            Optional<Double> spread =
                    ratio(one.with(Contender.ONE_LANE_GROUPED).withThreads(2), one);
            Optional<Double> auto = ratio(one.with(Contender.ONE_LANE_AUTO).withThreads(2), one);
            if (spread.isPresent() && auto.isPresent()) {
                double best = Math.max(1, spread.get());
                String cipher = one.hasCipher() ? "OpenSSL" : "no cipher";
                String statement =
                        "placement auto against the better of pinned and spread, one SA, 64 B, %s"
                                .formatted(cipher);
                atLeast(statement, 0.9, auto.get() / best);
            }
        }
    }

    private void ring() {
        Setting lane = LANE.with(FrameSize.B64).withProvider(Providers.NULL);
        Optional<Outcome> with = results.of(lane);
        Optional<Outcome> without = results.of(lane.with(Contender.RINGLESS));
        if (with.isPresent() && without.isPresent()) {
            double nanos = 1e9 / with.get().rate().median() - 1e9 / without.get().rate().median();
            findings.add(
                    new Finding(
                            "what the ring adds to a packet of a lane on one thread, 64 B",
                            "≤ 5 ns",
                            Figures.format("%.1f ns", nanos),
                            nanos <= RING_NANOS));
        }
    }

    private void allocation() {
        results.measured(s -> s.equals(LANE.withThreads(s.threads())))
                .map(o -> o.sample(RunResult::allocatedPerPacket).median())
                .max(Double::compare)
                .ifPresent(
                        most ->
                                findings.add(
                                        new Finding(
                                                "heap bytes allocated per packet, per-core",
                                                "0",
                                                Figures.format("%.3f", most),
                                                most < 0.01)));
    }

    private void order() {
        double violations = worst("order-violations");
        double lost = worst("lost");
        double held = worst("mbufs-in-use");
        findings.add(
                new Finding(
                        "packets out of their flow's order, lost or leaked, all runs",
                        "0",
                        Figures.format("%.0f, %.0f, %.0f", violations, lost, held),
                        violations == 0 && lost == 0 && held == 0));
    }

    private double worst(String figure) {
        return results.measured(_ -> true)
                .mapToDouble(o -> Math.abs(o.worst(figure).orElse(0)))
                .max()
                .orElse(0);
    }
}
