package io.esplanade.bench.report;

import io.esplanade.bench.bed.FrameSize;
import io.esplanade.bench.bed.Providers;
import io.esplanade.bench.race.Contender;
import io.esplanade.bench.race.Look;
import io.esplanade.bench.race.Outcome;
import io.esplanade.bench.race.Results;
import io.esplanade.bench.race.Setting;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What one SA gains from more than one core, and whether its packets stay in order. */
final class OneSa {

    private OneSa() {}

    static void add(Results results, Page page) {
        List<BarChart.Group> groups = new ArrayList<>();
        for (String provider : List.of(Providers.OPENSSL, Providers.NULL)) {
            for (FrameSize size : FrameSize.values()) {
                group(results, provider, size).ifPresent(groups::add);
            }
        }
        if (groups.isEmpty()) {
            return;
        }
        page.section("One SA over several cores");
        page.text(
                "Most gateways bind an SA to a core. Here one lane spreads it over workers, which"
                        + " encrypt the vectors of the ring in turn, while ingress and egress keep"
                        + " its packets in order without a lock. It pays where the cipher costs"
                        + " more than moving a packet's lines to another core.");
        page.figure(
                "one-sa",
                new BarChart(
                                "One SA over several cores",
                                Axis.linear("million packets per second", BarChart.longest(groups)),
                                groups)
                        .draw(),
                "Measured: medians and quartiles of the slices; in brackets, against one thread, by"
                        + " turns.");
        rings(results, page);
        order(results, page);
    }

    private static void rings(Results results, Page page) {
        List<List<String>> rows = new ArrayList<>();
        results.measured(s -> s.contender() == Contender.ONE_LANE_GROUPED && s.look() == Look.SPEED)
                .forEach(
                        o ->
                                rows.add(
                                        List.of(
                                                "%d workers, %s, %s"
                                                        .formatted(
                                                                o.setting().threads(),
                                                                o.setting().size().label(),
                                                                o.setting().provider()),
                                                ratio(o, "ring-occupancy", "ring-vectors"),
                                                ratio(o, "encrypted-packets", "ring-vectors"),
                                                ratio(o, "ring-full", "ring-vectors"),
                                                ratio(o, "barrier-stalls", "ring-vectors"))));
        if (!rows.isEmpty()) {
            page.heading("Its ring");
            page.table(
                    List.of("Lane", "Vectors in the ring", "Packets", "Ring full", "Stalls"), rows);
            page.note(
                    "Medians, for each vector put in: how many were in the ring then, its packets,"
                            + " duty cycles in which ingress found the ring full, and in which"
                            + " egress waited for a worker at the barrier.");
        }
    }

    private static String ratio(Outcome outcome, String counter, String to) {
        return Figures.three(
                outcome.sample(
                                r ->
                                        (double) r.used().counter(counter)
                                                / Math.max(1, r.used().counter(to)))
                        .median());
    }

    private static Optional<BarChart.Group> group(
            Results results, String provider, FrameSize size) {
        Setting one =
                Setting.of(Contender.PER_CORE, 1).with(size).withProvider(provider).withSas(1);
        Optional<Outcome> base = results.of(one);
        List<Outcome> spread =
                results.measured(
                                s ->
                                        isSpread(s.contender())
                                                && s.with(Contender.PER_CORE)
                                                        .withThreads(1)
                                                        .equals(one))
                        .toList();
        if (base.isEmpty() || spread.isEmpty()) {
            return Optional.empty();
        }
        List<BarChart.Bar> bars = new ArrayList<>();
        bars.add(Throughput.rateBar("one lane, one thread", base.get()));
        for (Outcome o : spread) {
            BarChart.Bar bar = Throughput.rateBar(name(o.setting()), o);
            String gain =
                    o.against(base.get())
                            .map(r -> " (" + Figures.times(r.median()) + ")")
                            .orElse("");
            bars.add(
                    new BarChart.Bar(
                            bar.name(), bar.parts(), bar.low(), bar.high(), bar.text() + gain));
        }
        String cipher = one.hasCipher() ? ", OpenSSL" : ", no cipher";
        return Optional.of(new BarChart.Group(size.label() + cipher, bars));
    }

    private static boolean isSpread(Contender contender) {
        return switch (contender) {
            case ONE_LANE_GROUPED, ONE_LANE_DEDICATED, ONE_LANE_AUTO, FINE_GRAINED -> true;
            default -> false;
        };
    }

    private static String name(Setting setting) {
        return switch (setting.contender()) {
            case ONE_LANE_GROUPED -> setting.threads() + " workers, grouped";
            case ONE_LANE_DEDICATED -> setting.threads() + " workers, dedicated";
            case ONE_LANE_AUTO -> setting.threads() + " workers, auto";
            default -> setting.contender().label() + ", " + Designs.threads(setting.threads());
        };
    }

    private static void order(Results results, Page page) {
        List<List<String>> rows = new ArrayList<>();
        results.measured(s -> s.look() == Look.WIRE_ORDER)
                .forEach(
                        o -> {
                            double packets = o.worst("wire-packets").orElse(1);
                            double reordered = o.worst("wire-reordered").orElse(0);
                            rows.add(
                                    List.of(
                                            o.setting().contender().caption(),
                                            "" + o.setting().threads(),
                                            Figures.format("%.3f %%", 100 * reordered / packets),
                                            Figures.format(
                                                    "%,.0f",
                                                    o.worst("wire-greatest-extent").orElse(0))));
                        });
        if (rows.isEmpty()) {
            return;
        }
        page.heading("Its order on the wire");
        page.text(
                "Packets of one SA that leave behind one with a higher sequence number (RFC 4737),"
                        + " and how many numbers behind the furthest was: what the receiver's"
                        + " replay window must hold.");
        page.table(List.of("Design", "Threads", "Reordered", "Furthest"), rows);
    }
}
