package io.esplanade.bench.wire;

import io.esplanade.bench.bed.FlowSet;
import io.esplanade.bench.bed.Flows;
import io.esplanade.bench.bed.FrameSize;
import io.esplanade.bench.bed.GeneratorPort;
import io.esplanade.bench.bed.Steering;
import io.esplanade.bench.bed.Traffic;
import io.esplanade.engine.Engine;
import io.esplanade.engine.EngineBuilder;
import io.esplanade.engine.Snapshot;
import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.ipsec.Prefix;
import io.esplanade.engine.os.IdleStrategy;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.PortFactory;
import io.esplanade.engine.port.PortSpec;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.runtime.config.RuntimeConfig;

import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/**
 * Gateway A, which takes packets from memory and sends them by a port on one end of a veth pair,
 * and B, which receives them at the other and hands them to a sink: through a tunnel, or in clear.
 */
final class TwoGateways implements AutoCloseable {

    private static final int FLOWS = 256;

    private final Flows flows;
    private final GeneratorPort sink;
    private final Engine a;
    private final Engine b;

    TwoGateways(
            String portType,
            boolean encrypts,
            FrameSize size,
            CryptoProvider provider,
            int cpuA,
            int cpuB) {
        flows = new Flows(FlowSet.of(FLOWS, 1), size, Steering.BY_FLOW, 1);
        GeneratorPort source = GeneratorPort.saturated("lan", Side.PROTECTED, 1, flows);
        sink = GeneratorPort.sink("lan", Side.PROTECTED, 1);
        Side outside = encrypts ? Side.UNPROTECTED : Side.PROTECTED;
        EngineBuilder builderA =
                gateway("a", provider, cpuA)
                        .port(source)
                        .port(port(portType, outside, VethPair.A))
                        .address("wan", Traffic.A);
        EngineBuilder builderB =
                gateway("b", provider, cpuB)
                        .port(port(portType, outside, VethPair.B))
                        .port(sink)
                        .address("wan", Traffic.B);
        if (encrypts) {
            byte[] key = Traffic.newKey();
            Traffic.gatewayA(builderA, key);
            Traffic.gatewayB(builderB, key);
        } else {
            builderA.route(new Route(Prefix.parse("10.2.0.0/16"), "wan", Traffic.B));
            builderB.route(Route.of("10.2.0.0/16", "lan"));
        }
        a = builderA.build();
        b = builderB.build();
    }

    private static EngineBuilder gateway(String name, CryptoProvider provider, int cpu) {
        return Engine.builder()
                .name(name)
                .provider(provider)
                .runtime(
                        RuntimeConfig.perCore(1)
                                .withCpus(List.of(cpu))
                                .withIdle(IdleStrategy.BUSY_SPIN));
    }

    private static Port port(String type, Side side, String device) {
        return ServiceLoader.load(PortFactory.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(factory -> factory.type().equals(type))
                .findFirst()
                .orElseThrow()
                .create(new PortSpec("wan", type, side, 0, Map.of("device", device)));
    }

    void start() {
        b.start();
        a.start();
    }

    /** Counts for so long. */
    Carried measure(int millis) throws InterruptedException {
        Snapshot a0 = a.snapshot();
        Snapshot b0 = b.snapshot();
        long packets = sink.sent();
        long begin = System.nanoTime();
        Thread.sleep(millis);
        packets = sink.sent() - packets;
        long nanos = System.nanoTime() - begin;
        Snapshot a1 = a.snapshot();
        return new Carried(
                packets,
                a1.counter(Counter.TX_PACKETS) - a0.counter(Counter.TX_PACKETS),
                nanos,
                a1.laneCpuNanos() - a0.laneCpuNanos(),
                b.snapshot().laneCpuNanos() - b0.laneCpuNanos());
    }

    /** What each has counted, for who looks where packets have gone. */
    List<Snapshot> snapshots() {
        return List.of(a.snapshot(), b.snapshot());
    }

    @Override
    public void close() {
        try (flows;
                b) {
            a.close();
        }
    }
}
