package io.esplanade.bench.report;

import java.util.List;

/**
 * Points that belong together.
 *
 * @param name what the legend says
 * @param css the name of its colour in {@link Theme}
 */
record Series(String name, String css, Mark mark, List<Point> points) {

    /**
     * One value, with the range of the rounds.
     *
     * @param measured false if it was computed from others
     * @param text what stands beside it; empty for nothing
     */
    record Point(double x, double y, double low, double high, boolean measured, String text) {

        static Point measured(double x, double y, double low, double high, String text) {
            return new Point(x, y, low, high, true, text);
        }

        static Point extrapolated(double x, double y, String text) {
            return new Point(x, y, y, y, false, text);
        }
    }
}
