package io.esplanade.bench.bed;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;

/**
 * Checks that the packets of each flow leave in the order in which they arrived, none twice: the
 * generator's {@link FlowTag} says which flow a packet is of and how late it was received.
 *
 * <p>One transmit queue's; {@link #violations} is for when its thread has ended.
 */
public final class OrderSink implements Sink {

    private final long[] newest;
    private long violations;

    public OrderSink(int flows) {
        newest = new long[flows];
    }

    @Override
    public void take(Burst burst, int n) {
        for (int i = 0; i < n; i++) {
            long tag = Mbuf.time(burst.get(i));
            int flow = FlowTag.flow(tag);
            if (tag <= newest[flow]) {
                violations++;
            } else {
                newest[flow] = tag;
            }
        }
    }

    /** Packets that left behind, or were, one of their flow that arrived later or at once. */
    public long violations() {
        return violations;
    }
}
