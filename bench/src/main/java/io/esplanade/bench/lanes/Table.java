package io.esplanade.bench.lanes;

import io.esplanade.bench.race.Sample;

import java.util.Locale;

/** The results as lines for people. */
final class Table {

    static final String HEAD =
            "%-10s %-8s %5s %5s %6s  %-7s %7s %7s  %-22s %8s %7s %6s"
                    .formatted(
                            "provider",
                            "lane",
                            "size",
                            "SAs",
                            "mbufs",
                            "floor",
                            "floor",
                            "lane",
                            "lane - floor",
                            "elapsed",
                            "Gbit/s",
                            "B/op");

    private Table() {}

    static String line(Result r) {
        Sample above = r.above();
        return String.format(
                Locale.ROOT,
                "%-10s %-8s %5d %5d %6d  %-7s %7.1f %7.1f  %-22s %8.1f %7.2f %6.3f",
                r.of().provider(),
                r.of().label(),
                r.of().size(),
                r.of().sas(),
                r.of().mbufs(),
                r.floorLabel(),
                r.floor().median(),
                r.lane().median(),
                "%.1f (%.1f to %.1f)".formatted(above.median(), above.low(), above.high()),
                r.elapsed().median(),
                r.gigabits(),
                r.allocated());
    }
}
