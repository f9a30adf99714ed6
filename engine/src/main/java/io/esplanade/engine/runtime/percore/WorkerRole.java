package io.esplanade.engine.runtime.percore;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.path.Worker;
import io.esplanade.engine.runtime.Role;

/** One of a lane's workers: works on the vectors that it is given, in order. */
final class WorkerRole extends Role {

    /** Vectors worked on in a cycle at most, so that roles on the same thread have their turn. */
    private static final int VECTORS = 4;

    private final LaneParts lane;
    private final LaneRing ring;
    private final Worker worker;
    private final Workload work;
    private final CounterTable counters;

    private long next; // the number of the vector that is worked on next

    WorkerRole(LaneParts lane, int index, Worker worker, CounterTable counters) {
        super(lane.number(), "worker-" + lane.number() + "." + index);
        this.lane = lane;
        this.ring = lane.ring();
        this.worker = worker;
        this.work = ring.workOf(index);
        this.counters = counters;
    }

    @Override
    protected int cycle() {
        long given = work.given();
        int done = 0;
        for (int vectors = 0; next < given && vectors < VECTORS; vectors++) {
            done += process(ring.get(work.place(next)).mbufs);
            work.done(++next);
        }
        if (done > 0) {
            lane.wakeEgress();
        }
        return done;
    }

    private int process(Burst burst) {
        worker.process(burst);
        counters.add(Counter.BURSTS, 1);
        return burst.count();
    }

    /** Marks the packets of the vector it was at, which Egress will drop, and goes on behind it. */
    @Override
    protected void failUnfinished() {
        worker.reset();
        if (next == work.given()) {
            return; // it was at none
        }
        Burst burst = ring.get(work.place(next)).mbufs;
        for (int i = 0; i < burst.count(); i++) {
            Mbuf.dropReason(burst.get(i), DropReason.LANE_FAILED.ordinal());
        }
        work.done(++next);
        lane.wakeEgress();
    }
}
