package io.esplanade.engine.runtime.percore;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.MbufRing;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.path.Outlet;

/** The way out by a port of which another lane has the transmit queue. */
record LaneOutlet(MbufPool pool, MbufRing ring, CounterTable counters) implements Outlet {

    @Override
    public DropReason enqueue(long mbuf, long destinationMac) {
        return handOver(mbuf);
    }

    @Override
    public DropReason enqueueFrame(long mbuf) {
        return handOver(mbuf);
    }

    private DropReason handOver(long mbuf) {
        pool.move(mbuf, Owner.EGRESS, Owner.HAND_OVER);
        if (!ring.add(mbuf)) {
            pool.move(mbuf, Owner.HAND_OVER, Owner.EGRESS);
            return DropReason.HAND_OVER_FULL;
        }
        counters.add(Counter.HAND_OVERS, 1);
        return DropReason.NONE;
    }

    /** They are looked up by the lane that transmits. */
    @Override
    public boolean needsNeighbours() {
        return false;
    }
}
