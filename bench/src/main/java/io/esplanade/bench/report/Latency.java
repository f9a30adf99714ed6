package io.esplanade.bench.report;

import io.esplanade.bench.race.Contender;
import io.esplanade.bench.race.Look;
import io.esplanade.bench.race.Outcome;
import io.esplanade.bench.race.Plan;
import io.esplanade.bench.race.Results;
import io.esplanade.bench.race.RunResult;
import io.esplanade.bench.race.RunResult.Percentile;
import io.esplanade.bench.race.Sample;
import io.esplanade.bench.race.Setting;
import io.esplanade.bench.report.Series.Point;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/** How long packets take at a fixed load, by design and by garbage collector. */
final class Latency {

    private static final double[] SHOWN = {50, 90, 99, 99.9, 99.99, 100};
    private static final double LAST = 5; // where the maximum stands, behind 99.99 at 4

    private static final List<String> COLOURS = List.of("core", "fine", "giant", "other");

    private final Page page;

    private Latency(Page page) {
        this.page = page;
    }

    static void add(Results results, Page page) {
        List<Outcome> all = results.measured(s -> s.look() == Look.LATENCY).toList();
        if (all.isEmpty()) {
            return;
        }
        long load = all.getFirst().setting().perSecond();
        page.section("Latency");
        page.text(
                "Packets of 512 B offered at even intervals, %,d a second in all: %.0f %% of what"
                                .formatted(load, 100 * Plan.LOAD)
                        + " one lane forwards here. A packet's time begins when it was due to"
                        + " arrive, so a pause counts against every packet that it kept waiting.");
        Latency latency = new Latency(page);
        latency.chart(
                "latency-designs",
                "Latency by design",
                only(all, s -> s.garbage() == 0 && Plan.DESIGNS.contains(s.contender())),
                Latency::design);
        latency.chart(
                "latency-collectors",
                "Latency by garbage collector",
                only(all, s -> s.garbage() > 0),
                s -> s.collector().label());
        if (all.stream().anyMatch(o -> o.setting().garbage() > 0)) {
            page.note(
                    "The packet path allocates nothing, so on its own it meets no collection. For"
                            + " this comparison an application in the same JVM allocates %d MB/s"
                                    .formatted(Plan.GARBAGE)
                            + " and keeps 32 MB of it; heap 512 MB, one lane.");
        }
    }

    private static List<Outcome> only(List<Outcome> all, Predicate<Setting> which) {
        return all.stream().filter(o -> which.test(o.setting())).toList();
    }

    private static String design(Setting setting) {
        return setting.contender().caption() + ", " + Designs.threads(setting.threads());
    }

    private void chart(
            String file, String title, List<Outcome> outcomes, Function<Setting, String> name) {
        if (outcomes.isEmpty()) {
            return;
        }
        List<Series> series = new ArrayList<>();
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < outcomes.size(); i++) {
            Outcome o = outcomes.get(i);
            boolean byDesign = o.setting().garbage() == 0 && i < Plan.DESIGNS.size();
            Contender design = o.setting().contender();
            series.add(
                    new Series(
                            name.apply(o.setting()),
                            byDesign ? Designs.css(design) : COLOURS.get(i),
                            byDesign ? Designs.mark(design) : Mark.values()[i],
                            points(o)));
            rows.add(row(name.apply(o.setting()), o));
        }
        double least =
                series.stream()
                        .flatMap(s -> s.points().stream())
                        .mapToDouble(Point::low)
                        .min()
                        .orElse(1);
        page.heading(title);
        page.figure(
                file,
                LineChart.draw(
                        title,
                        LineChart.WIDE,
                        percents(),
                        Axis.logarithmic("µs", Math.max(0.1, least), Throughput.most(series)),
                        series),
                "Logarithmic. Measured: medians of the JVMs, with quartiles.");
        page.table(List.of("", "p50", "p90", "p99", "p99.9", "p99.99", "max"), rows);
    }

    private static Axis percents() {
        List<Axis.Tick> ticks = new ArrayList<>();
        for (double percent : SHOWN) {
            ticks.add(
                    new Axis.Tick(
                            place(percent), percent == 100 ? "max" : "p" + Axis.plain(percent)));
        }
        return new Axis("percentile", 0, LAST, false, ticks);
    }

    /** Each nine is a step. */
    private static double place(double percent) {
        return percent == 100 ? LAST : -Math.log10(1 - percent / 100);
    }

    private static List<Point> points(Outcome outcome) {
        List<Point> points = new ArrayList<>();
        for (double percent : SHOWN) {
            Sample micros = outcome.sample(r -> nanos(r, percent) / 1e3);
            String text = percent == 100 ? Figures.nanos(micros.median() * 1e3) : "";
            points.add(
                    Point.measured(
                            place(percent), micros.median(), micros.low(), micros.high(), text));
        }
        return points;
    }

    private static List<String> row(String name, Outcome outcome) {
        List<String> row = new ArrayList<>(List.of(name));
        for (double percent : SHOWN) {
            row.add(Figures.nanos(outcome.sample(r -> nanos(r, percent)).median()));
        }
        return row;
    }

    private static double nanos(RunResult result, double percent) {
        return result.latency().stream()
                .filter(p -> p.percent() == percent)
                .mapToLong(Percentile::nanos)
                .findFirst()
                .orElse(0);
    }
}
