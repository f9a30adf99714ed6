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
        void idle(int cycles) {
            Thread.onSpinWait();
        }
    },

    /**
     * Spins for a moment, then sleeps: on descriptors, or else 20 µs at first, twice as long each
     * time, up to 1 ms.
     */
    BACKOFF {
        @Override
        void idle(int cycles) {
            int sleeps = cycles - SPINS;
            if (sleeps < 0) {
                Thread.onSpinWait();
            } else {
                long doubled = MIN_PARK_NANOS << Math.min(sleeps, Integer.SIZE);
                LockSupport.parkNanos(Math.min(doubled, MAX_PARK_NANOS));
            }
        }
    },

    /**
     * Sleeps at once, on descriptors or else 20 µs each time: for CPUs with more threads than they
     * can run.
     */
    PARK {
        @Override
        void idle(int cycles) {
            LockSupport.parkNanos(MIN_PARK_NANOS);
        }
    };

    /** The longest sleep of any strategy, ns; the kernel's timer slack comes on top. */
    public static final long MAX_PARK_NANOS = 1_000_000;

    private static final long MIN_PARK_NANOS = 20_000;
    private static final int SPINS = 200;

    /**
     * Idles a moment; ends early when the thread is unparked.
     *
     * @param cycles how many duty cycles before this one, in a row, found nothing to do
     */
    abstract void idle(int cycles);
}
