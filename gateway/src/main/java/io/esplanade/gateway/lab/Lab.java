package io.esplanade.gateway.lab;

import io.esplanade.gateway.UserException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The laboratory: four network namespaces and what is in them. It is there until {@link #down},
 * also when the process that made it has ended, however it did.
 *
 * <pre>
 * host-a 10.1.0.2 -- gateway-a 192.0.2.1 == ESP == 192.0.2.2 gateway-b -- 10.2.0.2 host-b
 *        fd01::2                                                          fd02::2
 * </pre>
 */
final class Lab {

    /** A gateway, or the host behind it. */
    enum Side {
        A(1),
        B(2);

        private final int number;

        Side(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }

        Side other() {
            return this == A ? B : A;
        }

        String letter() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }

        String hostAddress(boolean ipv6) {
            return ipv6 ? "fd0" + number + "::2" : "10." + number + ".0.2";
        }
    }

    /** What ports each gateway has. */
    record Ports(PortPair a, PortPair b) {

        PortPair of(Side side) {
            return side == Side.A ? a : b;
        }

        /** Whether ESP goes in UDP, as one of them must have it. */
        boolean encapsulated() {
            return a.encapsulated() || b.encapsulated();
        }

        @Override
        public String toString() {
            return a == b ? a.toString() : a + " and " + b;
        }
    }

    private static final Duration STARTS_WITHIN = Duration.ofSeconds(60);
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(10);
    private static final Duration LOOK = Duration.ofMillis(50);

    private final String name;
    private final Path directory;

    /**
     * @param name what the names of its namespaces begin with
     */
    Lab(String name) {
        this.name = name;
        this.directory = Path.of("/run", name + "-lab");
    }

    /** Where files, keys and logs are while it is up. */
    Path directory() {
        return directory;
    }

    /** The namespace of a gateway. */
    String gatewayOf(Side side) {
        return name + "-gateway-" + side.letter();
    }

    /** The namespace of the host behind it. */
    String hostOf(Side side) {
        return name + "-host-" + side.letter();
    }

    /** Builds it anew, and waits until both gateways run. */
    void up(Ports ports, List<String> settings)
            throws IOException, InterruptedException, UserException {
        down();
        Files.createDirectories(directory);
        boolean sound = false;
        try {
            Commands.ip(topology());
            configure(ports);
            LabGateway.Keys keys = LabGateway.Keys.random();
            List<LabGateway> gateways = new ArrayList<>();
            for (Side side : Side.values()) {
                gateways.add(LabGateway.start(this, side, ports, keys, settings));
            }
            for (LabGateway gateway : gateways) {
                awaitStart(gateway);
            }
            sound = true;
        } finally {
            if (!sound) {
                down();
            }
        }
    }

    private List<String> topology() {
        List<String> lines = new ArrayList<>();
        for (Side side : Side.values()) {
            lines.add("netns add " + gatewayOf(side));
            lines.add("netns add " + hostOf(side));
        }
        lines.add(
                "link add wan netns %s type veth peer name wan netns %s"
                        .formatted(gatewayOf(Side.A), gatewayOf(Side.B)));
        for (Side side : Side.values()) {
            lines.add(
                    "link add eth0 netns %s type veth peer name lan netns %s"
                            .formatted(hostOf(side), gatewayOf(side)));
        }
        return lines;
    }

    private void configure(Ports ports) throws IOException, InterruptedException, UserException {
        for (Side side : Side.values()) {
            PortPair pair = ports.of(side);
            int n = side.number();
            batch(
                    hostOf(side),
                    List.of(
                            "link set lo up",
                            "link set eth0 up",
                            "addr add 10.%d.0.2/24 dev eth0".formatted(n),
                            "addr add fd0%d::2/64 dev eth0 nodad".formatted(n),
                            "route add default via 10.%d.0.1".formatted(n),
                            "route add default via fd0%d::1".formatted(n)));
            batch(gatewayOf(side), List.of("link set lo up", "link set lan up", "link set wan up"));
            if (pair.kernelForwards()) {
                batch(
                        gatewayOf(side),
                        List.of(
                                "addr add 10.%d.0.1/24 dev lan".formatted(n),
                                "addr add fd0%d::1/64 dev lan nodad".formatted(n),
                                "addr add 192.0.2.%d/24 dev wan".formatted(n)));
                Commands.run(
                        Commands.in(
                                gatewayOf(side),
                                List.of(
                                        "sh",
                                        "-c",
                                        "echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1"
                                                + " >/proc/sys/net/ipv6/conf/all/forwarding")));
            }
        }
    }

    private static void batch(String namespace, List<String> lines)
            throws IOException, InterruptedException, UserException {
        var result =
                Commands.run(
                        List.of("ip", "-n", namespace, "-batch", "-"),
                        String.join("\n", lines) + "\n");
        if (!result.good()) {
            throw new UserException("ip in " + namespace + ": " + result.text().strip());
        }
    }

    private static void awaitStart(LabGateway gateway)
            throws IOException, InterruptedException, UserException {
        long deadline = System.nanoTime() + STARTS_WITHIN.toNanos();
        while (!gateway.runs()) {
            if (!gateway.process().isAlive() || System.nanoTime() - deadline > 0) {
                throw new UserException(
                        "the gateway of the laboratory does not start:\n" + gateway.said());
            }
            Thread.sleep(LOOK);
        }
    }

    /** The gateway's process, if the laboratory is up. */
    Optional<ProcessHandle> gateway(Side side) throws IOException, InterruptedException {
        return processes(gatewayOf(side)).stream()
                .filter(p -> p.info().command().map(c -> c.endsWith("java")).orElse(false))
                .findFirst();
    }

    /** What a gateway has printed. */
    String said(Side side) throws IOException {
        return LabGateway.said(directory, side);
    }

    private static List<ProcessHandle> processes(String namespace)
            throws IOException, InterruptedException {
        var result = Commands.run(List.of("ip", "netns", "pids", namespace));
        return result.good()
                ? result.text()
                        .lines()
                        .filter(line -> line.matches("\\d+"))
                        .map(line -> ProcessHandle.of(Long.parseLong(line)))
                        .flatMap(Optional::stream)
                        .toList()
                : List.of();
    }

    /** Whether any of it is there. */
    boolean isUp() throws IOException, InterruptedException {
        return !namespaces().isEmpty();
    }

    private List<String> namespaces() throws IOException, InterruptedException {
        List<String> ours =
                Stream.of(Side.values()).flatMap(s -> Stream.of(gatewayOf(s), hostOf(s))).toList();
        return Commands.run(List.of("ip", "netns", "list"))
                .text()
                .lines()
                .map(line -> line.replaceFirst(" .*", ""))
                .filter(ours::contains)
                .toList();
    }

    /** Has the gateways drain and end, and waits until they have. */
    void stopGateways() throws IOException, InterruptedException {
        end(List.of(gatewayOf(Side.A), gatewayOf(Side.B)));
    }

    /** Takes all of it away, whoever made it; if there is nothing, does nothing. */
    void down() throws IOException, InterruptedException {
        List<String> namespaces = namespaces();
        end(namespaces);
        for (String namespace : namespaces) {
            Commands.run(List.of("ip", "netns", "delete", namespace));
        }
        if (Files.isDirectory(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static void end(List<String> namespaces) throws IOException, InterruptedException {
        List<ProcessHandle> processes = new ArrayList<>();
        for (String namespace : namespaces) {
            processes.addAll(processes(namespace));
        }
        processes.forEach(ProcessHandle::destroy);
        long deadline = System.nanoTime() + ENDS_WITHIN.toNanos();
        while (processes.stream().anyMatch(ProcessHandle::isAlive)) {
            if (System.nanoTime() - deadline > 0) {
                processes.forEach(ProcessHandle::destroyForcibly);
            }
            Thread.sleep(LOOK);
        }
    }
}
