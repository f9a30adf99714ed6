package io.esplanade.gateway.file;

import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.gateway.file.GatewayFile.Proposal;
import io.esplanade.gateway.file.GatewayFile.SaEntry;
import io.esplanade.gateway.file.GatewayFile.Shape;
import io.esplanade.gateway.file.GatewayFile.TunnelEntry;

import org.snakeyaml.engine.v2.nodes.Node;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Reads one entry of {@code tunnels}, its keys included. */
final class TunnelReader {

    /** Where the policies of tunnels stand unless told otherwise: behind those of the file. */
    static final int DEFAULT_PRIORITY = 1000;

    private static final List<String> SUITES = Suite.all().stream().map(Suite::keyword).toList();

    private final Path directory;
    private final KeyRing keys;
    private final Problems problems;

    TunnelReader(Path directory, KeyRing keys, Problems problems) {
        this.directory = directory;
        this.keys = keys;
        this.problems = problems;
    }

    Optional<TunnelEntry> read(At<String> name, Node node) {
        return Fields.of(node, "tunnel " + name, Vocabulary.TUNNEL, problems)
                .flatMap(fields -> read(name, fields));
    }

    private Optional<TunnelEntry> read(At<String> name, Fields tunnel) {
        var shape = new ShapeReader(problems).read(tunnel);
        tunnel.require("local", "remote");
        if (!shape.transport()) {
            tunnel.require("local-ts", "remote-ts");
        }
        var local = tunnel.value("local", Literals::address);
        var remote = tunnel.value("remote", Literals::address);
        var localTs = traffic(tunnel, "local-ts", shape, local);
        var remoteTs = traffic(tunnel, "remote-ts", shape, remote);
        var proposal = proposal(tunnel);
        proposal.ifPresent(this::checkIsGoodEnough);
        var provider = tunnel.word("provider", Providers.names());
        var window = tunnel.value("replay-window", TunnelReader::replayWindow);
        var priority = tunnel.integer("priority", 0, Integer.MAX_VALUE);
        var unsafe = tunnel.bool("unsafe-volatile-sequence");
        var mtuRules = MtuReader.read(tunnel);
        var lifetime = LifetimeReader.read(tunnel, problems);
        if (!tunnel.has("out") && !tunnel.has("in")) {
            problems.error(
                    tunnel.position(),
                    "tunnel " + name + " has neither 'out' nor 'in'",
                    "add both: each is { spi: …, key-file: … }");
        }
        var out = sa(name, tunnel, "out", proposal);
        var in = sa(name, tunnel, "in", proposal);
        if (local.isEmpty() || remote.isEmpty() || proposal.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new TunnelEntry(
                        name,
                        local.get(),
                        remote.get(),
                        localTs,
                        remoteTs,
                        proposal.get().value(),
                        provider,
                        window.orElse(
                                new At<>(
                                        SecurityAssociation.DEFAULT_REPLAY_WINDOW,
                                        tunnel.position())),
                        priority.map(At::value).orElse(DEFAULT_PRIORITY),
                        shape,
                        mtuRules,
                        lifetime,
                        out,
                        in,
                        unsafe.map(At::value).orElse(false)));
    }

    /** ESP's, or AH's. */
    private Optional<At<Proposal>> proposal(Fields tunnel) {
        if (!tunnel.has("ah-proposal")) {
            tunnel.require("esp-proposal");
            return tunnel.value("esp-proposal", Proposals::esp);
        }
        if (tunnel.has("esp-proposal")) {
            problems.error(
                    tunnel.position("esp-proposal"),
                    "a tunnel's packets have one header, ESP's or AH's",
                    "take out esp-proposal or ah-proposal");
        }
        return tunnel.value("ah-proposal", Proposals::ah);
    }

    private void checkIsGoodEnough(At<Proposal> proposal) {
        Suite suite = proposal.value().suite();
        if (suite.requirement().discouraged()) {
            problems.warning(
                    proposal.position(),
                    "RFC 8221 says %s of %s".formatted(suite.requirement(), suite.keyword()),
                    "use %s, unless the peer has nothing better"
                            .formatted(Suite.AES_GCM_16_128.keyword()));
        }
    }

    /** In transport mode it is that end's own, and need not be said. */
    private List<At<TrafficSpec>> traffic(
            Fields tunnel, String key, Shape shape, Optional<At<InetAddress>> end) {
        Function<String, List<TrafficSpec>> parse = TrafficSpec::parse;
        if (shape.transport() && end.isPresent()) {
            TrafficSpec own = TrafficSpec.parse(AddressText.of(end.get().value())).getFirst();
            if (!tunnel.has(key)) {
                return List.of(new At<>(own, end.get().position()));
            }
            parse = text -> ofItsOwn(TrafficSpec.parse(text), own, key);
        }
        long before = problems.errors();
        List<At<TrafficSpec>> traffic =
                tunnel.values(key, parse).stream()
                        .flatMap(
                                specs ->
                                        specs.value().stream()
                                                .map(spec -> new At<>(spec, specs.position())))
                        .toList();
        if (tunnel.has(key) && traffic.isEmpty() && problems.errors() == before) {
            problems.error(
                    tunnel.position(key), key + " is empty", "name at least one prefix or range");
        }
        return traffic;
    }

    private static List<TrafficSpec> ofItsOwn(
            List<TrafficSpec> traffic, TrafficSpec own, String key) {
        if (!traffic.stream().allMatch(t -> t.addresses().equals(own.addresses()))) {
            throw new Wrong(
                    "transport mode carries what goes between the two ends alone",
                    "write "
                            + AddressText.of(own.addresses().first())
                            + ", with [protocol/port] if need be, or leave out "
                            + key);
        }
        return traffic;
    }

    private Optional<SaEntry> sa(
            At<String> name, Fields tunnel, String which, Optional<At<Proposal>> proposal) {
        return tunnel.node(which)
                .flatMap(
                        node ->
                                Fields.of(
                                        node,
                                        "'" + which + "' of tunnel " + name,
                                        Vocabulary.SA,
                                        problems))
                .flatMap(sa -> sa(name + "." + which, sa, proposal.map(At::value)));
    }

    private Optional<SaEntry> sa(String whose, Fields sa, Optional<Proposal> proposal) {
        sa.require("spi");
        var spi = sa.value("spi", TunnelReader::spi);
        var initial =
                sa.value(
                        "initial-sequence",
                        text -> initialSequence(text, proposal.map(Proposal::esn).orElse(true)));
        var key = proposal.flatMap(p -> key(whose, sa, p.suite()));
        return spi.isEmpty() || key.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new SaEntry(
                                sa.position(),
                                spi.get(),
                                key.get(),
                                initial.map(At::value).orElse(1L)));
    }

    private Optional<KeyMaterial> key(String whose, Fields sa, Suite suite) {
        if (sa.has("key") == sa.has("key-file")) {
            problems.error(
                    sa.position(),
                    whose + (sa.has("key") ? " has two keys" : " has no key"),
                    "give it one: 'key-file: PATH' (mode 0600), or in a laboratory 'key: 0x…'");
            return Optional.empty();
        }
        String option = sa.has("key") ? "key" : "key-file";
        Optional<At<KeyMaterial>> key =
                sa.value(
                        option,
                        text ->
                                option.equals("key")
                                        ? KeyReader.readInline(text, suite)
                                        : KeyReader.readFile(
                                                Literals.file(directory, text), suite));
        key.ifPresent(k -> keys.add(k.value(), whose, k.position()));
        return key.map(At::value);
    }

    private static int spi(String text) {
        long spi = Literals.unsigned(text);
        if (spi >>> 32 != 0) {
            throw new Wrong(text + " is not an SPI: it has 32 bits", "use 0x100 to 0xffffffff");
        }
        if (spi < 256) {
            throw new Wrong(
                    "SPI " + text + " is reserved: 0 to 255 are (RFC 4303 §2.1)",
                    "use 0x100 to 0xffffffff");
        }
        return (int) spi;
    }

    private static long initialSequence(String text, boolean esn) {
        long first = Literals.unsigned(text);
        if (first == 0 || (!esn && first >>> 32 != 0)) {
            throw new Wrong(
                    text + " is not a first sequence number",
                    "use 1 to " + (esn ? "2^64-1" : "2^32-1, or ESN"));
        }
        return first;
    }

    private static int replayWindow(String text) {
        long window = Literals.unsigned(text);
        if (window < 0 || window > SecurityAssociation.MAX_REPLAY_WINDOW || window % 64 != 0) {
            throw new Wrong(
                    text + " is not a replay window",
                    "use a multiple of 64 up to %d, or 0 for none"
                            .formatted(SecurityAssociation.MAX_REPLAY_WINDOW));
        }
        return (int) window;
    }
}
