package io.esplanade.gateway.file;

import io.esplanade.engine.ipsec.DscpMap;
import io.esplanade.engine.ipsec.HeaderRules;
import io.esplanade.engine.ipsec.HeaderRules.DontFragment;
import io.esplanade.engine.ipsec.HeaderRules.EcnMode;
import io.esplanade.engine.ipsec.HeaderRules.FlowLabel;

import org.snakeyaml.engine.v2.nodes.MappingNode;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads what a tunnel says of its outer headers. */
final class HeaderReader {

    private static final String COPY = "copy";

    private final Problems problems;

    HeaderReader(Problems problems) {
        this.problems = problems;
    }

    HeaderRules read(Fields tunnel) {
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
            return Fields.of(node, "dscp", problems).map(HeaderReader::map);
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
