package io.esplanade.gateway.file;

import io.esplanade.engine.ipsec.Fragmentation;
import io.esplanade.engine.ipsec.MtuRules;

import java.util.Arrays;
import java.util.List;

/** Reads what a tunnel says of packets that are too long for it. */
final class MtuReader {

    private static final List<String> FRAGMENTATION =
            Arrays.stream(Fragmentation.values()).map(Literals::keyword).toList();

    private MtuReader() {}

    static MtuRules read(Fields tunnel) {
        MtuRules rules = MtuRules.DEFAULT;
        var fragmentation = tunnel.word("fragmentation", FRAGMENTATION);
        var mss = tunnel.value("mss", MtuReader::mss);
        if (fragmentation.isPresent()) {
            int index = FRAGMENTATION.indexOf(fragmentation.get().value());
            rules = rules.withFragmentation(Fragmentation.values()[index]);
        }
        return mss.map(At::value).map(rules::withMss).orElse(rules);
    }

    private static int mss(String text) {
        return switch (text) {
            case "as-is" -> MtuRules.MSS_AS_IS;
            case "path-mtu" -> MtuRules.MSS_BY_PATH;
            default -> bytes(text);
        };
    }

    private static int bytes(String text) {
        try {
            long mss = Literals.unsigned(text);
            if (mss >= MtuRules.LEAST_MSS && mss <= 0xffff) {
                return (int) mss;
            }
        } catch (Wrong _) {
            // said below
        }
        throw new Wrong(
                "'" + text + "' is not a segment size",
                "use path-mtu, as-is, or %d to 65535".formatted(MtuRules.LEAST_MSS));
    }
}
