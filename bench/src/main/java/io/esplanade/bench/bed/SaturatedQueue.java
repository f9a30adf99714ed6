package io.esplanade.bench.bed;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.os.Padded;
import io.esplanade.engine.port.RxQueue;

/** A receive queue that is never empty: the flows of one queue in turn, each packet tagged. */
final class SaturatedQueue extends Padded implements RxQueue {

    private final Flows flows;
    private final int[] mine;
    private final MbufSource source;
    private int next;
    private long number;
    private long starved;

    SaturatedQueue(Flows flows, int queue, MbufSource source) {
        this.flows = flows;
        this.mine = flows.ofQueue(queue);
        this.source = source;
    }

    @Override
    public int receive(Burst burst, int max) {
        if (mine.length == 0) {
            return 0;
        }
        int first = burst.count();
        int n = source.allocate(burst, max, Owner.INGRESS);
        for (int i = first; i < first + n; i++) {
            long mbuf = burst.get(i);
            int flow = mine[next];
            flows.copyTo(mbuf, flow);
            Mbuf.time(mbuf, FlowTag.of(flow, ++number));
            next = next + 1 == mine.length ? 0 : next + 1;
        }
        if (n < max) {
            starved++;
        }
        return n;
    }

    @Override
    public long starved() {
        return starved;
    }
}
