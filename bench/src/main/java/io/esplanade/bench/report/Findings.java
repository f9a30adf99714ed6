package io.esplanade.bench.report;

import io.esplanade.bench.bed.FrameSize;
import io.esplanade.bench.bed.Providers;
import io.esplanade.bench.race.Contender;
import io.esplanade.bench.race.Results;
import io.esplanade.bench.race.Sample;
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

    /** How many times as much {@code other} forwards as {@code one}, turn by turn. */
    private Optional<Sample> ratio(Setting other, Setting one) {
        return results.of(other).flatMap(o -> results.of(one).flatMap(o::against));
    }

    private void atLeast(String statement, double aim, Setting other, Setting one) {
        ratio(other, one).ifPresent(r -> atLeast(statement, aim, r));
    }

    private void atLeast(String statement, double aim, Sample ratio) {
        String least = "≥ " + Figures.times(aim);
        add(statement, least, Figures.times(ratio), ratio.median() >= aim);
    }

    private void atMost(String statement, double aim, Setting other, Setting one) {
        String most = "≤ " + Figures.times(aim);
        ratio(other, one).ifPresent(r -> add(statement, most, Figures.times(r), r.median() <= aim));
    }

    private void add(String statement, String aim, String measured, boolean holds) {
        findings.add(new Finding(statement, aim, measured, holds));
    }

    private void lanesAgainstCeiling() {
        Setting cipher = Setting.of(Contender.CIPHER_ALONE, 1);
        Optional<Sample> ceiling = ratio(cipher.withThreads(2), cipher);
        Optional<Sample> lanes = ratio(LANE.withThreads(2), LANE);
        if (ceiling.isPresent() && lanes.isPresent()) {
            String statement =
                    "two lanes against one, where two threads of the cipher alone do %s of one"
                            .formatted(Figures.times(ceiling.get()));
            atLeast(statement, 0.9 * ceiling.get().median(), lanes.get());
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
            Setting pinned = LANE.with(FrameSize.B64).withSas(1).withProvider(provider);
            Setting spread = pinned.with(Contender.ONE_LANE_GROUPED).withThreads(2);
            Setting auto = spread.with(Contender.ONE_LANE_AUTO);
            boolean gains = ratio(spread, pinned).filter(r -> r.median() > 1).isPresent();
            String statement =
                    "placement auto against the better of pinned and spread, one SA, 64 B, %s"
                            .formatted(pinned.hasCipher() ? "OpenSSL" : "no cipher");
            atLeast(statement, 0.9, auto, gains ? spread : pinned);
        }
    }

    private void ring() {
        Setting lane = LANE.with(FrameSize.B64).withProvider(Providers.NULL);
        results.of(lane)
                .flatMap(l -> results.of(lane.with(Contender.RINGLESS)).flatMap(l::beyond))
                .ifPresent(
                        nanos ->
                                add(
                                        "what the ring adds to a packet of a lane on one thread,"
                                                + " 64 B",
                                        Figures.format("≤ %.0f ns", RING_NANOS),
                                        Figures.format(
                                                "%.1f ns (%.1f–%.1f)",
                                                nanos.median(), nanos.low(), nanos.high()),
                                        nanos.median() <= RING_NANOS));
    }

    private void allocation() {
        results.measured(s -> s.equals(LANE.withThreads(s.threads())))
                .map(o -> o.sample(r -> r.used().allocatedPerPacket()).median())
                .max(Double::compare)
                .ifPresent(
                        most ->
                                add(
                                        "heap bytes allocated per packet, per-core",
                                        "0",
                                        Figures.format("%.3f", most),
                                        most < 0.01));
    }

    private void order() {
        double violations = worst("order-violations");
        double lost = worst("lost");
        double held = worst("mbufs-in-use");
        add(
                "packets out of their flow's order, lost or leaked, all JVMs",
                "0",
                Figures.format("%.0f, %.0f, %.0f", violations, lost, held),
                violations == 0 && lost == 0 && held == 0);
    }

    private double worst(String figure) {
        return results.measured(_ -> true)
                .mapToDouble(o -> Math.abs(o.worst(figure).orElse(0)))
                .max()
                .orElse(0);
    }
}
