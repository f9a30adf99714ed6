package io.esplanade.bench.report;

import io.esplanade.bench.race.Contender;
import io.esplanade.bench.race.Outcome;
import io.esplanade.bench.race.Plan;
import io.esplanade.bench.race.Results;
import io.esplanade.bench.race.Setting;

import java.util.Comparator;
import java.util.List;

/** What the report's parts ask about the designs. */
final class Designs {

    private Designs() {}

    /** The name of the contender's colour. */
    static String css(Contender contender) {
        return switch (contender) {
            case GIANT_LOCK, GIANT_LOCK_PER_PACKET -> "giant";
            case FINE_GRAINED, FINE_GRAINED_PER_RUN -> "fine";
            case PER_CORE -> "core";
            case RINGLESS, RINGLESS_LOCK, RINGLESS_REFERENCES, RINGLESS_NUMBERS, RINGLESS_POOL ->
                    "c2";
            case CIPHER_ALONE -> "ceiling";
            case ONE_LANE_GROUPED, ONE_LANE_DEDICATED, ONE_LANE_AUTO, HAND_OVER -> "other";
        };
    }

    static Mark mark(Contender contender) {
        return switch (css(contender)) {
            case "giant" -> Mark.SQUARE;
            case "fine" -> Mark.TRIANGLE;
            case "core" -> Mark.CIRCLE;
            default -> Mark.DIAMOND;
        };
    }

    /** What was measured of the setting at any number of threads, fewest first. */
    static List<Outcome> byThreads(Results results, Setting setting) {
        return results.measured(s -> s.withThreads(1).equals(setting.withThreads(1)))
                .sorted(Comparator.comparingInt(o -> o.setting().threads()))
                .toList();
    }

    /** The most threads with which the three designs were measured. */
    static int mostThreads(Results results) {
        return results.measured(s -> Plan.DESIGNS.contains(s.contender()))
                .mapToInt(o -> o.setting().threads())
                .max()
                .orElse(1);
    }

    /** {@code one thread}, {@code 2 threads}. */
    static String threads(int n) {
        return n == 1 ? "one thread" : n + " threads";
    }
}
