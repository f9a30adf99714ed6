package io.esplanade.engine.runtime.percore;

/**
 * Deals out the vectors that any worker may work on: in turn to the workers that have threads of
 * their own, as long as these have little to do. When all have enough, Ingress's own thread is the
 * one that would be idle, and a worker there gets the vector.
 *
 * <p>So no thread waits for another that has more to do besides, as Ingress and Egress are; they
 * share the work as it comes. Ingress's.
 */
final class Dealer {

    /** Vectors that keep a worker busy until Ingress, busy with a vector itself, comes again. */
    private static final int ENOUGH = 4;

    private final LaneRing ring;
    private final int near;
    private final long[] seen; // what each worker was done with
    private int turn;

    /**
     * @param near how many workers are on the thread of Ingress: the first ones
     */
    Dealer(LaneRing ring, int near) {
        this.ring = ring;
        this.near = near;
        seen = new long[ring.workers()];
        turn = seen.length - 1;
    }

    /** Who is to work on the next vector. */
    int next() {
        int worker = turn;
        for (int i = near; i < seen.length; i++) {
            worker = worker + 1 == seen.length ? near : worker + 1;
            if (!hasEnough(worker)) {
                turn = worker;
                return worker;
            }
        }
        if (near == 0) {
            turn = turn + 1 == seen.length ? 0 : turn + 1;
            return turn;
        }
        return 0;
    }

    /** Looks at what the worker writes only when it has enough by what was seen last. */
    private boolean hasEnough(int worker) {
        Workload work = ring.workOf(worker);
        long enough = work.given() - ENOUGH;
        if (seen[worker] <= enough) {
            seen[worker] = work.done();
        }
        return seen[worker] <= enough;
    }
}
