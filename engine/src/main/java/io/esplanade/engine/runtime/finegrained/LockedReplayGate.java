package io.esplanade.engine.runtime.finegrained;

import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.InboundState;
import io.esplanade.engine.ipsec.ReplayGate;
import io.esplanade.engine.runtime.giant.Mutex;

/**
 * One thread's way to replay windows that it shares with others: each has a lock, which is the
 * {@linkplain InboundState#guard guard} of its SA.
 */
final class LockedReplayGate implements ReplayGate {

    private final CounterTable counters;

    /**
     * @param counters the thread's
     */
    LockedReplayGate(CounterTable counters) {
        this.counters = counters;
    }

    @Override
    public long infer(InboundState sa, int low) {
        if (!sa.esn()) {
            return Integer.toUnsignedLong(low);
        }
        Mutex mutex = lock(sa);
        try {
            return sa.window().infer(low);
        } finally {
            mutex.unlock();
        }
    }

    @Override
    public DropReason early(InboundState sa, long sequence) {
        Mutex mutex = lock(sa);
        try {
            return sa.window().early(sequence);
        } finally {
            mutex.unlock();
        }
    }

    @Override
    public DropReason accept(InboundState sa, long sequence) {
        Mutex mutex = lock(sa);
        try {
            return sa.window().accept(sequence);
        } finally {
            mutex.unlock();
        }
    }

    private Mutex lock(InboundState sa) {
        Mutex mutex = (Mutex) sa.guard();
        mutex.lock(counters);
        return mutex;
    }
}
