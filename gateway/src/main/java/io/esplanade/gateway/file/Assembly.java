package io.esplanade.gateway.file;

import io.esplanade.engine.Engine;
import io.esplanade.engine.EngineBuilder;
import io.esplanade.engine.EngineException;
import io.esplanade.engine.control.FileNonceStore;
import io.esplanade.engine.control.NonceStore;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.KeyOrigin;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.engine.port.Port;
import io.esplanade.gateway.file.GatewayFile.PortEntry;
import io.esplanade.gateway.file.GatewayFile.RouteEntry;
import io.esplanade.gateway.file.GatewayFile.SaEntry;
import io.esplanade.gateway.file.GatewayFile.TunnelEntry;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes an engine of a gateway's records, and keeps its nonce store, which is to be closed behind
 * the engine.
 */
public final class Assembly implements AutoCloseable {

    private final String provider;
    private final NonceStore nonceStore;
    private final EngineBuilder builder;

    /**
     * @param provider the crypto provider of all tunnels, or null for those that the file names
     */
    Assembly(GatewayFile file, Map<String, Port> ports, String provider) throws IOException {
        this.provider = provider;
        Optional<CryptoProvider> openssl = openssl(file); // before anything is opened
        this.nonceStore =
                file.nonceStore().isPresent()
                        ? FileNonceStore.open(file.nonceStore().get().value())
                        : null;
        this.builder =
                Engine.builder()
                        .name(file.name())
                        .runtime(file.runtime().value())
                        .mbufs(file.mbufs().count())
                        .largeMbufs(file.mbufs().large())
                        .invariants(file.mbufs().invariants())
                        .burstSize(file.lanes().burst())
                        .flowCacheSize(file.lanes().flowCache())
                        .auditEventsPerSecond(file.auditEvents())
                        .icmpErrorsPerSecond(file.ip().icmpErrors())
                        .learnPathMtu(file.ip().learnPathMtu())
                        .pathMtuAge(Duration.ofSeconds(file.ip().pathMtuAge()))
                        .reassembly(
                                file.ip().reassemblyMbufs(),
                                Duration.ofSeconds(file.ip().reassemblyTime()))
                        .provider(provider != null ? provider : file.crypto().provider());
        openssl.ifPresent(builder::addProvider);
        file.kernelRoutes().ifPresent(k -> builder.followKernel(k.routing()));
        if (nonceStore != null) {
            builder.nonceStore(nonceStore);
        }
        ports.values().forEach(builder::port);
        file.ports().forEach(this::add);
        file.routes().forEach(r -> builder.route(route(r)));
        file.tunnels().forEach(t -> add(t, file));
        Policies.of(file).forEach(p -> builder.policy(p.policy()));
    }

    /** What the engine is made of; a caller may say more, such as another provider. */
    public EngineBuilder builder() {
        return builder;
    }

    /** Only with options: without them the engine finds by its name what the SAs need. */
    private Optional<CryptoProvider> openssl(GatewayFile file) {
        if (file.crypto().openssl().isEmpty() || !uses(file, Providers.DEFAULT)) {
            return Optional.empty();
        }
        try {
            return Optional.of(file.crypto().find(Providers.DEFAULT));
        } catch (CryptoException e) {
            throw new EngineException(e.getMessage(), e);
        }
    }

    private boolean uses(GatewayFile file, String name) {
        return provider != null
                ? provider.equals(name)
                : file.tunnels().stream().anyMatch(t -> file.provider(t).equals(name));
    }

    private void add(PortEntry port) {
        String name = port.name().value();
        port.addresses().forEach(a -> builder.address(name, a.value()));
        port.neighbours().forEach(n -> builder.neighbour(name, n.address().value(), n.mac()));
    }

    static Route route(RouteEntry route) {
        return new Route(
                route.to().value(), route.port().value(), route.via().map(At::value).orElse(null));
    }

    private void add(TunnelEntry tunnel, GatewayFile file) {
        InetAddress local = tunnel.local().value();
        InetAddress remote = tunnel.remote().value();
        builder.address(local); // also when its SAs have ended
        tunnel.out()
                .ifPresent(
                        sa ->
                                builder.sa(
                                        sa(tunnel, sa, "out", Direction.OUTBOUND, List.of())
                                                .from(local)
                                                .to(remote)
                                                .build()));
        tunnel.in()
                .ifPresent(
                        sa ->
                                builder.sa(
                                        sa(
                                                        tunnel,
                                                        sa,
                                                        "in",
                                                        Direction.INBOUND,
                                                        Policies.inbound(tunnel, file))
                                                .from(remote)
                                                .to(local)
                                                .build()));
    }

    private SecurityAssociation.Builder sa(
            TunnelEntry tunnel,
            SaEntry sa,
            String which,
            Direction direction,
            List<TrafficSelector> selectors) {
        return SecurityAssociation.builder(tunnel.name() + "." + which)
                .tunnel(tunnel.name().value())
                .direction(direction)
                .spi(sa.spi().value())
                .protocol(tunnel.proposal().protocol())
                .suite(tunnel.proposal().suite())
                .provider(provider != null ? null : tunnel.provider().map(At::value).orElse(null))
                .key(sa.key())
                .esn(tunnel.proposal().esn())
                .replayWindow(tunnel.replayWindow().value())
                .initialSequence(sa.initialSequence())
                .origin(
                        tunnel.unsafeVolatileSequence()
                                ? KeyOrigin.STATIC_UNSAFE
                                : KeyOrigin.STATIC)
                .selectors(selectors)
                .mode(tunnel.shape().mode())
                .encapsulation(tunnel.shape().udp().orElse(null))
                .tfc(tunnel.shape().tfc())
                .headers(tunnel.shape().headers())
                .mtuRules(tunnel.mtuRules())
                .lifetime(tunnel.lifetime());
    }

    @Override
    public void close() throws IOException {
        if (nonceStore != null) {
            nonceStore.close();
        }
    }
}
