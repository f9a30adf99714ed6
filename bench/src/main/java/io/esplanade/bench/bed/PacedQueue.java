package io.esplanade.bench.bed;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.port.RxQueue;

/**
 * A receive queue in which a packet arrives at even intervals, from the first look at it on. Each
 * carries the moment at which it arrived, however late it is taken: what a stall keeps waiting is
 * waiting since then (no coordinated omission).
 */
final class PacedQueue implements RxQueue {

    private static final double NANOS = 1e9;

    private final Flows flows;
    private final int[] mine;
    private final MbufSource source;
    private final double interval;
    private final Clock clock;
    private long start;
    private long taken;
    private int next;
    private long starved;

    PacedQueue(Flows flows, int queue, MbufSource source, double perSecond, Clock clock) {
        this.flows = flows;
        this.mine = flows.ofQueue(queue);
        this.source = source;
        this.interval = NANOS / perSecond;
        this.clock = clock;
    }

    @Override
    public int receive(Burst burst, int max) {
        long waiting = waiting();
        if (waiting <= 0) {
            return 0;
        }
        int first = burst.count();
        int wanted = (int) Math.min(max, waiting);
        int n = source.allocate(burst, wanted, Owner.INGRESS);
        for (int i = first; i < first + n; i++) {
            long mbuf = burst.get(i);
            flows.copyTo(mbuf, mine[next]);
            taken++;
            Mbuf.time(mbuf, start + (long) (taken * interval));
            next = next + 1 == mine.length ? 0 : next + 1;
        }
        if (n < wanted) {
            starved++;
        }
        return n;
    }

    /** How many packets have arrived and were not taken. */
    private long waiting() {
        if (mine.length == 0) {
            return 0;
        }
        long now = clock.nanoTime();
        if (start == 0) {
            start = now;
        }
        return (long) ((now - start) / interval) - taken;
    }

    @Override
    public boolean ready() {
        return waiting() > 0;
    }

    @Override
    public long starved() {
        return starved;
    }
}
