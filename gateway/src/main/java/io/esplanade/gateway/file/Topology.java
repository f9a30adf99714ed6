package io.esplanade.gateway.file;

import io.esplanade.engine.ipsec.AddressRange;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.Side;
import io.esplanade.gateway.file.GatewayFile.RouteEntry;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where packets would go by the routes of a file.
 *
 * @param routes the file's routes
 * @param ports its ports by name, made and not opened
 */
record Topology(List<RouteEntry> routes, Map<String, Port> ports) {

    /** The route of the longest prefix that holds the address. */
    Optional<RouteEntry> route(InetAddress to) {
        boolean ipv4 = to instanceof Inet4Address;
        return routes.stream()
                .filter(r -> r.to().value().isIpv4() == ipv4)
                .filter(r -> AddressRange.of(r.to().value()).contains(to))
                .max(Comparator.comparingInt(r -> r.to().value().length()));
    }

    /** The port the address is reached by, if there is a route to a sound one. */
    Optional<Port> port(InetAddress to) {
        return route(to).map(r -> ports.get(r.port().value()));
    }

    boolean leadsTo(Side side, InetAddress to) {
        return port(to).filter(p -> p.side() == side).isPresent();
    }
}
