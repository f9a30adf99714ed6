package io.esplanade.gateway.file;

import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.gateway.file.GatewayFile.TunnelEntry;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Checks that each tunnel's suite is served by its crypto provider. What cannot be loaded on this
 * machine is not asked; the gateway may run on another.
 */
final class CryptoChecks {

    private final GatewayFile file;
    private final Problems problems;
    private final Map<String, Optional<CryptoProvider>> providers = new HashMap<>();

    CryptoChecks(GatewayFile file, Problems problems) {
        this.file = file;
        this.problems = problems;
    }

    void check() {
        for (TunnelEntry tunnel : file.tunnels()) {
            Suite suite = tunnel.proposal().suite();
            String name = file.provider(tunnel);
            boolean lacks = loaded(name).filter(p -> !p.suites().contains(suite)).isPresent();
            if (lacks) {
                problems.error(
                        tunnel.provider().map(At::position).orElse(tunnel.name().position()),
                        "tunnel %s: the provider %s has no %s"
                                .formatted(tunnel.name(), name, suite),
                        remedy(suite));
            }
        }
    }

    private String remedy(Suite suite) {
        String change = "choose another proposal, here and at the peer";
        return Stream.concat(Stream.of(Providers.DEFAULT), Providers.names().stream())
                .filter(name -> loaded(name).filter(p -> p.suites().contains(suite)).isPresent())
                .findFirst()
                .map(name -> "write 'provider: %s' in the tunnel, or %s".formatted(name, change))
                .orElse(change);
    }

    private Optional<CryptoProvider> loaded(String name) {
        return providers.computeIfAbsent(name, this::load);
    }

    private Optional<CryptoProvider> load(String name) {
        try {
            return Optional.of(file.crypto().find(name));
        } catch (CryptoException e) {
            warn(name, e.getMessage());
            return Optional.empty();
        }
    }

    /** Only of what the file asks for in particular: which machine it is for nobody knows. */
    private void warn(String name, String why) {
        file.crypto()
                .openssl()
                .filter(_ -> name.equals(Providers.DEFAULT))
                .ifPresent(
                        options ->
                                problems.warning(
                                        options.position(),
                                        "on this machine openssl cannot be used so: " + why,
                                        "run 'esplanade doctor' there where the gateway will run"));
    }
}
