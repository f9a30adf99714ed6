package io.esplanade.engine.runtime.finegrained;

import io.esplanade.engine.mbuf.BatchSource;
import io.esplanade.engine.runtime.Receivers;
import io.esplanade.engine.runtime.Role;
import io.esplanade.engine.runtime.RunToCompletion;

/** One thread of the fine-grained runtime: takes its own packets through all stages. */
final class FineGrainedRole extends Role {

    private final FineGrainedRuntime runtime;
    private final RunToCompletion stages;
    private final BatchSource mbufs;

    FineGrainedRole(
            int thread, FineGrainedRuntime runtime, RunToCompletion stages, BatchSource mbufs) {
        super(thread, "thread-" + thread);
        this.runtime = runtime;
        this.stages = stages;
        this.mbufs = mbufs;
    }

    @Override
    public Receivers receivers() {
        return stages.receivers();
    }

    @Override
    protected int cycle() {
        stages.begin();
        int done = stages.flush() + stages.originate();
        if (!runtime.closing()) {
            for (int i = 0; i < stages.queues(); i++) {
                done += stages.receive(runtime.burstSize());
                mbufs.giveBack();
            }
        }
        done += stages.flush();
        mbufs.giveBack();
        stages.end(done);
        return done;
    }

    @Override
    protected void failUnfinished() {
        stages.failUnfinished();
        mbufs.giveBack();
    }
}
