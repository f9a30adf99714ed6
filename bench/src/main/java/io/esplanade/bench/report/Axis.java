package io.esplanade.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;

/**
 * An axis: from values to pixels, and where its ticks are.
 *
 * @param label what it shows, with the unit
 * @param low the value at its beginning
 * @param high the value at its end
 * @param log whether each step multiplies
 * @param ticks where the grid is
 */
record Axis(String label, double low, double high, boolean log, List<Tick> ticks) {

    /** A value that has a name on the axis. */
    record Tick(double value, String text) {}

    /** From 0 to at least {@code most}, with round ticks. */
    static Axis linear(String label, double most) {
        double step = roundStep(most / 5);
        double high = step * Math.ceil(most / step);
        List<Tick> ticks = new ArrayList<>();
        for (int i = 0; step * i <= high * 1.0001; i++) {
            ticks.add(new Tick(step * i, plain(step * i)));
        }
        return new Axis(label, 0, high, false, ticks);
    }

    /** Powers of ten around {@code least} and {@code most}. */
    static Axis logarithmic(String label, double least, double most) {
        int first = (int) Math.floor(Math.log10(least));
        int last = Math.max(first + 1, (int) Math.ceil(Math.log10(most)));
        List<Tick> ticks = new ArrayList<>();
        for (int power = first; power <= last; power++) {
            ticks.add(new Tick(Math.pow(10, power), plain(Math.pow(10, power))));
        }
        return new Axis(label, Math.pow(10, first), Math.pow(10, last), true, ticks);
    }

    /** The same with its ticks named by {@code words}. */
    Axis inWords(DoubleFunction<String> words) {
        List<Tick> named =
                ticks.stream().map(t -> new Tick(t.value, words.apply(t.value))).toList();
        return new Axis(label, low, high, log, named);
    }

    private static double roundStep(double step) {
        double power = Math.pow(10, Math.floor(Math.log10(step)));
        double digit = step / power;
        return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
    }

    static String plain(double value) {
        if (value >= 1000) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        String text = String.format(Locale.ROOT, "%.3f", value);
        return text.replaceAll("\\.?0+$", "");
    }

    /** How far along the axis {@code value} is, 0 to 1. */
    double position(double value) {
        return log
                ? Math.log(Math.max(value, low) / low) / Math.log(high / low)
                : (value - low) / (high - low);
    }
}
