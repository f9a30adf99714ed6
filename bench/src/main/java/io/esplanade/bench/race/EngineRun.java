package io.esplanade.bench.race;

import io.esplanade.engine.crypto.CryptoException;

import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A gateway that encrypts what a generator offers. */
final class EngineRun implements Trial {

    private static final double[] PERCENTS = {50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 99.999};

    private final Request request;
    private final Gateway gateway;
    private final List<Slice> slices = new ArrayList<>();
    private Usage used = Usage.NONE;

    EngineRun(Request request) throws CryptoException, InterruptedException, IOException {
        this.request = request;
        gateway = new Gateway(request);
        gateway.start();
        if (request.setting().garbage() > 0) {
            new Garbage(request.setting().garbage()).start();
        }
    }

    @Override
    public void work(long millis) throws InterruptedException {
        Thread.sleep(millis);
    }

    @Override
    public Slice slice(long millis) throws InterruptedException {
        Probe before = Probe.of(gateway); // takes its time, so outside the slice
        gateway.recording(true);
        Slice slice = Slice.of(gateway::sent, millis);
        gateway.recording(false);
        used = used.plus(Probe.of(gateway).since(before));
        slices.add(slice);
        return slice;
    }

    @Override
    public RunResult end() throws IOException {
        gateway.close();
        Setting setting = request.setting();
        return new RunResult(
                setting,
                request.heat(),
                slices,
                used,
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
