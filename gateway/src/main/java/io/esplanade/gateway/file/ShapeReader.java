package io.esplanade.gateway.file;

import io.esplanade.engine.ipsec.DscpMap;
import io.esplanade.engine.ipsec.HeaderRules;
import io.esplanade.engine.ipsec.HeaderRules.DontFragment;
import io.esplanade.engine.ipsec.HeaderRules.EcnMode;
import io.esplanade.engine.ipsec.HeaderRules.FlowLabel;
import io.esplanade.engine.ipsec.SaMode;
import io.esplanade.engine.ipsec.Tfc;
import io.esplanade.engine.ipsec.UdpEncapsulation;
import io.esplanade.gateway.file.GatewayFile.Shape;

import org.snakeyaml.engine.v2.nodes.MappingNode;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads what a tunnel says of what its packets look like: mode, UDP, padding, outer headers. */
final class ShapeReader {

    private static final String COPY = "copy";

    private final Problems problems;

    ShapeReader(Problems problems) {
        this.problems = problems;
    }

    Shape read(Fields tunnel) {
        SaMode mode = word(tunnel, "mode", SaMode.values()).orElse(SaMode.TUNNEL);
        if (mode == SaMode.TRANSPORT) {
            refuse(
                    tunnel,
                    "is for tunnel mode: there is no outer header in transport mode",
                    "take it out, or the mode",
                    "df",
                    "dscp",
                    "ecn",
                    "flow-label",
                    "ttl");
        }
        if (tunnel.has("ah-proposal")) {
            refuse(
                    tunnel,
                    "is for ESP: AH covers addresses, which a NAT changes, and hides nothing",
                    "take it out, or write esp-proposal in place of ah-proposal",
                    "encap",
                    "tfc");
        }
        return new Shape(mode, udp(tunnel), tfc(tunnel, mode), headers(tunnel));
    }

    private void refuse(Fields tunnel, String why, String remedy, String... keys) {
        for (String key : keys) {
            if (tunnel.has(key)) {
                problems.error(tunnel.position(key), key + " " + why, remedy);
            }
        }
    }

    private Optional<UdpEncapsulation> udp(Fields tunnel) {
        return tunnel.node("encap")
                .flatMap(node -> Fields.of(node, "encap", Vocabulary.ENCAP, problems))
                .map(ShapeReader::ends);
    }

    private static UdpEncapsulation ends(Fields encap) {
        UdpEncapsulation udp = UdpEncapsulation.DEFAULT;
        return new UdpEncapsulation(
                encap.integer("local-port", 1, 0xffff).map(At::value).orElse(udp.localPort()),
                encap.integer("remote-port", 1, 0xffff).map(At::value).orElse(udp.remotePort()),
                encap.bool("checksum").map(At::value).orElse(udp.checksum()),
                encap.bool("follow").map(At::value).orElse(udp.follow()),
                encap.integer("keepalive", 0, 86_400).map(At::value).orElse(udp.keepalive()));
    }

    private Tfc tfc(Fields tunnel, SaMode mode) {
        Optional<Fields> tfc =
                tunnel.node("tfc")
                        .flatMap(node -> Fields.of(node, "tfc", Vocabulary.TFC, problems));
        if (tfc.isEmpty()) {
            return Tfc.NONE;
        }
        Fields fields = tfc.get();
        int pad = fields.value("pad", ShapeReader::pad).map(At::value).orElse(0);
        int dummies = fields.integer("dummies", 0, Tfc.MAX_DUMMIES).map(At::value).orElse(0);
        boolean aggregate = fields.bool("aggregate").map(At::value).orElse(false);
        int rate = fields.integer("rate", 0, Tfc.MAX_RATE).map(At::value).orElse(0);
        if (mode == SaMode.TRANSPORT && (pad != 0 || aggregate)) {
            problems.error(
                    fields.position(pad != 0 ? "pad" : "aggregate"),
                    (pad != 0 ? "pad" : "aggregate")
                            + " is for tunnel mode: in transport mode it would not come off again",
                    "take it out, or the mode");
            return Tfc.NONE;
        }
        if (rate > 0 && !aggregate) {
            problems.error(
                    fields.position("rate"),
                    "a constant rate is of packets put together, and this tunnel's go each for"
                            + " itself",
                    "write 'aggregate: true' too, here and at the peer, or take out rate");
            return Tfc.NONE;
        }
        if (rate > 0 && dummies > 0) {
            problems.error(
                    fields.position("dummies"),
                    "at a constant rate nothing is sent beside it, and padding fills what is not"
                            + " used",
                    "take out dummies, or rate");
            return Tfc.NONE;
        }
        if (!aggregate) {
            return new Tfc(pad, dummies);
        }
        if (pad > 0 && pad < Tfc.LEAST_AGGREGATE) {
            problems.error(
                    fields.position("pad"),
                    "packets are not put together in as few as " + pad + " bytes",
                    "write 'pad: path-mtu', or %d or more".formatted(Tfc.LEAST_AGGREGATE));
            return Tfc.NONE;
        }
        return new Tfc(pad == 0 ? Tfc.TO_PATH_MTU : pad, dummies, true, rate);
    }

    private static int pad(String text) {
        if (text.equals("path-mtu")) {
            return Tfc.TO_PATH_MTU;
        }
        try {
            long bytes = Literals.unsigned(text);
            if (bytes >= 0 && bytes <= 0xffff) {
                return (int) bytes;
            }
        } catch (Wrong _) {
            // said below
        }
        throw new Wrong(
                "'" + text + "' is not a size to pad to",
                "use path-mtu, or a number from 0 to 65535");
    }

    private HeaderRules headers(Fields tunnel) {
        HeaderRules rules = HeaderRules.DEFAULT;
        var df = word(tunnel, "df", DontFragment.values());
        var ecn = word(tunnel, "ecn", EcnMode.values());
        var label = word(tunnel, "flow-label", FlowLabel.values());
        var ttl = tunnel.integer("ttl", 1, 255);
        var dscp = dscp(tunnel);
        rules = df.map(rules::withDf).orElse(rules);
        rules = ecn.map(rules::withEcn).orElse(rules);
        rules = label.map(rules::withFlowLabel).orElse(rules);
        rules = ttl.map(At::value).map(rules::withTtl).orElse(rules);
        return dscp.map(rules::withDscp).orElse(rules);
    }

    private static <E extends Enum<E>> Optional<E> word(Fields tunnel, String key, E[] values) {
        List<String> words = Arrays.stream(values).map(Literals::keyword).toList();
        return tunnel.word(key, words).map(word -> values[words.indexOf(word.value())]);
    }

    /** {@code copy}, one DSCP for all, or a mapping from inner ones to outer ones. */
    private Optional<DscpMap> dscp(Fields tunnel) {
        if (tunnel.node("dscp").orElse(null) instanceof MappingNode node) {
            return Fields.of(node, "dscp", problems).map(ShapeReader::map);
        }
        return tunnel.value("dscp", t -> t.equals(COPY) ? DscpMap.COPY : DscpMap.of(number(t)))
                .map(At::value);
    }

    private static DscpMap map(Fields entries) {
        Map<Integer, Integer> outerByInner = new HashMap<>();
        for (String inner : entries.names()) {
            entries.value(inner, outer -> Map.entry(number(inner), number(outer)))
                    .ifPresent(e -> outerByInner.put(e.value().getKey(), e.value().getValue()));
        }
        return DscpMap.of(outerByInner);
    }

    private static int number(String text) {
        long dscp = Literals.unsigned(text);
        if (dscp < 0 || dscp > DscpMap.MAX) {
            throw new Wrong(text + " is not a DSCP", "use copy, or 0 to " + DscpMap.MAX);
        }
        return (int) dscp;
    }
}
