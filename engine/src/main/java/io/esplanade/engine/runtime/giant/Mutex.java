package io.esplanade.engine.runtime.giant;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.os.Clock;

import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock of the packet path, in the manner of FreeBSD's adaptive mutexes: who finds it taken spins
 * for a moment, since whoever has it is most likely running and soon done, and then sleeps.
 *
 * <p>Each thread counts for itself how often it takes the lock, and how often and how long it waits
 * for it; the clock is read only when it waits. Not fair, and not to be taken twice.
 */
public final class Mutex {

    /** How often who waits looks before he sleeps: some tens of microseconds, a drain's time. */
    private static final int SPINS = 1_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Clock clock;

    public Mutex(Clock clock) {
        this.clock = clock;
    }

    /**
     * Takes the lock, however long that takes.
     *
     * @param counters the calling thread's
     */
    public void lock(CounterTable counters) {
        if (!lock.tryLock()) {
            await(counters);
        }
        counters.add(Counter.LOCK_TAKEN, 1);
    }

    private void await(CounterTable counters) {
        counters.add(Counter.LOCK_CONTENDED, 1);
        long start = clock.nanoTime();
        int spins = 0;
        do {
            if (++spins > SPINS) {
                lock.lock();
                break;
            }
            Thread.onSpinWait();
        } while (!lock.tryLock());
        counters.add(Counter.LOCK_WAIT_NANOS, clock.nanoTime() - start);
    }

    /** Gives it back; the thread that took it. */
    public void unlock() {
        lock.unlock();
    }
}
