package io.esplanade.bench.race;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;

/**
 * Works until the JIT has settled. Pinned threads that never sleep leave its own threads little of
 * a machine with few cores, so that this takes seconds.
 */
public final class WarmUp {

    /** What is to be warm. */
    @FunctionalInterface
    public interface Work {
        /** Works for so long. */
        void work(long millis) throws InterruptedException;
    }

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
     * @param least how long it takes at least, ms
     * @param most how long it takes at most: the JIT may never settle
     * @return how long it took, ms
     */
    public static long of(Work work, int least, int most) throws InterruptedException {
        long start = System.nanoTime();
        long took = 0;
        int quiet = 0;
        while (took < least || quiet < QUIET_LOOKS && took < most) {
            long compiled = JIT.getTotalCompilationTime();
            work.work(Math.min(LOOK_MILLIS, least));
            boolean busy = JIT.getTotalCompilationTime() - compiled > QUIET * LOOK_MILLIS;
            quiet = busy ? 0 : quiet + 1;
            took = (System.nanoTime() - start) / 1_000_000;
        }
        return took;
    }
}
