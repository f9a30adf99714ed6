package io.esplanade.engine.runtime.percore;

import io.esplanade.engine.mbuf.Burst;

/** A slot of a lane's ring: packets that are worked on together, and by which worker. */
final class Vector {

    final Burst mbufs;

    /** The worker that works on it; the others pass it by. */
    int worker;

    Vector(int capacity) {
        mbufs = new Burst(capacity);
    }
}
