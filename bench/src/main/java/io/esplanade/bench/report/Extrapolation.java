package io.esplanade.bench.report;

import io.esplanade.bench.race.Contender;
import io.esplanade.bench.race.Outcome;
import io.esplanade.bench.race.Plan;
import io.esplanade.bench.race.Results;
import io.esplanade.bench.race.Setting;
import io.esplanade.bench.report.Series.Point;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * What more cores would do. With four measured thread counts or more, the Universal Scalability Law
 * fitted to them; with fewer a fit would be a guess, and only the giant lock says how far it goes:
 * Amdahl's bound for the share of the time in which it was held.
 */
final class Extrapolation {

    private static final int FURTHER = 4;

    private final Page page;
    private final List<Series> series = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();

    private Extrapolation(Page page) {
        this.page = page;
    }

    static void add(Results results, Page page) {
        Extrapolation e = new Extrapolation(page);
        Setting base = Setting.of(Contender.PER_CORE, 1);
        int counts = Designs.byThreads(results, base).size();
        if (counts >= Usl.LEAST) {
            Plan.DESIGNS.forEach(d -> e.fit(Designs.byThreads(results, base.with(d))));
            e.showFits();
        } else if (counts > 0) {
            e.bound(Designs.byThreads(results, base.with(Contender.GIANT_LOCK)));
        }
    }

    private void fit(List<Outcome> measured) {
        if (measured.size() < Usl.LEAST) {
            return;
        }
        double[] threads = measured.stream().mapToDouble(o -> o.setting().threads()).toArray();
        double[] rates = measured.stream().mapToDouble(o -> o.rate().median()).toArray();
        Usl law = Usl.fit(threads, rates);
        extend(measured, n -> law.at(n) / 1e6);
        Contender design = measured.getFirst().setting().contender();
        String peak = Double.isInfinite(law.peak()) ? "none" : Figures.format("%.0f", law.peak());
        rows.add(
                List.of(
                        design.label(),
                        Figures.mpps(law.lambda()),
                        Figures.format("%.4f", law.sigma()),
                        Figures.format("%.5f", law.kappa()),
                        peak));
    }

    /** Measured points, and behind them what {@code law} says of more threads. */
    private void extend(List<Outcome> measured, DoubleUnaryOperator law) {
        List<Point> points = new ArrayList<>();
        for (Outcome o : measured) {
            double rate = o.rate().median() / 1e6;
            double n = o.setting().threads();
            points.add(
                    Point.measured(
                            n,
                            rate,
                            o.rate().low() / 1e6,
                            o.rate().high() / 1e6,
                            Figures.three(rate)));
        }
        double last = points.getLast().x();
        for (double n = last * 2; n <= last * FURTHER; n *= 2) {
            double rate = law.applyAsDouble(n);
            points.add(Point.extrapolated(n, rate, Figures.three(rate)));
        }
        Contender design = measured.getFirst().setting().contender();
        series.add(new Series(design.caption(), Designs.css(design), Designs.mark(design), points));
    }

    private void showFits() {
        page.section("More cores, extrapolated");
        page.text(
                "The Universal Scalability Law, fitted to the measured points by least squares."
                        + " Filled points are measured; hollow ones, at the end of dashed lines,"
                        + " are extrapolated, and were not seen.");
        figure("Measured throughput and the Universal Scalability Law");
        page.table(List.of("Design", "One thread", "σ contention", "κ coherence", "Peak at"), rows);
    }

    private void bound(List<Outcome> giant) {
        if (giant.isEmpty()) {
            return;
        }
        Outcome one = giant.getFirst();
        double held = Math.min(1, Costs.heldShare(one));
        page.section("More cores, extrapolated");
        page.text(
                "%d measured thread counts are too few to fit a scalability law to (it has three"
                                .formatted(giant.size())
                        + " unknowns), so nothing is said of fine-grained and per-core on more"
                        + " cores than there are here.");
        if (held == 0) {
            page.text("How long the giant lock was held was not measured.");
            return;
        }
        Amdahl law = new Amdahl(one.rate().median() / 1e6, held);
        page.text(
                "The giant lock bounds itself. One thread held it for %.1f %% of the time"
                                .formatted(100 * held)
                        + " (measured); by Amdahl's law no number of threads forwards more than"
                        + " %.2f times what one does (computed).".formatted(law.limit()));
        extend(giant, law::at);
        figure("The giant lock and its Amdahl bound");
    }

    private void figure(String title) {
        page.figure(
                "more-cores",
                LineChart.draw(
                        title,
                        LineChart.WIDE,
                        Throughput.threads(series),
                        Axis.linear("million packets per second", Throughput.most(series)),
                        series),
                "512 B, 64 SAs, OpenSSL. Filled: measured. Hollow, dashed: extrapolated.");
    }
}
