package io.esplanade.gateway.file;

import io.esplanade.engine.ipsec.Fragmentation;
import io.esplanade.engine.ipsec.UdpEncapsulation;
import io.esplanade.gateway.file.GatewayFile.PortEntry;
import io.esplanade.gateway.file.GatewayFile.TunnelEntry;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.Optional;

/**
 * Checks that ports of type {@code udp} can carry the tunnels whose packets are routed to them:
 * they carry datagrams from their own addresses and port, and nothing else.
 */
record UdpPortChecks(GatewayFile file, Topology topology, Problems problems) {

    void check() {
        for (TunnelEntry tunnel : file.tunnels()) {
            port(tunnel).ifPresent(port -> check(tunnel, port));
        }
    }

    /** The port of the type that the tunnel's packets leave by, if they leave by one. */
    private Optional<PortEntry> port(TunnelEntry tunnel) {
        return topology.port(tunnel.remote().value())
                .flatMap(
                        port ->
                                file.ports().stream()
                                        .filter(p -> p.name().value().equals(port.name()))
                                        .filter(p -> p.type().factory().type().equals("udp"))
                                        .findFirst());
    }

    private void check(TunnelEntry tunnel, PortEntry port) {
        Optional<UdpEncapsulation> udp = tunnel.shape().udp();
        if (udp.isEmpty()) {
            problems.error(
                    tunnel.name().position(),
                    "tunnel %s sends ESP without UDP by port %s, which carries UDP alone"
                            .formatted(tunnel.name(), port.name()),
                    "add 'encap: {}' to the tunnel, or use a port of another type");
            return;
        }
        int localPort = localPort(port);
        if (udp.get().localPort() != localPort) {
            problems.error(
                    tunnel.name().position(),
                    "tunnel %s sends from UDP port %d, and port %s has %d"
                            .formatted(
                                    tunnel.name(), udp.get().localPort(), port.name(), localPort),
                    "make encap's local-port and that of the port the same");
        }
        if (!has(port, tunnel.local().value())) {
            problems.error(
                    tunnel.local().position(),
                    "%s is not among the local addresses of port %s, by which tunnel %s sends"
                            .formatted(tunnel.local(), port.name(), tunnel.name()),
                    "add it to the port's 'local'");
        }
        if (tunnel.mtuRules().fragmentation() == Fragmentation.POST) {
            problems.error(
                    tunnel.name().position(),
                    "tunnel %s cuts ESP packets into fragments, which port %s does not carry"
                            .formatted(tunnel.name(), port.name()),
                    "write 'fragmentation: pre', or use a port of another type");
        }
    }

    private static int localPort(PortEntry port) {
        At<String> text = port.options().get("local-port");
        return text == null ? UdpEncapsulation.PORT : Integer.parseInt(text.value());
    }

    private static boolean has(PortEntry port, InetAddress address) {
        return Arrays.stream(port.options().get("local").value().split("[,\\s]+"))
                .anyMatch(text -> InetAddress.ofLiteral(text).equals(address));
    }
}
