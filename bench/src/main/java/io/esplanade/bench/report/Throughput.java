package io.esplanade.bench.report;

import io.esplanade.bench.bed.FrameSize;
import io.esplanade.bench.bed.Providers;
import io.esplanade.bench.race.Contender;
import io.esplanade.bench.race.Outcome;
import io.esplanade.bench.race.Plan;
import io.esplanade.bench.race.Results;
import io.esplanade.bench.race.Sample;
import io.esplanade.bench.race.Setting;
import io.esplanade.bench.report.Series.Point;

import java.util.ArrayList;
import java.util.List;

/** How much the designs forward: by threads, against line rates, by number of SAs. */
final class Throughput {

    /** Rates to compare with, bits per second. */
    private static final List<Axis.Tick> LINES =
            List.of(
                    new Axis.Tick(45e6, "T3 45 Mb/s"),
                    new Axis.Tick(10e9, "10 GbE"),
                    new Axis.Tick(40e9, "40"),
                    new Axis.Tick(100e9, "100 GbE"));

    private final Results results;
    private final Page page;

    private Throughput(Results results, Page page) {
        this.results = results;
        this.page = page;
    }

    static void add(Results results, Page page) {
        Throughput throughput = new Throughput(results, page);
        page.section("Throughput by threads");
        Setting main = Setting.of(Contender.PER_CORE, 1);
        throughput.byThreads(main, LineChart.WIDE);
        page.two();
        for (String provider : List.of(Providers.OPENSSL, Providers.NULL)) {
            for (FrameSize size : FrameSize.values()) {
                Setting other = main.with(size).withProvider(provider);
                if (!other.equals(main)) {
                    throughput.byThreads(other, LineChart.NARROW);
                }
            }
        }
        page.endTwo();
        page.note(
                "Medians, with quartiles of the slices; all measured. %d SAs.".formatted(Plan.SAS));
        throughput.againstLines();
        throughput.bySas();
    }

    private void byThreads(Setting setting, int width) {
        List<Series> series = new ArrayList<>();
        for (Contender design : Plan.DESIGNS) {
            series.add(series(setting.with(design), width));
        }
        series.removeIf(s -> s.points().size() < 2);
        if (series.isEmpty()) {
            return;
        }
        String what =
                setting.size().label()
                        + (setting.hasCipher() ? ", AES-128-GCM by OpenSSL" : ", no cipher");
        Svg chart =
                LineChart.draw(
                        "Throughput by threads: " + what,
                        width,
                        threads(series),
                        Axis.linear("million packets per second", most(series)),
                        series);
        page.chart(
                what, "throughput-" + setting.size().keyword() + "-" + setting.provider(), chart);
    }

    private Series series(Setting setting, int width) {
        List<Point> points = new ArrayList<>();
        for (Outcome o : Designs.byThreads(results, setting)) {
            Sample rate = o.rate().times(1e-6);
            points.add(
                    Point.measured(
                            o.setting().threads(),
                            rate.median(),
                            rate.low(),
                            rate.high(),
                            Figures.three(rate.median())));
        }
        Contender design = setting.contender();
        String name = width == LineChart.WIDE ? design.caption() : design.label();
        return new Series(name, Designs.css(design), Designs.mark(design), points);
    }

    static double most(List<Series> series) {
        return series.stream()
                .flatMap(s -> s.points().stream())
                .mapToDouble(Point::high)
                .max()
                .orElse(1);
    }

    /** An axis with a tick at each number of threads that has a point. */
    static Axis threads(List<Series> series) {
        List<Axis.Tick> ticks =
                series.stream()
                        .flatMap(s -> s.points().stream())
                        .map(Point::x)
                        .distinct()
                        .sorted()
                        .map(n -> new Axis.Tick(n, Axis.plain(n)))
                        .toList();
        double last = ticks.getLast().value();
        double room = Math.max(0.5, 0.2 * (last - 1)); // for the values of the first points
        return new Axis("threads", 1 - room, last + room / 2, false, ticks);
    }

    private void againstLines() {
        int threads = Designs.mostThreads(results);
        List<BarChart.Group> groups = new ArrayList<>();
        for (FrameSize size : FrameSize.values()) {
            List<BarChart.Bar> bars = new ArrayList<>();
            for (Contender design : Plan.DESIGNS) {
                results.of(Setting.of(design, threads).with(size))
                        .ifPresent(o -> bars.add(wireBar(o)));
            }
            if (!bars.isEmpty()) {
                groups.add(new BarChart.Group(size.label(), bars));
            }
        }
        if (groups.isEmpty()) {
            return;
        }
        page.heading("Against the line");
        page.text(
                "Bits per second that the ESP packets would take on an Ethernet, its framing of"
                        + " 38 bytes included, with "
                        + Designs.threads(threads)
                        + " and OpenSSL. Packets come from memory and go to memory: no card was"
                        + " in the way, or helped.");
        page.figure(
                "line-rate",
                new BarChart(
                                "Throughput on the wire against line rates",
                                Axis.logarithmic("on the wire", 10e6, 100e9)
                                        .inWords(Figures::roundBits),
                                groups)
                        .references(LINES)
                        .draw(),
                "Logarithmic. Dots are measured medians; the marked rates are what the lines"
                        + " carry.");
    }

    private static BarChart.Bar wireBar(Outcome outcome) {
        Sample bits = Figures.wireBits(outcome);
        Contender design = outcome.setting().contender();
        return BarChart.Bar.of(
                design.label(),
                Designs.css(design),
                bits.median(),
                bits.median(),
                bits.median(),
                Figures.bits(bits.median()));
    }

    private void bySas() {
        int threads = Designs.mostThreads(results);
        List<BarChart.Group> groups = new ArrayList<>();
        for (int sas : new int[] {1, 64, 10_000}) {
            List<BarChart.Bar> bars = new ArrayList<>();
            for (Contender design : Plan.DESIGNS) {
                results.of(Setting.of(design, threads).withSas(sas))
                        .ifPresent(o -> bars.add(rateBar(design.label(), o)));
            }
            if (!bars.isEmpty()) {
                groups.add(new BarChart.Group("%,d SA%s".formatted(sas, sas > 1 ? "s" : ""), bars));
            }
        }
        if (groups.size() < 2) {
            return;
        }
        page.heading("By number of SAs");
        page.text(
                "Each SA has its own key and its own flow; one SA has 256 flows, and in per-core"
                        + " lives on one lane, to which the other lanes hand its packets.");
        page.figure(
                "sas",
                new BarChart(
                                "Throughput by number of SAs",
                                Axis.linear("million packets per second", BarChart.longest(groups)),
                                groups)
                        .draw(),
                "512 B, OpenSSL, %s. Measured: medians and quartiles of the slices."
                        .formatted(Designs.threads(threads)));
    }

    /** A bar of an outcome's packet rate. */
    static BarChart.Bar rateBar(String name, Outcome outcome) {
        Sample rate = outcome.rate().times(1e-6);
        return BarChart.Bar.of(
                name,
                Designs.css(outcome.setting().contender()),
                rate.median(),
                rate.low(),
                rate.high(),
                Figures.mpps(rate.median() * 1e6));
    }
}
