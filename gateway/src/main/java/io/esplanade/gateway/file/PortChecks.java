package io.esplanade.gateway.file;

import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.PortSpec;
import io.esplanade.engine.runtime.config.RuntimeConfig;
import io.esplanade.gateway.file.GatewayFile.KernelRoutes;
import io.esplanade.gateway.file.GatewayFile.PortEntry;
import io.esplanade.gateway.file.GatewayFile.RouteEntry;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Makes the ports of a file, and checks them and the routes that lead to them. */
final class PortChecks {

    private final GatewayFile file;
    private final Problems problems;
    private final Map<Path, At<String>> written = new HashMap<>();

    PortChecks(GatewayFile file, Problems problems) {
        this.file = file;
        this.problems = problems;
    }

    /** The ports, made and not opened, without those that cannot be made. */
    Map<String, Port> check() {
        Map<String, Port> ports = new LinkedHashMap<>();
        Map<InetAddress, At<String>> addresses = new HashMap<>();
        for (PortEntry entry : file.ports()) {
            long before = problems.errors();
            checkFiles(entry);
            checkAddresses(entry, addresses);
            if (problems.errors() == before) {
                make(entry, ports);
            }
        }
        return ports;
    }

    private void make(PortEntry entry, Map<String, Port> ports) {
        Map<String, String> options =
                entry.options().entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, o -> o.getValue().value()));
        if (entry.type().spreads()) {
            options.putIfAbsent(PortType.QUEUES, Integer.toString(receivers()));
        }
        try {
            ports.put(
                    entry.name().value(),
                    entry.type()
                            .factory()
                            .create(
                                    new PortSpec(
                                            entry.name().value(),
                                            entry.type().factory().type(),
                                            entry.side(),
                                            entry.mtu().map(At::value).orElse(0),
                                            options)));
        } catch (IllegalArgumentException e) {
            Position at =
                    entry.options().entrySet().stream()
                            .filter(o -> e.getMessage().contains(o.getKey()))
                            .map(o -> o.getValue().position())
                            .findFirst()
                            .orElse(entry.name().position());
            problems.error(at, e.getMessage(), "correct the port's options as it says");
        }
    }

    /** How many threads receive, at most as many as a port has queues. */
    private int receivers() {
        RuntimeConfig runtime = file.runtime().value();
        return runtime instanceof RuntimeConfig.PerCore lanes ? lanes.lanes() : runtime.threads();
    }

    private void checkFiles(PortEntry entry) {
        entry.options()
                .forEach(
                        (option, value) -> {
                            if (entry.type().isFile(option)) {
                                checkFile(option, value);
                            }
                        });
    }

    private void checkFile(String option, At<String> value) {
        Path path = Path.of(value.value()).toAbsolutePath().normalize();
        if (option.equals("read")) {
            if (!Files.isReadable(path) || Files.isDirectory(path)) {
                problems.error(
                        value.position(),
                        option + ": there is no capture " + value + " that this user may read",
                        "check the name; it is taken from the gateway file's directory");
            } else if (!Files.isRegularFile(path)) {
                problems.error(
                        value.position(),
                        option + ": " + value + " is a pipe or a device, which a lane cannot await",
                        "write the packets to a file first, and read that");
            }
            return;
        }
        Path directory = path.getParent();
        if (directory != null && !Files.isDirectory(directory)) {
            problems.error(
                    value.position(),
                    option + ": there is no directory " + directory,
                    "mkdir -p " + directory);
        }
        At<String> other = written.putIfAbsent(path, value);
        if (other != null) {
            problems.error(
                    value.position(),
                    option
                            + ": "
                            + value
                            + " is written by two ports: first on line "
                            + other.position().line(),
                    "give each port a file of its own");
        }
    }

    /** What one port writes, another (or the same) must not read: it would be emptied first. */
    void checkReadsAreNotWritten() {
        for (PortEntry entry : file.ports()) {
            At<String> read = entry.options().get("read");
            if (read != null
                    && entry.type().isFile("read")
                    && written.containsKey(Path.of(read.value()).toAbsolutePath().normalize())) {
                problems.error(
                        read.position(),
                        "read: " + read + " is also written, and so would be lost",
                        "write to another file");
            }
        }
    }

    /** Threads that are all alike receive on queues of their own, or not at all. */
    void checkThreads(Map<String, Port> ports) {
        int threads = file.runtime().value().threads();
        int queues = ports.values().stream().mapToInt(Port::rxQueues).max().orElse(threads);
        if (!(file.runtime().value() instanceof RuntimeConfig.PerCore) && threads > queues) {
            problems.warning(
                    file.runtime().position(),
                    "of %d threads %d will have nothing to do: no port has more than %d receive queue"
                                    .formatted(threads, threads - queues, queues)
                            + (queues == 1 ? "" : "s"),
                    "use threads: %d, or a port with more queues".formatted(queues));
        }
    }

    private void checkAddresses(PortEntry entry, Map<InetAddress, At<String>> addresses) {
        for (At<InetAddress> address : entry.addresses()) {
            At<String> other = addresses.putIfAbsent(address.value(), entry.name());
            if (other != null) {
                problems.error(
                        address.position(),
                        "address %s is already that of port %s".formatted(address, other),
                        "keep it on one port");
            }
        }
    }

    /** Checks the routes against the ports that were made. */
    void checkRoutes(Topology topology) {
        Map<String, Position> seen = new HashMap<>();
        for (RouteEntry route : file.routes()) {
            Position first = seen.putIfAbsent(route.to().value().toString(), route.to().position());
            if (first != null) {
                problems.error(
                        route.to().position(),
                        "there is a route to " + route.to() + " already, on line " + first.line(),
                        "keep one of them");
            }
            checkPort(route);
            route.via().ifPresent(via -> checkFamily(route, via));
            Port port = topology.ports().get(route.port().value());
            if (port != null && port.linkType() == LinkType.ETHERNET) {
                checkNeighbour(route);
            }
        }
    }

    /** Checks where the kernel's routes over other devices lead. */
    void checkKernelRoutes(Map<String, Port> ports) {
        file.kernelRoutes()
                .flatMap(KernelRoutes::elsewhere)
                .ifPresent(e -> checkElsewhere(e, ports));
    }

    private void checkElsewhere(At<String> elsewhere, Map<String, Port> ports) {
        if (!file.portNames().contains(elsewhere.value())) {
            problems.error(
                    elsewhere.position(),
                    "elsewhere: there is no port '" + elsewhere + "'",
                    Nearest.remedy(elsewhere.value(), file.portNames().stream().sorted().toList()));
        }
        Port port = ports.get(elsewhere.value());
        if (port != null && port.linkType() == LinkType.ETHERNET) {
            problems.error(
                    elsewhere.position(),
                    "elsewhere: port "
                            + elsewhere
                            + " is Ethernet, on which other devices' routers are not",
                    "name a port whose other end is the kernel, which forwards, such as a tun");
        }
    }

    private void checkPort(RouteEntry route) {
        if (!file.portNames().contains(route.port().value())) {
            problems.error(
                    route.port().position(),
                    "the route to "
                            + route.to()
                            + " leads to no port: there is no '"
                            + route.port()
                            + "'",
                    Nearest.remedy(
                            route.port().value(), file.portNames().stream().sorted().toList()));
        }
    }

    private void checkFamily(RouteEntry route, At<InetAddress> via) {
        if (via.value() instanceof Inet4Address != route.to().value().isIpv4()) {
            problems.error(
                    via.position(),
                    "the next hop %s is not of the family of %s".formatted(via, route.to()),
                    "name a next hop of the same family");
        }
    }

    private void checkNeighbour(RouteEntry route) {
        InetAddress hop =
                route.via()
                        .map(At::value)
                        .orElse(
                                route.to().value().length()
                                                == (route.to().value().isIpv4() ? 32 : 128)
                                        ? route.to().value().address()
                                        : null);
        PortEntry port =
                file.ports().stream()
                        .filter(p -> p.name().value().equals(route.port().value()))
                        .findFirst()
                        .orElseThrow();
        boolean known =
                port.neighbours().stream()
                        .anyMatch(n -> hop == null || n.address().value().equals(hop));
        boolean asks =
                port.addresses().stream()
                        .anyMatch(
                                a ->
                                        a.value() instanceof Inet4Address
                                                == route.to().value().isIpv4());
        if (!known && !asks && file.kernelRoutes().isEmpty()) {
            problems.warning(
                    route.to().position(),
                    "port %s has Ethernet, and the link-layer address of %s is not known"
                            .formatted(
                                    route.port(),
                                    hop == null ? "any neighbour" : AddressText.of(hop)),
                    "give the port an address of the family, from which to ask, or add the"
                            + " neighbour; packets are dropped as no-neighbour until then");
        }
    }
}
