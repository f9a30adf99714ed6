package io.esplanade.bench.bed;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.os.Padded;
import io.esplanade.engine.port.RxQueue;

/** A receive queue that is never empty and does nothing but copy its feed's packets. */
final class FedQueue extends Padded implements RxQueue {

    private final Feed feed;
    private final MbufSource source;

    FedQueue(Feed feed, MbufSource source, MbufOrder order) {
        this.feed = feed;
        this.source = source;
        order.arrange(source);
    }

    @Override
    public int receive(Burst burst, int max) {
        int first = burst.count();
        int n = source.allocate(burst, max, Owner.INGRESS);
        for (int i = first; i < first + n; i++) {
            feed.next(burst.get(i));
        }
        return n;
    }
}
