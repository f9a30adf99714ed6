package io.esplanade.engine.runtime.percore;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.path.Worker;
import io.esplanade.engine.runtime.Role;

/** One of a lane's workers: works on the vectors that name it and passes the others by. */
final class WorkerRole extends Role {

    /** Vectors worked on in a cycle at most, so that roles on the same thread have their turn. */
    private static final int VECTORS = 4;

    private final LaneRing ring;
    private final Worker worker;
    private final int index;
    private final MbufPool pool;
    private final CounterTable counters;

    WorkerRole(LaneParts lane, int index, Worker worker, MbufPool pool, CounterTable counters) {
        super(lane.number(), "worker-" + lane.number() + "." + index);
        this.ring = lane.ring();
        this.worker = worker;
        this.index = index;
        this.pool = pool;
        this.counters = counters;
    }

    @Override
    protected int cycle() {
        long place = start();
        long last = ring.cursor();
        int done = 0;
        int vectors = 0;
        while (place < last && vectors < VECTORS) {
            place++;
            if (ring.isFor(index, place)) {
                done += process(ring.get(place).mbufs);
                vectors++;
            }
            ring.workedOn(index, place);
        }
        return done;
    }

    /** Where it was; or, when others have gone on without it, what Egress has taken out. */
    private long start() {
        long place = ring.workedOn(index);
        long takenOut = ring.takenOut();
        if (takenOut > place) { // and nothing up to there was for this one
            ring.workedOn(index, takenOut);
            return takenOut;
        }
        return place;
    }

    private int process(Burst burst) {
        int n = burst.count();
        for (int i = 0; i < n; i++) {
            pool.move(burst.get(i), Owner.RING, Owner.WORKER);
        }
        worker.process(burst);
        counters.add(Counter.BURSTS, 1);
        return n;
    }

    /** Marks the packets of the vector it was at, which Egress will drop, and goes on behind it. */
    @Override
    protected void failUnfinished() {
        worker.reset();
        long place = ring.workedOn(index) + 1;
        if (place > ring.cursor()) {
            return; // it was at none
        }
        if (ring.isFor(index, place)) {
            Burst burst = ring.get(place).mbufs;
            for (int i = 0; i < burst.count(); i++) {
                long mbuf = burst.get(i);
                pool.move(mbuf, Owner.of(Mbuf.owner(mbuf)), Owner.WORKER);
                Mbuf.dropReason(mbuf, DropReason.LANE_FAILED.ordinal());
            }
        }
        ring.workedOn(index, place);
    }
}
