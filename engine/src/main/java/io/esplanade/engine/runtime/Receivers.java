package io.esplanade.engine.runtime;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.os.Padded;
import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.RxQueue;
import io.esplanade.engine.port.Side;

import java.util.Arrays;
import java.util.List;

/**
 * The receive queues of one thread, in turn. That thread's.
 *
 * <p>A cycle may have no room for what the last of its queues would bring, so each cycle begins
 * behind the queue that came first in the one before: no queue is passed over for ever.
 */
public final class Receivers extends Padded {

    /** How many looks at queues that never run dry make one at their losses. */
    private static final int LOOKS = 1024;

    private final Opened[] queues;
    private final long[] starved;
    private final CounterTable counters;
    private int looks;
    private int turn;
    private int nextBegin; // the queue with which the next cycle begins
    private boolean begun; // a cycle in which nothing was received yet

    /**
     * A receive queue of this thread.
     *
     * @param index the port's index
     */
    public record Opened(int index, Port port, RxQueue queue) {}

    public Receivers(List<Opened> queues, CounterTable counters) {
        this.queues = queues.toArray(Opened[]::new);
        this.counters = counters;
        starved = new long[queues.size()];
    }

    /** How many queues there are. */
    public int count() {
        return queues.length;
    }

    /** What becomes readable when there may be packets, of all queues. */
    int[] descriptors() {
        return Arrays.stream(queues)
                .flatMapToInt(q -> Arrays.stream(q.queue.descriptors()))
                .toArray();
    }

    /** Whether every queue has descriptors that tell of its packets. */
    boolean haveDescriptors() {
        return Arrays.stream(queues).allMatch(q -> q.queue.descriptors().length > 0);
    }

    /** Begins a duty cycle. */
    public void begin() {
        turn = nextBegin;
        begun = true;
    }

    /** The number of the queue whose turn it is in this cycle. */
    public int next() {
        int queue = turn;
        turn = after(queue);
        return queue;
    }

    private int after(int queue) {
        return queue + 1 == queues.length ? 0 : queue + 1;
    }

    /** The index of the port of queue {@code queue}. */
    public int port(int queue) {
        return queues[queue].index;
    }

    public Side side(int queue) {
        return queues[queue].port.side();
    }

    public LinkType link(int queue) {
        return queues[queue].port.linkType();
    }

    /** Whether there is certainly nothing to receive, at a cheap look. */
    public boolean idle() {
        for (Opened opened : queues) {
            if (opened.queue.ready()) {
                return false;
            }
        }
        return true;
    }

    /**
     * Takes up to {@code max} packets of queue {@code index} into {@code burst}, and counts them.
     */
    public int receive(int index, Burst burst, int max) {
        RxQueue queue = queues[index].queue;
        int first = burst.count();
        int n = queue.receive(burst, max);
        if (n == 0 || (++looks & LOOKS - 1) == 0) {
            countLosses(index, queue);
        }
        if (n == 0) {
            return 0;
        }
        if (begun) {
            begun = false;
            nextBegin = after(index);
        }
        long bytes = 0;
        for (int i = first; i < first + n; i++) {
            bytes += Mbuf.length(burst.get(i));
        }
        counters.add(Counter.RX_PACKETS, n);
        counters.add(Counter.RX_BYTES, bytes);
        return n;
    }

    private void countLosses(int index, RxQueue queue) {
        long lost = queue.takeLost();
        if (lost > 0) {
            counters.add(Counter.RX_LOST, lost);
        }
        long now = queue.starved();
        if (now != starved[index]) {
            counters.add(Counter.NO_MBUF, now - starved[index]);
            starved[index] = now;
        }
    }

    /** Whether all have ended. */
    public boolean ended() {
        for (Opened opened : queues) {
            if (!opened.queue.ended()) {
                return false;
            }
        }
        return true;
    }
}
