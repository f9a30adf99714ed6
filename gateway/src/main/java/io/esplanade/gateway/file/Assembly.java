package io.esplanade.gateway.file;

import io.esplanade.engine.Engine;
import io.esplanade.engine.EngineBuilder;
import io.esplanade.engine.EngineException;
import io.esplanade.engine.control.FileNonceStore;
import io.esplanade.engine.control.NonceStore;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.port.Port;
import io.esplanade.gateway.file.GatewayFile.PortEntry;

import java.io.IOException;
import java.time.Duration;
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
        file.tunnels().forEach(t -> builder.address(t.local().value())); // also without its SAs
        Content content = Content.of(file, provider);
        content.routes().forEach(builder::route);
        content.sas().forEach(builder::sa);
        content.policies().forEach(builder::policy);
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

    @Override
    public void close() throws IOException {
        if (nonceStore != null) {
            nonceStore.close();
        }
    }
}
