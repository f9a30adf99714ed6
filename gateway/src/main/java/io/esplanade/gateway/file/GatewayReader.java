package io.esplanade.gateway.file;

import io.esplanade.engine.fib.KernelRouting;
import io.esplanade.engine.runtime.config.RuntimeConfig;
import io.esplanade.gateway.file.GatewayFile.Ip;
import io.esplanade.gateway.file.GatewayFile.KernelRoutes;
import io.esplanade.gateway.file.GatewayFile.Lanes;
import io.esplanade.gateway.file.GatewayFile.Mbufs;
import io.esplanade.gateway.file.GatewayFile.RouteEntry;

import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/** Reads the tree of a gateway file into its records. What is wrong goes into the problems. */
final class GatewayReader {

    private static final int DEFAULT_MBUFS = 8192;
    private static final int DEFAULT_MBUFS_PER_THREAD = 4096;
    private static final int DEFAULT_LARGE_MBUFS = 16;
    private static final int DEFAULT_BURST = 32;

    private static final int DEFAULT_FLOW_CACHE = 8192;
    private static final int DEFAULT_AUDIT_EVENTS = 10;

    private final Path directory;
    private final KeyRing keys;
    private final Problems problems;

    /**
     * @param path the gateway file, from whose directory relative file names begin
     * @param keys takes every key that is read
     */
    GatewayReader(Path path, KeyRing keys, Problems problems) {
        this.directory = path.resolveSibling("");
        this.keys = keys;
        this.problems = problems;
    }

    /** The file's records, or nothing if it is no mapping. */
    Optional<GatewayFile> read(Node root) {
        return Fields.of(root, "the gateway file", Vocabulary.GATEWAY, problems).map(this::read);
    }

    private GatewayFile read(Fields file) {
        file.require("ports");
        Optional<Fields> ports = child(file, "ports");
        ports.filter(p -> p.names().isEmpty())
                .ifPresent(
                        p ->
                                problems.error(
                                        file.position("ports"),
                                        "there is no port",
                                        "add one: 'lan: { type: pcap, side: protected, … }'"));
        Optional<Fields> tunnels = child(file, "tunnels");
        At<RuntimeConfig> runtime =
                new At<>(
                        new RuntimeReader(problems).read(child(file, "runtime")),
                        file.position("runtime"));
        Mbufs mbufs = mbufs(file, runtime.value());
        Lanes lanes = lanes(file);
        Ip ip = ip(file);
        checkMbufs(file, mbufs, lanes.burst(), runtime.value());
        if (mbufs.count() >= runtime.value().leastMbufs(lanes.burst())) {
            warnOfReassembly(file, mbufs, ip, runtime.value());
        }
        return new GatewayFile(
                file.value("name", Literals::name).map(At::value).orElse("gateway"),
                mbufs,
                new CryptoReader(problems).read(child(file, "crypto")),
                lanes,
                runtime,
                file.value("nonce-store", text -> Literals.file(directory, text)),
                file.integer("audit-events", 0, 100).map(At::value).orElse(DEFAULT_AUDIT_EVENTS),
                ip,
                named(ports, new PortReader(directory, problems)::read),
                names(ports),
                items(file, "routes", "route", Vocabulary.ROUTE, this::route),
                child(file, "kernel-routes").map(this::kernelRoutes),
                named(tunnels, new TunnelReader(directory, keys, problems)::read),
                names(tunnels),
                items(
                        file,
                        "policies",
                        "policy",
                        Vocabulary.POLICY,
                        new PolicyReader(problems)::read));
    }

    private void checkMbufs(Fields file, Mbufs mbufs, int burst, RuntimeConfig runtime) {
        int least = runtime.leastMbufs(burst);
        if (mbufs.count() < least) {
            int threads = runtime.threads();
            problems.error(
                    file.position("mbufs"),
                    "%d mbufs are too few for bursts of %d".formatted(mbufs.count(), burst)
                            + (threads == 1 ? "" : " on %d threads".formatted(threads)),
                    "set count to %d or more".formatted(least));
        }
        int leastLarge = runtime.leastLargeMbufs();
        if (mbufs.large() > 0 && mbufs.large() < leastLarge) {
            problems.error(
                    file.position("mbufs"),
                    "%d large mbufs leave some of the %d lanes without"
                            .formatted(mbufs.large(), leastLarge),
                    "set large to %d or more, or to 0".formatted(leastLarge));
        }
    }

    /** Whoever sends fragments without end should not have most mbufs wait for the rest. */
    private void warnOfReassembly(Fields file, Mbufs mbufs, Ip ip, RuntimeConfig runtime) {
        int lanes =
                runtime instanceof RuntimeConfig.PerCore perCore
                        ? perCore.lanes()
                        : runtime.threads();
        int most = mbufs.count() / 2 / lanes;
        if (ip.reassemblyMbufs() > most) {
            problems.warning(
                    file.position(file.has("ip") ? "ip" : "mbufs"),
                    "fragments that wait for others may hold %d of %d mbufs"
                            .formatted(
                                    Math.min(lanes * ip.reassemblyMbufs(), mbufs.count()),
                                    mbufs.count()),
                    "set reassembly-mbufs to %d or less, or count to %d or more"
                            .formatted(most, 2 * lanes * ip.reassemblyMbufs()));
        }
    }

    private Mbufs mbufs(Fields file, RuntimeConfig runtime) {
        Optional<Fields> mbufs = child(file, "mbufs");
        mbufs.ifPresent(m -> m.refuseOthers(Vocabulary.MBUFS));
        return new Mbufs(
                number(
                        mbufs,
                        "count",
                        64,
                        1 << 24,
                        Math.max(DEFAULT_MBUFS, DEFAULT_MBUFS_PER_THREAD * runtime.threads())),
                number(
                        mbufs,
                        "large",
                        0,
                        1 << 16,
                        Math.max(DEFAULT_LARGE_MBUFS, runtime.leastLargeMbufs())),
                mbufs.flatMap(m -> m.bool("invariants")).map(At::value).orElse(false));
    }

    private Lanes lanes(Fields file) {
        Optional<Fields> lanes = child(file, "lanes");
        lanes.ifPresent(l -> l.refuseOthers(Vocabulary.LANES));
        return new Lanes(
                number(lanes, "burst", 1, 256, DEFAULT_BURST),
                number(lanes, "flow-cache", 64, 1 << 24, DEFAULT_FLOW_CACHE));
    }

    private Ip ip(Fields file) {
        Optional<Fields> ip = child(file, "ip");
        ip.ifPresent(i -> i.refuseOthers(Vocabulary.IP));
        return new Ip(
                number(ip, "icmp-errors", 0, 1_000_000, 1000),
                ip.flatMap(i -> i.bool("learn-path-mtu")).map(At::value).orElse(true),
                number(ip, "path-mtu-age", 300, 86_400, 600),
                number(ip, "reassembly-mbufs", 0, 1 << 16, 128),
                number(ip, "reassembly-time", 1, 60, 5));
    }

    private Optional<RouteEntry> route(Fields route, String what) {
        route.require("to", "port");
        var to = route.value("to", Literals::prefix);
        var port = route.text("port");
        var via = route.value("via", Literals::address);
        return to.isEmpty() || port.isEmpty() || (route.has("via") && via.isEmpty())
                ? Optional.empty()
                : Optional.of(new RouteEntry(to.get(), port.get(), via));
    }

    private KernelRoutes kernelRoutes(Fields kernel) {
        kernel.refuseOthers(Vocabulary.KERNEL_ROUTES);
        KernelRouting routing = KernelRouting.DEFAULT;
        var table = kernel.value("table", GatewayReader::table);
        var vrf = kernel.text("vrf");
        var elsewhere = kernel.text("elsewhere");
        if (table.isPresent()) {
            routing = routing.ofTable(table.get().value());
        }
        if (vrf.isPresent()) {
            routing = routing.ofVrf(vrf.get().value());
            table.ifPresent(
                    t ->
                            problems.error(
                                    t.position(),
                                    "a VRF has a table of its own",
                                    "name the one or the other"));
        }
        if (elsewhere.isPresent()) {
            routing = routing.elsewhereTo(elsewhere.get().value());
        }
        return new KernelRoutes(routing, elsewhere);
    }

    private static int table(String text) {
        if (text.equals("main")) {
            return KernelRouting.MAIN;
        }
        long table;
        try {
            table = Literals.unsigned(text);
        } catch (Wrong _) {
            table = 0; // said below
        }
        if (table < 1 || table > 0xffff_ffffL) {
            throw new Wrong(
                    "'" + text + "' is not a routing table",
                    "use main, or the table's number as in 'ip route show table all'");
        }
        return (int) table;
    }

    private Optional<Fields> child(Fields file, String key) {
        return file.node(key).flatMap(node -> Fields.of(node, key, problems));
    }

    private static int number(Optional<Fields> of, String key, int least, int most, int otherwise) {
        return of.flatMap(f -> f.integer(key, least, most)).map(At::value).orElse(otherwise);
    }

    private static Set<String> names(Optional<Fields> mapping) {
        return mapping.map(m -> Set.copyOf(m.names())).orElse(Set.of());
    }

    /** The sound entries of a mapping whose keys are names. */
    private <T> List<T> named(
            Optional<Fields> mapping, BiFunction<At<String>, Node, Optional<T>> read) {
        List<T> result = new ArrayList<>();
        for (String name : mapping.map(Fields::names).orElse(List.of())) {
            Position at = mapping.orElseThrow().position(name);
            try {
                Literals.name(name);
            } catch (Wrong e) {
                problems.error(at, e.getMessage(), e.remedy());
            }
            addIfSound(
                    result,
                    () ->
                            read.apply(
                                    new At<>(name, at),
                                    mapping.orElseThrow().node(name).orElseThrow()));
        }
        return List.copyOf(result);
    }

    /** The sound entries of a list of mappings. */
    private <T> List<T> items(
            Fields file,
            String key,
            String one,
            Collection<String> known,
            BiFunction<Fields, String, Optional<T>> read) {
        List<T> result = new ArrayList<>();
        Node node = file.node(key).orElse(null);
        if (node instanceof SequenceNode sequence) {
            for (Node item : sequence.getValue()) {
                addIfSound(
                        result,
                        () ->
                                Fields.of(item, "a " + one, known, problems)
                                        .flatMap(fields -> read.apply(fields, "a " + one)));
            }
        } else if (node != null) {
            problems.error(
                    Position.of(node),
                    key + " is not a list",
                    "write each " + one + " as '- { … }' on a line of its own");
        }
        return List.copyOf(result);
    }

    private <T> void addIfSound(List<T> to, java.util.function.Supplier<Optional<T>> read) {
        long before = problems.errors();
        Optional<T> entry = read.get();
        if (problems.errors() == before) {
            entry.ifPresent(to::add);
        }
    }
}
