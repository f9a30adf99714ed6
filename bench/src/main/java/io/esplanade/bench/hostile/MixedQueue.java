package io.esplanade.bench.hostile;

import io.esplanade.bench.bed.SealedFeed;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.os.Padded;
import io.esplanade.engine.port.RxQueue;

/**
 * A receive queue in which good packets arrive at even intervals, each with a bad one behind it,
 * from {@link #begin} on and as long as there are sealed ones. Like a card's ring it holds so many
 * and loses what arrives when it is full, good or bad, however late it is looked at.
 */
final class MixedQueue extends Padded implements RxQueue {

    private static final double NANOS = 1e9;

    private final SealedFeed sealed;
    private final int ring;
    private final Clock clock;
    private final MbufSource source;
    private int number;

    // Of the run at work: written by who begins it, and then by the lane's thread.
    private BadPacket[] bad = {};
    private double interval; // 0: all of them are there
    private long start;
    private long took;
    private long arrived; // taken or lost
    private long lost; // good ones
    private long looked; // when, last
    private long pause;
    private volatile boolean running;

    /**
     * @param ring how many wait at most
     * @param clock read by the lane's thread
     */
    MixedQueue(SealedFeed sealed, int ring, Clock clock, MbufSource source) {
        this.sealed = sealed;
        this.ring = ring;
        this.clock = clock;
        this.source = source;
    }

    /**
     * Has the packets arrive that are sealed; any thread, when the last run is {@link #over}.
     *
     * @param perSecond good packets a second; 0 for as many as are taken
     * @param kinds of bad packets, which come in turn; none for good ones alone
     */
    void begin(double perSecond, BadPacket... kinds) {
        bad = kinds.clone();
        double all = kinds.length == 0 ? perSecond : 2 * perSecond;
        interval = perSecond == 0 ? 0 : NANOS / all;
        start = 0;
        arrived = 0;
        lost = 0;
        pause = 0;
        running = true;
    }

    /** Whether all packets have arrived; any thread. */
    boolean over() {
        return !running;
    }

    /** How many good packets found the ring full; any thread, when it is over. */
    long lost() {
        return lost;
    }

    /** How long it took, ns by the clock; any thread, when it is over. */
    long took() {
        return took;
    }

    /** The longest time for which the lane did not look, ns; any thread, when it is over. */
    long pause() {
        return pause;
    }

    @Override
    public int receive(Burst burst, int max) {
        if (!running) {
            return 0;
        }
        int wanted = Math.min(Math.min(max, waiting()), left());
        int first = burst.count();
        int n = source.allocate(burst, wanted, Owner.INGRESS);
        for (int i = first; i < first + n; i++) {
            long mbuf = burst.get(i);
            if (isGood()) {
                sealed.next(mbuf);
            } else {
                sealed.again(mbuf);
                number++;
                bad[number % bad.length].spoil(mbuf, sealed, number);
            }
            arrived++;
        }
        if (sealed.left() == 0) {
            took = clock.nanoTime() - start;
            running = false;
        }
        return n;
    }

    /** How many packets are still to come. */
    private int left() {
        return bad.length == 0 ? sealed.left() : 2 * sealed.left() + (int) (arrived & 1);
    }

    private boolean isGood() {
        return bad.length == 0 || (arrived & 1) == 0;
    }

    /** How many are in the ring; those that found it full are lost. */
    private int waiting() {
        long now = clock.nanoTime();
        if (start == 0) {
            start = now;
            looked = now;
        }
        pause = Math.max(pause, now - looked);
        looked = now;
        if (interval == 0) {
            return ring;
        }
        long waiting = (long) ((now - start) / interval) - arrived;
        while (waiting > ring && sealed.left() > 0) {
            if (isGood()) {
                sealed.skip();
                lost++;
            }
            arrived++;
            waiting--;
        }
        return (int) Math.min(waiting, ring);
    }
}
