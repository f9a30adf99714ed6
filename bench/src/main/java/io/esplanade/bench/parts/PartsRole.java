package io.esplanade.bench.parts;

import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.mbuf.BatchSource;
import io.esplanade.engine.runtime.Role;
import io.esplanade.engine.runtime.RunToCompletion;
import io.esplanade.engine.runtime.giant.Mutex;

/** One thread of a gateway of parts: takes its own packets through all stages. */
final class PartsRole extends Role {

    private final PartsRuntime runtime;
    private final RunToCompletion stages;
    private final Mutex lock;
    private final BatchSource mbufs;
    private final CounterTable counters;
    private final int burst;

    /**
     * @param lock taken around each burst; null for none
     * @param mbufs the thread's way to a shared pool; null if its mbufs are its own
     */
    PartsRole(
            int thread,
            PartsRuntime runtime,
            RunToCompletion stages,
            Mutex lock,
            BatchSource mbufs,
            CounterTable counters,
            int burst) {
        super(thread, "thread-" + thread);
        this.runtime = runtime;
        this.stages = stages;
        this.lock = lock;
        this.mbufs = mbufs;
        this.counters = counters;
        this.burst = burst;
    }

    @Override
    protected int cycle() {
        stages.begin();
        int done = 0;
        for (int i = 0; i < stages.queues() && !runtime.closing(); i++) {
            done += lock == null ? receive() : receiveLocked();
        }
        done += stages.flush();
        stages.end(done);
        return done;
    }

    private int receive() {
        int n = stages.receive(burst) + stages.flush();
        if (mbufs != null) {
            mbufs.giveBack();
        }
        return n;
    }

    private int receiveLocked() {
        lock.lock(counters);
        try {
            return receive();
        } finally {
            lock.unlock();
        }
    }

    @Override
    protected void failUnfinished() {
        stages.failUnfinished();
        if (mbufs != null) {
            mbufs.giveBack();
        }
    }
}
