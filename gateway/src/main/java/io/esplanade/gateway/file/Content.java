package io.esplanade.gateway.file;

import io.esplanade.engine.fib.Route;
import io.esplanade.engine.ipsec.KeyOrigin;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.gateway.file.GatewayFile.RouteEntry;
import io.esplanade.gateway.file.GatewayFile.SaEntry;
import io.esplanade.gateway.file.GatewayFile.TunnelEntry;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * What an engine is given of a file and can be changed while it runs.
 *
 * @param routes in the order of the file
 * @param sas of all tunnels; their keys are the file's
 * @param policies in the order of search, but for priorities
 */
record Content(List<Route> routes, List<SecurityAssociation> sas, List<SecurityPolicy> policies) {

    /**
     * @param provider the crypto provider of all tunnels, or null for those that the file names
     */
    static Content of(GatewayFile file, String provider) {
        List<SecurityAssociation> sas = new ArrayList<>();
        file.tunnels().forEach(tunnel -> add(tunnel, file, provider, sas));
        return new Content(
                file.routes().stream().map(Content::route).toList(),
                List.copyOf(sas),
                Policies.of(file).stream().map(Policies.Placed::policy).toList());
    }

    private static Route route(RouteEntry route) {
        return new Route(
                route.to().value(), route.port().value(), route.via().map(At::value).orElse(null));
    }

    private static void add(
            TunnelEntry tunnel, GatewayFile file, String provider, List<SecurityAssociation> to) {
        InetAddress local = tunnel.local().value();
        InetAddress remote = tunnel.remote().value();
        tunnel.out()
                .map(sa -> sa(tunnel, sa, "out", provider).outbound().from(local).to(remote))
                .ifPresent(sa -> to.add(sa.build()));
        tunnel.in()
                .map(sa -> sa(tunnel, sa, "in", provider).inbound().from(remote).to(local))
                .map(sa -> sa.selectors(Policies.inbound(tunnel, file)))
                .ifPresent(sa -> to.add(sa.build()));
    }

    private static SecurityAssociation.Builder sa(
            TunnelEntry tunnel, SaEntry sa, String which, String provider) {
        return SecurityAssociation.builder(tunnel.name() + "." + which)
                .tunnel(tunnel.name().value())
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
                .mode(tunnel.shape().mode())
                .encapsulation(tunnel.shape().udp().orElse(null))
                .tfc(tunnel.shape().tfc())
                .headers(tunnel.shape().headers())
                .mtuRules(tunnel.mtuRules())
                .lifetime(tunnel.lifetime());
    }
}
