package io.esplanade.gateway.file;

import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.fib.KernelRouting;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.runtime.config.RuntimeConfig;

import java.io.IOException;
import java.net.Inet4Address;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A gateway file that passed its checks, with its keys read and its ports made, none of them open.
 *
 * <p>Closing it wipes keys and closes ports: after the engine made of it, if one was. One thread.
 */
public final class Gateway implements AutoCloseable {

    /** How many lines of policies a summary has at most. */
    private static final int SHOWN_POLICIES = 100;

    private final GatewayFile file;
    private final Map<String, Port> ports;
    private final KeyRing keys;
    private final List<Problem> warnings;

    private Gateway(
            GatewayFile file, Map<String, Port> ports, KeyRing keys, List<Problem> warnings) {
        this.file = file;
        this.ports = new LinkedHashMap<>(ports);
        this.keys = keys;
        this.warnings = warnings;
    }

    /**
     * Reads a file, checks it and reads the keys it names.
     *
     * @throws RefusedException with everything that is wrong
     */
    public static Gateway load(Path path) throws RefusedException {
        Problems problems = new Problems();
        KeyRing keys = new KeyRing();
        Map<String, Port> ports = new LinkedHashMap<>();
        boolean sound = false;
        try {
            Optional<GatewayFile> file =
                    YamlText.read(path, problems)
                            .flatMap(text -> Yaml.parse(text, problems))
                            .flatMap(root -> new GatewayReader(path, keys, problems).read(root));
            file.ifPresent(f -> check(f, ports, keys, problems));
            sound = problems.errors() == 0;
            if (!sound) {
                throw new RefusedException(path.toString(), problems.all());
            }
            return new Gateway(file.orElseThrow(), ports, keys, problems.all());
        } finally {
            if (!sound) {
                keys.close();
            }
        }
    }

    private static void check(
            GatewayFile file, Map<String, Port> ports, KeyRing keys, Problems problems) {
        PortChecks portChecks = new PortChecks(file, problems);
        ports.putAll(portChecks.check());
        portChecks.checkReadsAreNotWritten();
        portChecks.checkThreads(ports);
        Topology topology = new Topology(file.routes(), ports);
        portChecks.checkRoutes(topology);
        portChecks.checkKernelRoutes(ports);
        new TunnelChecks(file, topology, problems).check();
        new SocketPortChecks(file, topology, problems).check();
        new CryptoChecks(file, problems).check();
        new PolicyChecks(file, problems).check();
        keys.refuseRepeated(problems);
    }

    /** What is doubtful in the file and yet not refused. */
    public List<Problem> warnings() {
        return warnings;
    }

    /** The engine's name. */
    public String name() {
        return file.name();
    }

    /** What moves the packets. */
    public RuntimeConfig runtime() {
        return file.runtime().value();
    }

    /**
     * A crypto provider with the options that the file gives it, loaded.
     *
     * @throws CryptoException if it cannot serve here: the message has the remedy
     */
    public CryptoProvider findProvider(String name) throws CryptoException {
        return file.crypto().find(name);
    }

    /** The crypto provider of tunnels that name none. */
    public String provider() {
        return file.crypto().provider();
    }

    /** The suite of its first tunnel by ESP, if it has one. */
    public Optional<Suite> suite() {
        return file.tunnels().stream()
                .filter(tunnel -> !tunnel.proposal().ah())
                .map(tunnel -> tunnel.proposal().suite())
                .findFirst();
    }

    /** The names of ports whose type is not {@code type}. */
    public List<String> portsOtherThan(String type) {
        return file.ports().stream()
                .filter(p -> !p.type().factory().type().equals(type))
                .map(p -> p.name().value())
                .toList();
    }

    /** The capabilities that its ports need of Linux, as setpriv(1) names them; in order. */
    public Set<String> capabilities() {
        return file.ports().stream()
                .flatMap(p -> p.type().capabilities().stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** What the file makes, a line each, for people. */
    public List<String> summary() {
        List<String> lines = new ArrayList<>();
        for (Port port : ports.values()) {
            lines.add(
                    "port %s: %s, MTU %d%s"
                            .formatted(
                                    port.name(),
                                    port.side().name().toLowerCase(java.util.Locale.ROOT),
                                    port.mtu(),
                                    port.mode().isEmpty() ? "" : ", " + port.mode()));
        }
        file.routes().forEach(r -> lines.add(route(r)));
        file.kernelRoutes().ifPresent(k -> lines.add(kernel(k.routing())));
        Topology topology = new Topology(file.routes(), ports);
        for (GatewayFile.TunnelEntry tunnel : file.tunnels()) {
            lines.add(
                    "tunnel %s: %s to %s, %s%s%s%s"
                            .formatted(
                                    tunnel.name(),
                                    tunnel.local(),
                                    tunnel.remote(),
                                    tunnel.proposal().keyword(),
                                    tunnel.proposal().esn() ? " with ESN" : "",
                                    topology.port(tunnel.remote().value())
                                            .map(p -> innerMtu(tunnel, p))
                                            .orElse(""),
                                    tunnel.provider().map(p -> ", by " + p).orElse("")));
        }
        List<String> policies = Policies.lines(file).toList();
        lines.addAll(policies.subList(0, Math.min(policies.size(), SHOWN_POLICIES)));
        if (policies.size() > SHOWN_POLICIES) {
            lines.add("… and %d more".formatted(policies.size() - SHOWN_POLICIES));
        }
        lines.add(RuntimeText.of(file.runtime().value()));
        return List.copyOf(lines);
    }

    private static String route(GatewayFile.RouteEntry route) {
        return "route %s%s dev %s"
                .formatted(route.to(), route.via().map(v -> " via " + v).orElse(""), route.port());
    }

    private static String kernel(KernelRouting routing) {
        return "routes of the kernel: %s%s"
                .formatted(
                        routing.vrf() != null
                                ? "VRF " + routing.vrf()
                                : routing.table() == KernelRouting.MAIN
                                        ? "table main"
                                        : "table " + Integer.toUnsignedString(routing.table()),
                        routing.elsewhere() == null
                                ? ""
                                : "; over other devices dev " + routing.elsewhere());
    }

    private static String innerMtu(GatewayFile.TunnelEntry tunnel, Port port) {
        return ", inner packets up to %d bytes over IPv%d"
                .formatted(
                        TunnelChecks.innerMtu(tunnel, port),
                        tunnel.remote().value() instanceof Inet4Address ? 4 : 6);
    }

    /**
     * Begins to make the engine; ports and keys are its own from then on.
     *
     * @throws IOException if the nonce store cannot be opened
     */
    public Assembly assemble() throws IOException {
        return assemble(null);
    }

    /**
     * The same with another crypto provider than the file's.
     *
     * @param provider serves all tunnels, whatever they name; or null
     */
    public Assembly assemble(String provider) throws IOException {
        return new Assembly(file, ports, provider);
    }

    GatewayFile file() {
        return file;
    }

    @Override
    public void close() throws IOException {
        closeBut(Set.of());
    }

    /** Closes all but some keys, which are an engine's by now. */
    void closeBut(Set<KeyMaterial> taken) throws IOException {
        try {
            for (Port port : ports.values()) {
                port.close();
            }
        } finally {
            keys.closeBut(taken);
        }
    }
}
