package io.esplanade.gateway.demo;

import io.esplanade.engine.Engine;
import io.esplanade.engine.EngineBuilder;
import io.esplanade.engine.Snapshot;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.Prefix;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.engine.port.memory.Plug;
import io.esplanade.gateway.file.Providers;

import java.util.List;

/** One of the demo's gateways: its engine, and the far ends of its two cables. */
final class DemoGateway implements AutoCloseable {

    private static final int PRIORITY = 1000;

    private final Engine engine;
    private final MemoryHost hosts;
    private final MemoryHost wire;

    /**
     * @param name A or B
     * @param tunnels its tunnels, seen from its own end
     */
    DemoGateway(String name, List<Tunnel> tunnels) {
        hosts = MemoryHost.on(Plug.of("lan", Side.PROTECTED), Cable.DEFAULT);
        wire = MemoryHost.on(Plug.of("wan", Side.UNPROTECTED), Cable.DEFAULT);
        EngineBuilder builder =
                Engine.builder()
                        .name(name)
                        .provider(Providers.DEFAULT)
                        .port(hosts.port())
                        .port(wire.port());
        tunnels.forEach(tunnel -> add(builder, tunnel));
        engine = builder.build();
    }

    private static void add(EngineBuilder builder, Tunnel tunnel) {
        String name = tunnel.name();
        Prefix near = prefix(tunnel, true);
        Prefix far = prefix(tunnel, false);
        builder.route(new Route(near, "lan", null))
                .route(new Route(far, "wan", null))
                .route(new Route(Prefix.parse(tunnel.b().getHostAddress()), "wan", null))
                .sa(
                        SecurityAssociation.builder(name + ".out")
                                .tunnel(name)
                                .outbound()
                                .spi(tunnel.aToB().spi())
                                .from(tunnel.a())
                                .to(tunnel.b())
                                .suite(Tunnel.SUITE)
                                .key(tunnel.aToB().material())
                                .build())
                .sa(
                        SecurityAssociation.builder(name + ".in")
                                .tunnel(name)
                                .inbound()
                                .spi(tunnel.bToA().spi())
                                .from(tunnel.b())
                                .to(tunnel.a())
                                .suite(Tunnel.SUITE)
                                .key(tunnel.bToA().material())
                                .selectors(List.of(tunnel.outbound().reversed()))
                                .build())
                .policy(
                        SecurityPolicy.protect(
                                name + ".out",
                                Direction.OUTBOUND,
                                PRIORITY,
                                tunnel.outbound(),
                                name))
                .policy(
                        SecurityPolicy.protect(
                                name + ".in",
                                Direction.INBOUND,
                                PRIORITY,
                                tunnel.outbound().reversed(),
                                name));
    }

    private static Prefix prefix(Tunnel tunnel, boolean near) {
        var range = near ? tunnel.behindA() : tunnel.behindB();
        return new Prefix(range.first(), range.isIpv4() ? 24 : 64);
    }

    void start() {
        engine.start();
    }

    String name() {
        return engine.name();
    }

    /** Where its hosts are. */
    MemoryHost hosts() {
        return hosts;
    }

    /** Its end of the wire. */
    MemoryHost wire() {
        return wire;
    }

    Snapshot snapshot() {
        return engine.snapshot();
    }

    @Override
    public void close() {
        try (hosts;
                wire;
                engine) {
            // The engine closes first, then what it is connected to.
        }
    }
}
