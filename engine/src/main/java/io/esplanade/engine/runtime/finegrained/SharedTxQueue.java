package io.esplanade.engine.runtime.finegrained;

import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.port.TxQueue;
import io.esplanade.engine.runtime.giant.Mutex;

/**
 * One thread's view of a transmit queue that several share, since the port has fewer queues than
 * there are threads. What the queue frees goes to the source of the thread that made it do so.
 */
final class SharedTxQueue implements TxQueue {

    private final Common common;
    private final MbufSource mbufs;
    private final CounterTable counters;
    private long lost; // while this thread had the lock
    private int pending; // when this thread looked last, with the lock

    /** What all views of one queue have in common. */
    static final class Common implements MbufSource {
        private final Mutex mutex;
        private MbufSource user; // of the thread that has the lock, or had it last
        private TxQueue queue;

        /**
         * @param first where mbufs go while no thread has used the queue
         */
        Common(Mutex mutex, MbufSource first) {
            this.mutex = mutex;
            this.user = first;
        }

        /** Says which queue it is; the one that was given this for its home. */
        void queue(TxQueue shared) {
            queue = shared;
        }

        @Override
        public void free(long mbuf) {
            user.free(mbuf);
        }

        @Override
        public int allocate(Burst burst, int n, Owner owner) {
            return 0;
        }

        @Override
        public long allocate(int size, Owner owner) {
            return Mbuf.NULL;
        }

        @Override
        public int available() {
            return 0;
        }
    }

    /**
     * @param mbufs the thread's
     * @param counters the thread's
     */
    SharedTxQueue(Common common, MbufSource mbufs, CounterTable counters) {
        this.common = common;
        this.mbufs = mbufs;
        this.counters = counters;
    }

    private TxQueue lock() {
        common.mutex.lock(counters);
        common.user = mbufs;
        return common.queue;
    }

    private void unlock() {
        pending = common.queue.pending();
        lost += common.queue.takeLost();
        common.mutex.unlock();
    }

    @Override
    public int send(Burst burst, int n) {
        TxQueue queue = lock();
        try {
            return queue.send(burst, n);
        } finally {
            unlock();
        }
    }

    @Override
    public void flush() {
        TxQueue queue = lock();
        try {
            queue.flush();
        } finally {
            unlock();
        }
    }

    /** {@inheritDoc} Without the lock where there was nothing left when this thread looked last. */
    @Override
    public int reclaim() {
        if (pending == 0) {
            return 0;
        }
        TxQueue queue = lock();
        try {
            return queue.reclaim();
        } finally {
            unlock();
        }
    }

    @Override
    public int pending() {
        return pending;
    }

    @Override
    public long takeLost() {
        long taken = lost;
        lost = 0;
        return taken;
    }

    @Override
    public Throwable failure() {
        return common.queue.failure();
    }
}
