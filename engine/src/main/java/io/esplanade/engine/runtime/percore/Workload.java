package io.esplanade.engine.runtime.percore;

import com.lmax.disruptor.Sequence;

/**
 * The vectors that one worker is given, in order: where in the ring each is. Ingress gives, the
 * worker works, and how far it has come everybody may ask.
 *
 * <p>What each of the two writes is on cache lines of its own. A worker that is given nothing so
 * looks at lines that nobody writes, and takes none away from the threads that do the work.
 */
final class Workload {

    /** Two cache lines at either end, since processors fetch lines in pairs. */
    private static final int PAD = 16;

    private final long[] places;
    private final int mask;
    private final Sequence given = new Sequence(0);
    private final Sequence done = new Sequence(0);

    /**
     * @param slots the ring's, a power of two: more it never has to do
     */
    Workload(int slots) {
        places = new long[PAD + slots + PAD];
        mask = slots - 1;
    }

    /** Ingress: gives it the vector in this place, which was filled before. */
    void give(long place) {
        long number = given.get();
        places[slot(number)] = place;
        given.set(number + 1);
    }

    /** How many vectors it was given. */
    long given() {
        return given.get();
    }

    /** The worker: the place of the vector that was given it as number {@code number}. */
    long place(long number) {
        return places[slot(number)];
    }

    /** How many of them it has worked on. */
    long done() {
        return done.get();
    }

    /** The worker: says that it is done with the first {@code count}. */
    void done(long count) {
        done.set(count);
    }

    private int slot(long number) {
        return PAD + ((int) number & mask);
    }
}
