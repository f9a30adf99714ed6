package io.esplanade.bench.report;

import io.esplanade.bench.race.Outcome;
import io.esplanade.bench.race.Sample;
import io.esplanade.engine.counters.Counter;

import java.util.Locale;

/** Figures as people read them. */
final class Figures {

    /**
     * What Ethernet adds to each packet: preamble and start 8, header 14, FCS 4, gap 12 (IEEE
     * 802.3), in bytes.
     */
    static final int ETHERNET = 38;

    private static final String BYTES = Counter.TX_BYTES.label();

    private Figures() {}

    static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    /** Three significant digits, as {@code 12.3}. */
    static String three(double value) {
        double size = Math.abs(value);
        return format(size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f", value);
    }

    static String mpps(double perSecond) {
        return three(perSecond / 1e6) + " Mpps";
    }

    static String nanos(double nanos) {
        return nanos < 1000
                ? three(nanos) + " ns"
                : nanos < 1e6 ? three(nanos / 1e3) + " µs" : three(nanos / 1e6) + " ms";
    }

    static String bits(double perSecond) {
        return perSecond < 1e9
                ? three(perSecond / 1e6) + " Mb/s"
                : three(perSecond / 1e9) + " Gb/s";
    }

    static String times(double ratio) {
        return format("%.2f×", ratio);
    }

    /** A power of ten of bits per second. */
    static String roundBits(double perSecond) {
        return perSecond < 1e9
                ? Axis.plain(perSecond / 1e6) + " Mb/s"
                : Axis.plain(perSecond / 1e9) + " Gb/s";
    }

    /** Bits per second that the ESP packets would take on an Ethernet, framing included. */
    static Sample wireBits(Outcome outcome) {
        double bytes = outcome.sample(r -> r.used().perPacket(BYTES)).median();
        return outcome.rate().times(8 * (bytes + ETHERNET));
    }

    /** The median and the quartiles: {@code 1.31× (1.28–1.33)}. */
    static String times(Sample ratio) {
        return format("%s (%.2f–%.2f)", times(ratio.median()), ratio.low(), ratio.high());
    }
}
