package io.esplanade.bench.race;

import java.util.Arrays;

/**
 * Figures of the same thing, measured several times.
 *
 * @param median half of them are not above it
 * @param low the first quartile: a quarter of them is not above it
 * @param high the third quartile
 * @param count how many there were
 */
public record Sample(double median, double low, double high, int count) {

    /**
     * @throws IllegalArgumentException if there are none
     */
    public static Sample of(double... figures) {
        if (figures.length == 0) {
            throw new IllegalArgumentException("no figures");
        }
        double[] sorted = figures.clone();
        Arrays.sort(sorted);
        return new Sample(
                quantile(sorted, 0.5),
                quantile(sorted, 0.25),
                quantile(sorted, 0.75),
                sorted.length);
    }

    /** Between two figures in proportion. */
    private static double quantile(double[] sorted, double q) {
        double at = q * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }

    /** The same figures in another unit, which is not negative. */
    public Sample times(double factor) {
        return new Sample(median * factor, low * factor, high * factor, count);
    }
}
