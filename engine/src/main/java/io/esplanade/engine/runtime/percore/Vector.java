package io.esplanade.engine.runtime.percore;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.os.Padded;

/**
 * A slot of a lane's ring: packets that are worked on together, and by which worker. Ingress writes
 * it before it is put in, and nobody after.
 */
final class Vector extends Padded {

    final Burst mbufs;

    private int worker;
    private long number;

    Vector(int capacity) {
        mbufs = new Burst(capacity);
    }

    /** Says who is to work on it, as which of the vectors that worker is given. */
    void assign(int worker, long number) {
        this.worker = worker;
        this.number = number;
    }

    /** Who is to work on it. */
    int worker() {
        return worker;
    }

    /** How many vectors that worker was given before. */
    long number() {
        return number;
    }
}
