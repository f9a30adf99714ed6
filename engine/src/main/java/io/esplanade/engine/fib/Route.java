package io.esplanade.engine.fib;

import io.esplanade.engine.ipsec.Prefix;

import java.net.InetAddress;
import java.util.Objects;

/**
 * Packets to {@code destination} leave by {@code port}.
 *
 * @param destination the longest matching prefix decides
 * @param port the port's name
 * @param via the next hop on an Ethernet port, or null if destinations are on the link
 */
public record Route(Prefix destination, String port, InetAddress via) {

    public Route {
        Objects.requireNonNull(destination, "destination");
        Objects.requireNonNull(port, "port");
    }

    public static Route of(String destination, String port) {
        return new Route(Prefix.parse(destination), port, null);
    }

    @Override
    public String toString() {
        return destination + (via == null ? "" : " via " + via.getHostAddress()) + " dev " + port;
    }
}
