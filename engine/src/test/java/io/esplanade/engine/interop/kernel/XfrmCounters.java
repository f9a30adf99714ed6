package io.esplanade.engine.interop.kernel;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the kernel counted.
 *
 * @param sas by SPI
 * @param stat what is not zero in {@code /proc/net/xfrm_stat}
 */
record XfrmCounters(Map<Integer, Sa> sas, Map<String, Long> stat) {

    /** The script that prints them. */
    static final String SCRIPT = "ip -s xfrm state; cat /proc/net/xfrm_stat";

    /**
     * @param replayWindow packets that were left of its window
     * @param replay packets that it had received before
     * @param failed packets whose ICV was wrong
     */
    record Sa(long bytes, long packets, long replayWindow, long replay, long failed) {}

    private static final Pattern SA =
            Pattern.compile(
                    "proto \\w+ spi 0x(\\p{XDigit}+).*?"
                            + "lifetime current:\\s+(\\d+)\\(bytes\\), (\\d+)\\(packets\\).*?"
                            + "stats:\\s+replay-window (\\d+) replay (\\d+) failed (\\d+)",
                    Pattern.DOTALL);

    private static final Pattern STAT =
            Pattern.compile("^(Xfrm\\w+)\\s+(\\d+)$", Pattern.MULTILINE);

    /** These, without what {@code before} has of {@link #stat} already. */
    XfrmCounters since(XfrmCounters before) {
        Map<String, Long> more = new HashMap<>();
        stat.forEach((name, count) -> more.put(name, count - before.stat.getOrDefault(name, 0L)));
        more.values().removeIf(count -> count == 0);
        return new XfrmCounters(sas, Map.copyOf(more));
    }

    static XfrmCounters parse(String printed) {
        Map<Integer, Sa> sas = new HashMap<>();
        Matcher sa = SA.matcher(printed);
        while (sa.find()) {
            sas.put(
                    Integer.parseUnsignedInt(sa.group(1), 16),
                    new Sa(
                            Long.parseLong(sa.group(2)),
                            Long.parseLong(sa.group(3)),
                            Long.parseLong(sa.group(4)),
                            Long.parseLong(sa.group(5)),
                            Long.parseLong(sa.group(6))));
        }
        Map<String, Long> stat = new HashMap<>();
        Matcher line = STAT.matcher(printed);
        while (line.find()) {
            stat.put(line.group(1), Long.parseLong(line.group(2)));
        }
        return new XfrmCounters(Map.copyOf(sas), Map.copyOf(stat));
    }
}
