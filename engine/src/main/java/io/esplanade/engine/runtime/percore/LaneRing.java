package io.esplanade.engine.runtime.percore;

import com.lmax.disruptor.BusySpinWaitStrategy;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;

/**
 * A lane's ring: Ingress puts vectors in, each for one worker, which works on it where it is;
 * Egress takes them out in order, each when its worker is done with it.
 *
 * <p>A slot is filled again when Egress has taken it out, which is behind whoever worked on it.
 * Nobody waits for a worker to pass by what is not for it: one that has nothing to do may sleep.
 */
final class LaneRing {

    private static final long NOTHING = -1;

    private final RingBuffer<Vector> ring;
    private final Workload[] workers;
    private final Sequence egress = new Sequence(NOTHING);

    /**
     * @param slots a power of two
     * @param burstSize packets in a vector
     */
    LaneRing(int slots, int burstSize, int workers) {
        // Nobody waits in it; and to publish under this strategy signals nobody and takes no lock.
        ring =
                RingBuffer.createSingleProducer(
                        () -> new Vector(burstSize), slots, new BusySpinWaitStrategy());
        this.workers = new Workload[workers];
        for (int i = 0; i < workers; i++) {
            this.workers[i] = new Workload(slots);
        }
        ring.addGatingSequences(egress);
    }

    int workers() {
        return workers.length;
    }

    int slots() {
        return ring.getBufferSize();
    }

    // Ingress.

    /** Whether {@code n} vectors can be put in. */
    boolean hasRoom(int n) {
        return ring.getBufferSize() - occupancy() >= n;
    }

    /** The vector to be filled next, there being room; not yet put in. */
    Vector vacant() {
        return ring.get(ring.getCursor() + 1);
    }

    /** Puts the vacant vector in, for {@code worker} to work on. */
    void publish(int worker) {
        long place = ring.next();
        Workload work = workers[worker];
        ring.get(place).assign(worker, work.given());
        ring.publish(place);
        work.give(place);
    }

    /** How many vectors are in it. */
    int occupancy() {
        return (int) (ring.getCursor() - egress.get());
    }

    // Workers and Egress.

    /** What {@code worker} has to do. */
    Workload workOf(int worker) {
        return workers[worker];
    }

    /** The vector in this place. */
    Vector get(long place) {
        return ring.get(place);
    }

    /** The last vector put in. */
    long cursor() {
        return ring.getCursor();
    }

    /** Egress: the last vector that, like all before it, was worked on. */
    long workedOn() {
        long place = egress.get();
        long last = ring.getCursor();
        while (place < last && isWorkedOn(ring.get(place + 1))) {
            place++;
        }
        return place;
    }

    private boolean isWorkedOn(Vector vector) {
        return workers[vector.worker()].done() > vector.number();
    }

    /** The last vector taken out. */
    long takenOut() {
        return egress.get();
    }

    void takenOut(long place) {
        egress.set(place);
    }

    /** Whether nothing is in it. */
    boolean isEmpty() {
        return egress.get() == ring.getCursor();
    }
}
