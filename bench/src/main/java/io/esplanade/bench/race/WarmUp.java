package io.esplanade.bench.race;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;

/**
 * Lets a trial work until the JIT has settled. Pinned threads that never sleep leave its own
 * threads little of a machine with few cores, so that this takes seconds.
 */
final class WarmUp {

    private static final int LOOK_MILLIS = 500;

    /** A look is quiet if the JIT worked for less than this share of it. */
    private static final double QUIET = 0.04;

    /**
     * A JIT that has settled was quiet for so many looks: what it compiles counts when it is done.
     */
    private static final int QUIET_LOOKS = 2;

    private static final CompilationMXBean JIT = ManagementFactory.getCompilationMXBean();

    private WarmUp() {}

    /**
     * @return how long it took, ms
     */
    static long of(Trial trial, Timing timing) throws InterruptedException {
        long start = System.nanoTime();
        long took = 0;
        int quiet = 0;
        while (took < timing.warmUpMillis()
                || quiet < QUIET_LOOKS && took < timing.mostWarmUpMillis()) {
            long compiled = JIT.getTotalCompilationTime();
            trial.work(Math.min(LOOK_MILLIS, timing.warmUpMillis()));
            boolean busy = JIT.getTotalCompilationTime() - compiled > QUIET * LOOK_MILLIS;
            quiet = busy ? 0 : quiet + 1;
            took = (System.nanoTime() - start) / 1_000_000;
        }
        return took;
    }
}
