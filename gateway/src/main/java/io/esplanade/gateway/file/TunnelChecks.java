package io.esplanade.gateway.file;

import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.ipsec.Fragmentation;
import io.esplanade.engine.ipsec.Overhead;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.runtime.config.RuntimeConfig;
import io.esplanade.gateway.file.GatewayFile.SaEntry;
import io.esplanade.gateway.file.GatewayFile.TunnelEntry;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Checks tunnels against each other, the ports and the routes. */
final class TunnelChecks {

    private static final int IPV6_LEAST_MTU = 1280; // RFC 8200 §5
    private static final int IPV4_LEAST_MTU = 576; // what every host takes, RFC 791 §3.1

    private final GatewayFile file;
    private final Topology topology;
    private final Problems problems;
    private final Map<String, At<Integer>> spis = new HashMap<>();

    TunnelChecks(GatewayFile file, Topology topology, Problems problems) {
        this.file = file;
        this.topology = topology;
        this.problems = problems;
    }

    void check() {
        for (TunnelEntry tunnel : file.tunnels()) {
            checkAddresses(tunnel);
            checkSequence(tunnel);
            tunnel.out().ifPresent(sa -> checkSpi(tunnel, sa, "out", tunnel.remote().value()));
            tunnel.in().ifPresent(sa -> checkSpi(tunnel, sa, "in", tunnel.local().value()));
            if (Policies.outbound(tunnel).isEmpty()) {
                problems.error(
                        tunnel.name().position(),
                        "no local-ts of tunnel %s fits a remote-ts in family and protocol"
                                .formatted(tunnel.name()),
                        "name IPv4 or IPv6 on both sides");
            }
            checkOrder(tunnel);
            checkRoutes(tunnel);
            checkMtu(tunnel);
        }
        checkNonceStore();
    }

    private void checkAddresses(TunnelEntry tunnel) {
        InetAddress local = tunnel.local().value();
        if (local instanceof Inet4Address != tunnel.remote().value() instanceof Inet4Address) {
            problems.error(
                    tunnel.remote().position(),
                    "local and remote of tunnel " + tunnel.name() + " are not of one family",
                    "write both as IPv4 or both as IPv6; either carries both");
        } else if (local.equals(tunnel.remote().value())) {
            problems.error(
                    tunnel.remote().position(),
                    "tunnel " + tunnel.name() + " ends where it begins",
                    "name the other gateway's address");
        }
        checkIsOurs(tunnel.local());
    }

    /** The engine knows a tunnel's end as its own; a port that lists others is probably a slip. */
    private void checkIsOurs(At<InetAddress> local) {
        List<InetAddress> ours =
                file.ports().stream()
                        .filter(p -> p.side() == Side.UNPROTECTED)
                        .flatMap(p -> p.addresses().stream())
                        .map(At::value)
                        .toList();
        if (!ours.isEmpty() && !ours.contains(local.value())) {
            problems.warning(
                    local.position(),
                    "%s is not among the addresses of the unprotected ports".formatted(local),
                    "add it to the 'addresses' of the port that the ESP packets arrive on");
        }
    }

    private void checkSequence(TunnelEntry tunnel) {
        if (tunnel.proposal().esn()
                && tunnel.replayWindow().value() == 0
                && tunnel.in().isPresent()) {
            problems.error(
                    tunnel.replayWindow().position(),
                    "tunnel " + tunnel.name() + " has ESN and no replay window (RFC 4303 §2.2.1)",
                    "write 'replay-window: 64' or more, or take -esn from the proposal");
        }
    }

    /** A packet that goes on in the next outer packet must find that behind it. */
    private void checkOrder(TunnelEntry tunnel) {
        boolean ordered = file.runtime().value() instanceof RuntimeConfig.PerCore;
        if (tunnel.shape().tfc().aggregate() && !ordered) {
            problems.error(
                    tunnel.name().position(),
                    "tunnel %s aggregates, and threads of this runtime keep no order"
                            .formatted(tunnel.name()),
                    "choose the runtime per-core, or take out aggregate");
        }
    }

    private void checkSpi(TunnelEntry tunnel, SaEntry sa, String which, InetAddress destination) {
        String key = which + " " + AddressText.of(destination) + " " + sa.spi().value();
        At<Integer> first = spis.putIfAbsent(key, sa.spi());
        if (first != null) {
            problems.error(
                    sa.spi().position(),
                    "SPI 0x%08x to %s is used twice: first on line %d"
                            .formatted(
                                    sa.spi().value(),
                                    AddressText.of(destination),
                                    first.position().line()),
                    "give tunnel %s another '%s' SPI, here and at the peer"
                            .formatted(tunnel.name(), which));
        }
    }

    /**
     * A static key's numbers must outlive the process: RFC 4106 §10, and see {@code NonceStore}.
     */
    private void checkNonceStore() {
        for (TunnelEntry tunnel : file.tunnels()) {
            boolean sends = tunnel.out().isPresent() && tunnel.proposal().suite().counterMode();
            if (sends && !tunnel.unsafeVolatileSequence() && file.nonceStore().isEmpty()) {
                problems.error(
                        tunnel.out().orElseThrow().position(),
                        "tunnel %s sends with a static key, and there is no nonce store"
                                .formatted(tunnel.name()),
                        "add 'nonce-store: PATH' to the file, so that no restart repeats a nonce"
                                + " (in a laboratory: 'unsafe-volatile-sequence: true')");
            }
        }
        file.nonceStore().ifPresent(this::checkDirectory);
    }

    private void checkDirectory(At<Path> store) {
        Path directory = store.value().toAbsolutePath().normalize().getParent();
        if (directory != null && !Files.isDirectory(directory)) {
            problems.error(
                    store.position(),
                    "nonce-store: there is no directory " + directory,
                    "mkdir -p -m 700 " + directory);
        } else if (Files.isDirectory(store.value())) {
            problems.error(
                    store.position(),
                    "nonce-store: " + store + " is a directory",
                    "name a file in it");
        }
    }

    private void checkRoutes(TunnelEntry tunnel) {
        InetAddress remote = tunnel.remote().value();
        boolean allKnown = file.kernelRoutes().isEmpty();
        if (allKnown && tunnel.out().isPresent() && topology.route(remote).isEmpty()) {
            problems.error(
                    tunnel.remote().position(),
                    "no route leads to %s, the other end of tunnel %s"
                            .formatted(tunnel.remote(), tunnel.name()),
                    "add a route to it by an unprotected port");
        } else if (tunnel.out().isPresent() && topology.leadsTo(Side.PROTECTED, remote)) {
            problems.error(
                    tunnel.remote().position(),
                    "the route to %s, the other end of tunnel %s, leads to a protected port"
                            .formatted(tunnel.remote(), tunnel.name()),
                    "add a route to it by an unprotected port");
        }
        for (At<TrafficSpec> traffic : tunnel.remoteTs()) {
            InetAddress first = traffic.value().addresses().first();
            if (allKnown && tunnel.out().isPresent() && topology.route(first).isEmpty()) {
                problems.warning(
                        traffic.position(),
                        "no route leads to "
                                + AddressText.of(traffic.value().addresses())
                                + ": packets for it are dropped before they meet the policy",
                        "add a route to it by an unprotected port");
            }
        }
        InetAddress local = tunnel.local().value();
        boolean delivered = !allKnown || topology.leadsTo(Side.PROTECTED, local);
        if (tunnel.shape().transport() && tunnel.in().isPresent() && !delivered) {
            problems.warning(
                    tunnel.local().position(),
                    "no protected port leads to %s: what comes by tunnel %s, in transport mode, is dropped as not-for-us"
                            .formatted(tunnel.local(), tunnel.name()),
                    "add a route to it by the protected port of the host that has the address too");
            return;
        }
        for (At<TrafficSpec> traffic : tunnel.localTs()) {
            InetAddress first = traffic.value().addresses().first();
            if (allKnown && tunnel.in().isPresent() && topology.route(first).isEmpty()) {
                problems.warning(
                        traffic.position(),
                        "no route leads to "
                                + AddressText.of(traffic.value().addresses())
                                + ": what comes out of the tunnel is dropped as no-route",
                        "add a route to it by a protected port");
            }
        }
    }

    private void checkMtu(TunnelEntry tunnel) {
        Port out = topology.port(tunnel.remote().value()).orElse(null);
        if (out == null || out.side() == Side.PROTECTED || tunnel.out().isEmpty()) {
            return;
        }
        int inner = innerMtu(tunnel, out);
        boolean ipv6 =
                Policies.outbound(tunnel).stream()
                        .map(TrafficSelector::source)
                        .anyMatch(source -> !source.isIpv4());
        int least = ipv6 ? IPV6_LEAST_MTU : IPV4_LEAST_MTU;
        Overhead overhead = overhead(tunnel);
        if (tunnel.shape().tfc().padTo() > inner) {
            problems.error(
                    tunnel.name().position(),
                    "packets padded to %d bytes do not fit tunnel %s: %d do"
                            .formatted(tunnel.shape().tfc().padTo(), tunnel.name(), inner),
                    "write 'pad: %d' or less".formatted(inner));
        }
        if (inner < least) {
            problems.error(
                    mtuPosition(out),
                    "the MTU %d of port %s cannot hold the overhead of tunnel %s: it leaves %d bytes, %s needs %d"
                            .formatted(
                                    out.mtu(),
                                    out.name(),
                                    tunnel.name(),
                                    Math.max(inner, 0),
                                    ipv6 ? "IPv6" : "IPv4",
                                    least),
                    "raise it to %d or more".formatted(overhead.outerMtu(least)));
            return;
        }
        boolean cuts = tunnel.shape().tfc().aggregate(); // whatever it is
        for (Port in : topology.ports().values()) {
            if (in.side() == Side.PROTECTED && in.mtu() > inner && !cuts) {
                warnOfLongPackets(tunnel, in, out, inner);
            }
        }
    }

    /** Packets that are too long and not fragmented are lost if nobody tells who sends them. */
    private void warnOfLongPackets(TunnelEntry tunnel, Port in, Port out, int inner) {
        boolean none = tunnel.mtuRules().fragmentation() == Fragmentation.NONE;
        boolean told =
                file.ports().stream()
                        .anyMatch(
                                p ->
                                        p.name().value().equals(in.name())
                                                && (!p.addresses().isEmpty()
                                                        || file.kernelRoutes().isPresent()
                                                                && in.linkType()
                                                                        == LinkType.ETHERNET));
        if (told && !none) {
            return;
        }
        problems.warning(
                mtuPosition(in),
                "packets of %d to %d bytes from port %s do not fit tunnel %s and %s"
                        .formatted(
                                inner + 1,
                                in.mtu(),
                                in.name(),
                                tunnel.name(),
                                none
                                        ? "are dropped as oversized"
                                        : "those that must not be fragmented are dropped in"
                                                + " silence: the port has no address for ICMP"
                                                + " errors"),
                (none ? "" : "give the port its address; or ")
                        + "set its hosts' and its own mtu to %d, or that of port %s to %d"
                                .formatted(inner, out.name(), overhead(tunnel).outerMtu(in.mtu())));
    }

    /** The longest inner packet the tunnel takes when its ESP packets leave by {@code port}. */
    static int innerMtu(TunnelEntry tunnel, Port port) {
        return overhead(tunnel).innerMtu(port.mtu());
    }

    private static Overhead overhead(TunnelEntry tunnel) {
        boolean ipv4 = tunnel.remote().value() instanceof Inet4Address;
        boolean transport = tunnel.shape().transport();
        Suite suite = tunnel.proposal().suite();
        return tunnel.proposal().ah()
                ? Overhead.ofAh(ipv4, transport, suite)
                : Overhead.of(ipv4, transport, tunnel.shape().udp().isPresent(), suite);
    }

    private Position mtuPosition(Port port) {
        return file.ports().stream()
                .filter(p -> p.name().value().equals(port.name()))
                .map(p -> p.mtu().map(At::position).orElse(p.name().position()))
                .findFirst()
                .orElse(Position.FILE);
    }
}
