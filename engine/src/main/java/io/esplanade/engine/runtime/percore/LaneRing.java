package io.esplanade.engine.runtime.percore;

import com.lmax.disruptor.BusySpinWaitStrategy;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;

/**
 * A lane's ring: Ingress puts vectors in, each for one worker, which works on it where it is;
 * Egress takes them out in order, each when its worker is done with it.
 *
 * <p>Egress does not wait for workers to pass by what is not for them: one that has nothing to do
 * may sleep, and holds nobody up. It may so find that a slot it comes to has been used again.
 */
final class LaneRing {

    private static final long NOTHING = -1;

    private final RingBuffer<Vector> ring;
    private final Sequence[] workers;
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
        this.workers = new Sequence[workers];
        for (int i = 0; i < workers; i++) {
            this.workers[i] = new Sequence(NOTHING);
        }
        ring.addGatingSequences(egress); // which is behind whoever works on a vector
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

    /** The worker whose turn the vacant vector is: sequence mod W. */
    int workerInTurn() {
        return (int) ((ring.getCursor() + 1) % workers.length);
    }

    /** Puts the vacant vector in, for {@code worker} to work on. */
    void publish(int worker) {
        long place = ring.next();
        ring.get(place).assign(place, worker);
        ring.publish(place);
    }

    /** How many vectors are in it. */
    int occupancy() {
        return (int) (ring.getCursor() - egress.get());
    }

    // Workers and Egress.

    /** The vector in this place. */
    Vector get(long place) {
        return ring.get(place);
    }

    /** The last vector put in. */
    long cursor() {
        return ring.getCursor();
    }

    /** Whether {@code worker} is to work on the vector in this place, which was put in. */
    boolean isFor(int worker, long place) {
        return ring.get(place).isAssigned(place, worker);
    }

    /** The last vector that {@code worker} has worked on or passed by. */
    long workedOn(int worker) {
        return workers[worker].get();
    }

    void workedOn(int worker, long place) {
        workers[worker].set(place);
    }

    /** Egress: the last vector that, like all before it, was worked on. */
    long workedOn() {
        long place = egress.get();
        long last = ring.getCursor();
        while (place < last && workers[ring.get(place + 1).worker()].get() > place) {
            place++;
        }
        return place;
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
