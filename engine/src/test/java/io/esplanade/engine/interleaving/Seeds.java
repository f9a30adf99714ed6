package io.esplanade.engine.interleaving;

import java.util.function.LongConsumer;

/**
 * Runs a scenario for many seeds. What fails says its seed; {@code -Desplanade.seed=N} runs the
 * scenario for that one alone, and {@code -Desplanade.seeds=N} for N times as many as usual.
 */
final class Seeds {

    private static final String ONE = "esplanade.seed";
    private static final String TIMES = "esplanade.seeds";

    private Seeds() {}

    /** Whether one seed alone is run. */
    static boolean isReplay() {
        return Long.getLong(ONE) != null;
    }

    /** Runs {@code scenario} for the seeds 1 to {@code usual}, or as the properties say. */
    static void explore(int usual, LongConsumer scenario) {
        long first = Long.getLong(ONE, 1);
        long last = isReplay() ? first : usual * Long.getLong(TIMES, 1);
        for (long seed = first; seed <= last; seed++) {
            run(seed, scenario);
        }
    }

    private static void run(long seed, LongConsumer scenario) {
        try {
            scenario.accept(seed);
        } catch (Throwable t) {
            throw new AssertionError(
                    "seed %d: %s%nAgain, and this one alone: -D%s=%d"
                            .formatted(seed, t.getMessage(), ONE, seed),
                    t);
        }
    }
}
