package io.esplanade.gateway.file;

import io.esplanade.engine.ipsec.Fragmentation;
import io.esplanade.engine.ipsec.UdpEncapsulation;
import io.esplanade.gateway.file.GatewayFile.PortEntry;
import io.esplanade.gateway.file.GatewayFile.TunnelEntry;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.Optional;

/**
 * Checks that ports of types {@code udp} and {@code raw} can carry the tunnels whose packets are
 * routed to them. They carry what is from their own addresses: the one datagrams from its port, the
 * other ESP and AH, and nothing else.
 */
record SocketPortChecks(GatewayFile file, Topology topology, Problems problems) {

    void check() {
        for (TunnelEntry tunnel : file.tunnels()) {
            port(tunnel, "udp").ifPresent(port -> checkUdp(tunnel, port));
            port(tunnel, "raw").ifPresent(port -> checkRaw(tunnel, port));
        }
    }

    /** The port of the type that the tunnel's packets leave by, if they leave by one. */
    private Optional<PortEntry> port(TunnelEntry tunnel, String type) {
        return topology.port(tunnel.remote().value())
                .flatMap(
                        port ->
                                file.ports().stream()
                                        .filter(p -> p.name().value().equals(port.name()))
                                        .filter(p -> p.type().factory().type().equals(type))
                                        .findFirst());
    }

    private void checkRaw(TunnelEntry tunnel, PortEntry port) {
        if (tunnel.shape().udp().isPresent()) {
            problems.error(
                    tunnel.name().position(),
                    "tunnel %s sends ESP in UDP by port %s, which carries ESP and AH alone"
                            .formatted(tunnel.name(), port.name()),
                    "take 'encap' out of the tunnel, or use a port of another type, such as udp");
        }
        checkLocal(tunnel, port);
    }

    private void checkUdp(TunnelEntry tunnel, PortEntry port) {
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
        checkLocal(tunnel, port);
        if (tunnel.mtuRules().fragmentation() == Fragmentation.POST) {
            problems.error(
                    tunnel.name().position(),
                    "tunnel %s cuts ESP packets into fragments, which port %s does not carry"
                            .formatted(tunnel.name(), port.name()),
                    "write 'fragmentation: pre', or use a port of another type");
        }
    }

    private void checkLocal(TunnelEntry tunnel, PortEntry port) {
        if (!has(port, tunnel.local().value())) {
            problems.error(
                    tunnel.local().position(),
                    "%s is not among the local addresses of port %s, by which tunnel %s sends"
                            .formatted(tunnel.local(), port.name(), tunnel.name()),
                    "add it to the port's 'local'");
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
