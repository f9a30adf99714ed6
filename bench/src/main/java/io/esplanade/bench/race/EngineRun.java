package io.esplanade.bench.race;

import io.esplanade.bench.bed.FlowChooser;
import io.esplanade.bench.bed.Flows;
import io.esplanade.bench.bed.GeneratorPort;
import io.esplanade.bench.bed.LatencySink;
import io.esplanade.bench.bed.OrderSink;
import io.esplanade.bench.bed.Providers;
import io.esplanade.bench.bed.Sink;
import io.esplanade.bench.bed.Traffic;
import io.esplanade.bench.bed.WireSink;
import io.esplanade.engine.Engine;
import io.esplanade.engine.EngineBuilder;
import io.esplanade.engine.Snapshot;
import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.Side;

import org.HdrHistogram.Histogram;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One gateway that encrypts what a generator offers, measured after a warm-up. */
final class EngineRun {

    private static final String NAME = "race";
    private static final int MBUFS_PER_THREAD = 4096;
    private static final double[] PERCENTS = {50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 99.999};

    private final Request request;
    private final Setting setting;
    private final CryptoProvider provider;
    private final int queues;
    private final List<OrderSink> orders = new ArrayList<>();
    private final List<LatencySink> latencies = new ArrayList<>();
    private final WireSink wire;

    EngineRun(Request request) throws CryptoException {
        this.request = request;
        setting = request.setting();
        provider = Providers.find(setting.provider());
        queues = Runtimes.queues(setting);
        wire = new WireSink(setting.sas());
    }

    RunResult measure() throws InterruptedException {
        try (Flows flows =
                new Flows(
                        FlowChooser.choose(setting.flows(), setting.sas(), provider),
                        setting.size(),
                        setting.steering(),
                        queues)) {
            GeneratorPort wan =
                    GeneratorPort.sink("wan", Side.UNPROTECTED, queues, q -> newSink(flows));
            Engine engine = engine(lan(flows), wan);
            Probe before;
            Probe after;
            try (engine) {
                engine.start();
                if (setting.garbage() > 0) {
                    new Garbage(setting.garbage()).start();
                }
                Thread.sleep(request.timing().warmUpMillis());
                latencies.forEach(l -> l.recording(true));
                before = probe(engine, wan);
                Thread.sleep(request.timing().measuredMillis());
                after = probe(engine, wan);
                latencies.forEach(l -> l.recording(false));
            }
            return result(before, after, engine.snapshot(), wan.sent());
        }
    }

    private Port lan(Flows flows) {
        return setting.perSecond() == 0
                ? GeneratorPort.saturated("lan", Side.PROTECTED, queues, flows)
                : GeneratorPort.paced(
                        "lan", Side.PROTECTED, queues, flows, setting.perSecond(), Clock.system());
    }

    private Sink newSink(Flows flows) {
        return switch (setting.look()) {
            case SPEED, STAGES -> add(orders, new OrderSink(flows.count()));
            case LATENCY -> add(latencies, new LatencySink(Clock.system()));
            case WIRE_ORDER -> wire;
        };
    }

    private static <T> T add(List<T> list, T item) {
        list.add(item);
        return item;
    }

    private Engine engine(Port lan, Port wan) {
        EngineBuilder builder =
                Engine.builder()
                        .name(NAME)
                        .provider(provider)
                        .mbufs(MBUFS_PER_THREAD * setting.threads())
                        .burstSize(setting.burst())
                        .flowCacheSize(FlowChooser.cacheSize(setting.flows()))
                        .runtime(Runtimes.of(request))
                        .port(lan)
                        .port(wan);
        return Traffic.gatewayA(builder, setting.sas()).build();
    }

    private static Probe probe(Engine engine, GeneratorPort wan) {
        return Probe.of(engine, wan.sent(), "esplanade-" + NAME);
    }

    private RunResult result(Probe before, Probe after, Snapshot last, long sent) {
        Map<String, Long> counters = after.countersSince(before);
        return new RunResult(
                setting,
                after.packets() - before.packets(),
                counters.get(Counter.TX_BYTES.label()),
                after.nanos() - before.nanos(),
                after.threadsSince(before),
                counters,
                figures(last, sent),
                percentiles(),
                Map.of("provider", provider.description()));
    }

    /** What is known when the gateway has been closed: nothing may be missing then. */
    private Map<String, Double> figures(Snapshot last, long sent) {
        Map<String, Double> figures = new LinkedHashMap<>();
        long received = last.counter(Counter.RX_PACKETS);
        figures.put("lost", (double) (received - sent - last.dropped()));
        figures.put("dropped", (double) last.dropped());
        figures.put("mbufs-in-use", (double) last.mbufsInUse());
        switch (setting.look()) {
            case SPEED, STAGES ->
                    figures.put(
                            "order-violations",
                            (double) orders.stream().mapToLong(OrderSink::violations).sum());
            case WIRE_ORDER -> {
                figures.put("wire-packets", (double) wire.packets());
                figures.put("wire-reordered", (double) wire.reordered());
                figures.put("wire-greatest-extent", (double) wire.greatestExtent());
            }
            case LATENCY -> {}
        }
        return figures;
    }

    private List<RunResult.Percentile> percentiles() {
        if (latencies.isEmpty()) {
            return List.of();
        }
        Histogram all = LatencySink.newHistogram();
        latencies.forEach(l -> all.add(l.histogram()));
        List<RunResult.Percentile> percentiles = new ArrayList<>();
        for (double percent : PERCENTS) {
            percentiles.add(new RunResult.Percentile(percent, all.getValueAtPercentile(percent)));
        }
        percentiles.add(new RunResult.Percentile(100, all.getMaxValue()));
        return percentiles;
    }
}
