package io.esplanade.engine.os;

import java.util.concurrent.locks.LockSupport;

/**
 * What a thread does between duty cycles that found no work: latency against idle CPU time.
 *
 * <p>A thread that has descriptors to wait on sleeps on these instead (see {@link Poller}), but for
 * one that is to spin.
 */
public enum IdleStrategy {

    /** Tries again at once: the lowest latency, for a CPU that nobody else needs. */
    BUSY_SPIN {
        @Override
        void idle(int cycles, long limit) {
            Thread.onSpinWait();
        }
    },

    /**
     * Spins for a moment, then sleeps: on descriptors, or else 20 µs at first, twice as long each
     * time, up to 1 ms.
     */
    BACKOFF {
        @Override
        void idle(int cycles, long limit) {
            int sleeps = cycles - SPINS;
            long longest = untilShortlyBefore(limit);
            if (sleeps < 0 || longest <= 0) {
                Thread.onSpinWait();
            } else {
                long doubled = MIN_PARK_NANOS << Math.min(sleeps, Integer.SIZE);
                LockSupport.parkNanos(Math.min(doubled, Math.min(longest, MAX_PARK_NANOS)));
            }
        }
    },

    /**
     * Sleeps at once, on descriptors or else 20 µs each time: for CPUs with more threads than they
     * can run.
     */
    PARK {
        @Override
        void idle(int cycles, long limit) {
            if (untilShortlyBefore(limit) <= 0) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(MIN_PARK_NANOS);
            }
        }
    };

    /** The longest sleep of any strategy, ns; the kernel's timer slack comes on top. */
    public static final long MAX_PARK_NANOS = 1_000_000;

    private static final long MIN_PARK_NANOS = 20_000;
    private static final int SPINS = 200;

    /** By how much a sleep ends late, ns: the kernel's timer slack is 50 µs. */
    private static final long WAKING_NANOS = 80_000;

    /**
     * Idles a moment; ends early when the thread is unparked.
     *
     * @param cycles how many duty cycles before this one, in a row, found nothing to do
     * @param limit how long it may last, ns
     */
    abstract void idle(int cycles, long limit);

    /**
     * How long to sleep, ns, if there is something to be done in {@code limit}: what falling asleep
     * and waking up costs is left for spinning. 0 or less: not at all.
     */
    static long untilShortlyBefore(long limit) {
        return limit - WAKING_NANOS;
    }
}
