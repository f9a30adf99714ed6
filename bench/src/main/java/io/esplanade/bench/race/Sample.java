package io.esplanade.bench.race;

import java.util.Arrays;

/**
 * Figures of the same thing, measured several times.
 *
 * @param median of an even number, the mean of the two in the middle
 * @param count how many there were
 */
public record Sample(double median, double min, double max, int count) {

    /**
     * @throws IllegalArgumentException if there are none
     */
    public static Sample of(double... figures) {
        if (figures.length == 0) {
            throw new IllegalArgumentException("no figures");
        }
        double[] sorted = figures.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        return new Sample((sorted[(n - 1) / 2] + sorted[n / 2]) / 2, sorted[0], sorted[n - 1], n);
    }

    /** The same figures in another unit, which is not negative. */
    public Sample times(double factor) {
        return new Sample(median * factor, min * factor, max * factor, count);
    }
}
