package io.esplanade.engine.runtime.finegrained;

import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.mbuf.BatchSource;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.LaneMbufSource;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.runtime.giant.Mutex;

/**
 * One thread's view of the pool that all share behind a lock.
 *
 * @param mbufs all there are
 * @param mutex guards them
 * @param counters the thread's
 */
public record LockedStock(LaneMbufSource mbufs, Mutex mutex, CounterTable counters)
        implements BatchSource.Stock {

    @Override
    public int lane() {
        return 0;
    }

    @Override
    public int take(Burst batch, int n) {
        mutex.lock(counters);
        try {
            return mbufs.allocate(batch, n, Owner.CACHE);
        } finally {
            mutex.unlock();
        }
    }

    @Override
    public long take(int size, Owner owner) {
        mutex.lock(counters);
        try {
            return mbufs.allocate(size, owner);
        } finally {
            mutex.unlock();
        }
    }

    @Override
    public void giveBack(Burst freed) {
        mutex.lock(counters);
        try {
            mbufs.collect(freed);
        } finally {
            mutex.unlock();
        }
    }

    @Override
    public int available() {
        mutex.lock(counters);
        try {
            return mbufs.available();
        } finally {
            mutex.unlock();
        }
    }
}
