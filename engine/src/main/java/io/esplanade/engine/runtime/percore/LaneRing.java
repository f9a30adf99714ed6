package io.esplanade.engine.runtime.percore;

import com.lmax.disruptor.BusySpinWaitStrategy;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;

/**
 * A lane's ring: Ingress puts vectors in, workers work on them where they are, Egress takes them
 * out in order behind the slowest worker.
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
        ring.addGatingSequences(egress); // which is behind all workers
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

    /** Puts the vacant vector in. */
    void publish() {
        ring.publish(ring.next());
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

    /** The last vector that {@code worker} is done with. */
    long workedOn(int worker) {
        return workers[worker].get();
    }

    void workedOn(int worker, long place) {
        workers[worker].set(place);
    }

    /** The last vector that all workers are done with. */
    long workedOn() {
        long least = workers[0].get();
        for (int i = 1; i < workers.length; i++) {
            least = Math.min(least, workers[i].get());
        }
        return least;
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
