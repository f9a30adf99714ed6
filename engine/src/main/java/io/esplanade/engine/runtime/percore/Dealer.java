package io.esplanade.engine.runtime.percore;

import io.esplanade.engine.os.Padded;

/**
 * Deals out the vectors that any worker may work on: in turn to the workers on other threads than
 * that of Ingress, as long as these have little to do; else to a worker on its own.
 *
 * <p>Ingress and Egress share threads with workers and take what time they take. Dealt so, a worker
 * gets what its thread has time for, and no thread waits for another; dealt in turn to all, all
 * would wait for the one with most to do besides. Ingress's.
 */
final class Dealer extends Padded {

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
