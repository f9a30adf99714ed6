package io.esplanade.bench.bed;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.port.RxQueue;

/**
 * What arrives at a gateway, at a rate that may be changed meanwhile, in a queue with room for so
 * many packets: those that find it full are lost, as in a network card's ring. Flows in turn, each
 * packet {@linkplain FlowTag tagged}.
 *
 * <p>One thread sets rates and asks; the queue is its lane's.
 */
public final class OfferedLoad {

    /** A rate at which there is always another packet, and none is lost. */
    public static final double SATURATED = Double.POSITIVE_INFINITY;

    private static final double NANOS = 1e9;

    private final Flows flows;
    private final int room;
    private final Clock clock;
    private final Tally taken = new Tally();
    private final Tally lost = new Tally();
    private volatile Rate asked = new Rate(0);
    private volatile Rate rested; // the rate at which the queue was found empty last

    /** One setting of the rate; no two are the same. */
    private static final class Rate {
        final double perSecond;
        volatile long mostWaiting; // written by the queue's thread

        Rate(double perSecond) {
            this.perSecond = perSecond;
        }
    }

    /**
     * @param flows stays the caller's
     * @param room how many packets the queue holds
     */
    public OfferedLoad(Flows flows, int room, Clock clock) {
        this.flows = flows;
        this.room = room;
        this.clock = clock;
    }

    /** From now on so many packets a second arrive. */
    public void perSecond(double packets) {
        asked = new Rate(packets);
    }

    /** Whether nothing arrives any more and nothing waits. */
    public boolean rests() {
        return asked.perSecond == 0 && rested == asked;
    }

    /** Packets that the gateway has taken. */
    public long taken() {
        return taken.value();
    }

    /** Packets that found the queue full. */
    public long lost() {
        return lost.value();
    }

    /**
     * The longest that a packet has waited, or would have if there had been room for it, since the
     * rate was said last; ns.
     */
    public long longestWait() {
        Rate now = asked;
        return (long) (now.mostWaiting / now.perSecond * NANOS);
    }

    RxQueue queue(MbufSource source) {
        return new Queue(source);
    }

    private final class Queue implements RxQueue {
        private final MbufSource source;
        private Rate rate = asked;
        private long since = clock.nanoTime(); // at this rate
        private double arrived; // before
        private double gone; // taken or lost
        private long number;
        private int flow;

        Queue(MbufSource source) {
            this.source = source;
        }

        @Override
        public int receive(Burst burst, int max) {
            int wanted = waiting(max);
            if (wanted == 0) {
                rested = rate;
                return 0;
            }
            int first = burst.count();
            int n = source.allocate(burst, Math.min(wanted, max), Owner.INGRESS);
            for (int i = first; i < first + n; i++) {
                long mbuf = burst.get(i);
                flows.copyTo(mbuf, flow);
                Mbuf.time(mbuf, FlowTag.of(flow, ++number));
                flow = flow + 1 == flows.count() ? 0 : flow + 1;
            }
            gone += rate.perSecond == SATURATED ? 0 : n;
            taken.add(n);
            return n;
        }

        /** How many packets wait, when those that found no room are lost. */
        private int waiting(int max) {
            long now = clock.nanoTime();
            if (rate != asked) {
                arrived = arrivedBy(now);
                since = now;
                rate = asked;
            }
            if (rate.perSecond == SATURATED) {
                return max;
            }
            long waiting = (long) (arrivedBy(now) - gone);
            if (waiting > rate.mostWaiting) {
                rate.mostWaiting = waiting;
            }
            if (waiting > room) {
                lost.add(waiting - room);
                gone += waiting - room;
                waiting = room;
            }
            return (int) waiting;
        }

        private double arrivedBy(long now) {
            return rate.perSecond == SATURATED
                    ? arrived
                    : arrived + (now - since) / NANOS * rate.perSecond;
        }
    }
}
