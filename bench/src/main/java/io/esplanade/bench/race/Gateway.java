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
import io.esplanade.bench.parts.Part;
import io.esplanade.bench.parts.PartsBed;
import io.esplanade.bench.parts.StageTimes;
import io.esplanade.engine.Engine;
import io.esplanade.engine.EngineBuilder;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.Side;

import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A gateway as a setting wants it, between a generator and a sink. Built and closed by one thread;
 * what the sinks found is for after {@link #close}.
 */
public final class Gateway implements AutoCloseable {

    /** What the names of its threads begin with. */
    static final String THREADS = "esplanade-race";

    private static final String NAME = "race";

    private static final int MBUFS_PER_THREAD = 4096;

    private final Setting setting;
    private final int queues;
    private final CryptoProvider provider;
    private final Flows flows;
    private final GeneratorPort wan;
    private final Subject subject;
    private StageTimes times; // null in an engine
    private final List<OrderSink> orders = new ArrayList<>();
    private final List<LatencySink> latencies = new ArrayList<>();
    private final WireSink wire;

    Gateway(Request request) throws CryptoException, InterruptedException {
        setting = request.setting();
        queues = Runtimes.queues(setting);
        provider = Providers.find(setting.provider());
        wire = new WireSink(setting.sas());
        flows =
                new Flows(
                        FlowChooser.choose(setting.flows(), setting.sas(), provider),
                        setting.size(),
                        setting.steering(),
                        queues);
        wan = GeneratorPort.sink("wan", Side.UNPROTECTED, queues, _ -> newSink());
        if (setting.contender().part() == null) {
            subject = Subject.of(engine(request));
        } else {
            PartsBed bed = bed(request);
            times = bed.times();
            subject = Subject.of(bed);
        }
    }

    private Engine engine(Request request) {
        EngineBuilder builder =
                Engine.builder()
                        .name(NAME)
                        .provider(provider)
                        .mbufs(MBUFS_PER_THREAD * setting.threads())
                        .burstSize(setting.burst())
                        .flowCacheSize(FlowChooser.cacheSize(setting.flows()))
                        .runtime(Runtimes.of(request))
                        .port(lan())
                        .port(wan);
        return Traffic.gatewayA(builder, setting.sas()).build();
    }

    private PartsBed bed(Request request) {
        return new PartsBed(
                new PartsBed.Spec(
                        NAME,
                        setting.look() == Look.STAGES ? Part.CLOCK : setting.contender().part(),
                        Runtimes.of(request),
                        provider,
                        setting.sas(),
                        MBUFS_PER_THREAD * setting.threads(),
                        setting.burst(),
                        FlowChooser.cacheSize(setting.flows()),
                        List.of(lan(), wan)));
    }

    /** A gateway whose threads are pinned to this machine's CPUs, not started. */
    public static Gateway of(Setting setting) throws CryptoException, InterruptedException {
        return new Gateway(new Request(setting, new Timing(0, 0, 0, 0), Machine.here().cpus(), 0));
    }

    private Port lan() {
        return setting.perSecond() == 0
                ? GeneratorPort.saturated("lan", Side.PROTECTED, queues, flows)
                : GeneratorPort.paced(
                        "lan", Side.PROTECTED, queues, flows, setting.perSecond(), Clock.system());
    }

    private Sink newSink() {
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

    public void start() throws IOException {
        subject.start();
    }

    /** How many packets have left. */
    public long sent() {
        return wan.sent();
    }

    /** Its numbers now; after {@link #close} the last ones. */
    Subject.Counts counts() {
        return subject.counts();
    }

    CryptoProvider provider() {
        return provider;
    }

    /** Begins or ends to record latencies and times of stages. */
    void recording(boolean on) {
        latencies.forEach(l -> l.recording(on));
        if (times != null) {
            times.recording(on);
        }
    }

    /** What each stage costs, ns per packet; empty unless that was looked at. */
    Map<String, Double> stages() {
        return times == null ? Map.of() : times.perPacket();
    }

    /** Packets that left behind later ones of their flow. */
    long orderViolations() {
        return orders.stream().mapToLong(OrderSink::violations).sum();
    }

    /** All latencies recorded, ns. */
    Histogram latency() {
        Histogram all = LatencySink.newHistogram();
        latencies.forEach(l -> all.add(l.histogram()));
        return all;
    }

    WireSink wire() {
        return wire;
    }

    @Override
    public void close() throws IOException {
        subject.close();
        flows.close();
    }
}
