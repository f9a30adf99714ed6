package io.esplanade.bench.race;

import io.esplanade.engine.counters.Counter;

import org.HdrHistogram.Histogram;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One gateway that encrypts what a generator offers, measured after a warm-up. */
final class EngineRun {

    private static final double[] PERCENTS = {50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 99.999};

    private EngineRun() {}

    static RunResult measure(Request request) throws Exception {
        Setting setting = request.setting();
        Gateway gateway = new Gateway(request);
        Probe before;
        Probe after;
        try (gateway) {
            gateway.start();
            if (setting.garbage() > 0) {
                new Garbage(setting.garbage()).start();
            }
            Thread.sleep(request.timing().warmUpMillis());
            gateway.recording(true);
            before = Probe.of(gateway);
            Thread.sleep(request.timing().measuredMillis());
            after = Probe.of(gateway);
            gateway.recording(false);
        }
        Map<String, Long> counters = after.counts().since(before.counts());
        return new RunResult(
                setting,
                after.packets() - before.packets(),
                counters.get(Counter.TX_BYTES.label()),
                after.nanos() - before.nanos(),
                after.threadsSince(before),
                counters,
                figures(setting, gateway),
                setting.look() == Look.LATENCY ? percentiles(gateway.latency()) : List.of(),
                Map.of("provider", gateway.provider().description()));
    }

    /** What is known when the gateway has been closed: nothing may be missing then. */
    private static Map<String, Double> figures(Setting setting, Gateway gateway) {
        Map<String, Double> figures = new LinkedHashMap<>();
        Subject.Counts last = gateway.counts();
        figures.put("lost", (double) (last.received() - gateway.sent() - last.dropped()));
        figures.put("dropped", (double) last.dropped());
        figures.put("mbufs-in-use", (double) last.inUse());
        gateway.stages().forEach((stage, nanos) -> figures.put("stage-" + stage, nanos));
        switch (setting.look()) {
            case SPEED, STAGES ->
                    figures.put("order-violations", (double) gateway.orderViolations());
            case WIRE_ORDER -> {
                figures.put("wire-packets", (double) gateway.wire().packets());
                figures.put("wire-reordered", (double) gateway.wire().reordered());
                figures.put("wire-greatest-extent", (double) gateway.wire().greatestExtent());
            }
            case LATENCY -> {}
        }
        return figures;
    }

    private static List<RunResult.Percentile> percentiles(Histogram nanos) {
        List<RunResult.Percentile> percentiles = new ArrayList<>();
        for (double percent : PERCENTS) {
            percentiles.add(new RunResult.Percentile(percent, nanos.getValueAtPercentile(percent)));
        }
        percentiles.add(new RunResult.Percentile(100, nanos.getMaxValue()));
        return percentiles;
    }
}
