package io.esplanade.bench.rekeys;

import io.esplanade.bench.bed.FlowSet;
import io.esplanade.bench.bed.Flows;
import io.esplanade.bench.bed.FrameSize;
import io.esplanade.bench.bed.GeneratorPort;
import io.esplanade.bench.bed.OfferedLoad;
import io.esplanade.bench.bed.OrderSink;
import io.esplanade.bench.bed.Steering;
import io.esplanade.bench.bed.Traffic;
import io.esplanade.engine.Changes;
import io.esplanade.engine.Engine;
import io.esplanade.engine.EngineBuilder;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.ipsec.AddressRange;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.port.memory.MemoryLink;
import io.esplanade.engine.port.memory.Plug;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Gateways A and B, a lane each, joined by a cable that loses nothing: what arrives at A's LAN goes
 * through tunnel {@code t} to B's, where order and number are looked at.
 */
final class Pair implements AutoCloseable {

    private static final InetAddress A = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress B = InetAddress.ofLiteral("192.0.2.2");
    private static final TrafficSelector TRAFFIC =
            TrafficSelector.between(
                    AddressRange.parse("10.1.0.0/16"), AddressRange.parse("10.2.0.0/16"));
    private static final int FIRST_SPI = 0x1000;
    private static final int FLOWS = 256;
    private static final int MBUFS = 8192;
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);
    private static final long LOOK = TimeUnit.MICROSECONDS.toNanos(100);

    private final Flows flows;
    private final OfferedLoad load;
    private final OrderSink order = new OrderSink(FLOWS);
    private final GeneratorPort sink;
    private final Engine a;
    private final Engine b;
    private int generation; // of keys

    Pair(CryptoProvider provider, FrameSize size, int room) {
        flows = new Flows(FlowSet.of(FLOWS, 1), size, Steering.BY_FLOW, 1);
        load = new OfferedLoad(flows, room, Clock.system());
        sink = GeneratorPort.sink("lan", Side.PROTECTED, 1, _ -> order);
        MemoryLink cable =
                MemoryLink.between(
                        Plug.of("wan", Side.UNPROTECTED),
                        Plug.of("wan", Side.UNPROTECTED),
                        Cable.DEFAULT);
        byte[] key = Traffic.newKey();
        a =
                builder("A", provider, GeneratorPort.offered("lan", Side.PROTECTED, load))
                        .port(cable.a())
                        .route(Route.of("10.2.0.0/16", "wan"))
                        .sa(outbound(0, key))
                        .policy(SecurityPolicy.protect("p", Direction.OUTBOUND, 1, TRAFFIC, "t"))
                        .build();
        b =
                builder("B", provider, sink)
                        .port(cable.b())
                        .route(Route.of("10.2.0.0/16", "lan"))
                        .sa(inbound(0, key))
                        .build();
        a.start();
        b.start();
    }

    private static EngineBuilder builder(String name, CryptoProvider provider, Port lan) {
        return Engine.builder()
                .name("rekeys-" + name)
                .provider(provider)
                .mbufs(MBUFS)
                .port(lan)
                .route(Route.of("192.0.2.0/24", "wan"));
    }

    private static SecurityAssociation outbound(int n, byte[] key) {
        return sa("out-" + n, n, key).outbound().build();
    }

    private static SecurityAssociation inbound(int n, byte[] key) {
        return sa("in-" + n, n, key).inbound().selectors(List.of(TRAFFIC)).build();
    }

    private static SecurityAssociation.Builder sa(String name, int n, byte[] key) {
        return SecurityAssociation.builder(name)
                .tunnel("t")
                .spi(FIRST_SPI + n)
                .from(A)
                .to(B)
                .suite(Traffic.SUITE)
                .key(KeyMaterial.takeFrom(key.clone()));
    }

    OfferedLoad load() {
        return load;
    }

    /** Packets that have come out at B. */
    long arrived() {
        return sink.sent();
    }

    /** Packets that one of the gateways has dropped. */
    long dropped() {
        return a.snapshot().dropped() + b.snapshot().dropped();
    }

    /** Packets that A has taken and that neither came out nor were dropped. */
    long underWay() {
        return load.taken() - arrived() - dropped();
    }

    /** Puts another key in the place of the present one, as the documentation says. */
    void rekey() {
        int old = generation++;
        int next = generation;
        byte[] key = Traffic.newKey();
        change(b, c -> c.add(inbound(next, key)));
        change(a, c -> c.add(outbound(next, key)));
        change(a, c -> c.removeSa("out-" + old));
        long sent = load.taken(); // what the old one has sent is among them
        await(() -> arrived() + dropped() >= sent, "what A has sent has not arrived at B");
        change(b, c -> c.removeSa("in-" + old));
    }

    private static void change(Engine engine, Function<Changes, CompletableFuture<Void>> change) {
        Changes changes = engine.changes();
        CompletableFuture<Void> answer = change.apply(changes);
        changes.submit();
        answer.orTimeout(PATIENCE, TimeUnit.NANOSECONDS).join();
    }

    /** Lets nothing arrive any more, and waits until nothing is under way. */
    void rest() {
        load.perSecond(0);
        await(() -> load.rests() && underWay() == 0, "packets stay under way");
    }

    private static void await(BooleanSupplier done, String otherwise) {
        long deadline = System.nanoTime() + PATIENCE;
        while (!done.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException(otherwise);
            }
            LockSupport.parkNanos(LOOK);
        }
    }

    /** Packets that came out behind later ones of their flow; when closed. */
    long outOfOrder() {
        return order.violations();
    }

    @Override
    public void close() {
        a.close();
        b.close();
        flows.close();
    }
}
