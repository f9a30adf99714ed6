package io.esplanade.bench.lanes;

import io.esplanade.bench.race.Sample;
import io.esplanade.engine.crypto.CryptoBurst.Operation;

import java.util.Locale;

/** The results as lines for people. */
final class Table {

    private static final String COLUMNS = "%-8s %5s %4s %-7s  %-6s %6s %6s  %-22s %7s %7s %6s %6s";

    static final String HEAD =
            COLUMNS.formatted(
                    "provider",
                    "bytes",
                    "SAs",
                    "lane",
                    "floor",
                    "ns",
                    "lane",
                    "lane - floor",
                    "elapsed",
                    "/encr.",
                    "Gbit/s",
                    "B/op");

    private Table() {}

    /**
     * @param before the result of the line above; null if there is none
     */
    static String line(Result r, Result before) {
        Sample above = r.above();
        return COLUMNS.formatted(
                r.of().provider(),
                r.of().size(),
                r.of().sas(),
                r.of().label(),
                r.floorLabel(),
                tenths(r.floor().median()),
                tenths(r.lane().median()),
                "%s (%s to %s)"
                        .formatted(
                                tenths(above.median()), tenths(above.low()), tenths(above.high())),
                tenths(r.elapsed().median()),
                decrypts(r, before) ? text("%.2f", r.lane().median() / before.lane().median()) : "",
                text("%.2f", r.gigabits()),
                text("%.3f", r.allocated()));
    }

    /** Whether it decrypts what the one before encrypts. */
    private static boolean decrypts(Result r, Result before) {
        return before != null
                && before.of().equals(r.of().encrypting())
                && r.of().operation() == Operation.DECRYPT;
    }

    private static String tenths(double nanos) {
        return text("%.1f", nanos);
    }

    private static String text(String format, double figure) {
        return String.format(Locale.ROOT, format, figure);
    }
}
