package io.esplanade.engine.runtime.percore;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.os.Padded;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A slot of a lane's ring: packets that are worked on together, and by which worker. */
final class Vector extends Padded {

    private static final VarHandle ASSIGNED;
    private static final int WORKER_BITS = 8;

    static {
        try {
            ASSIGNED = MethodHandles.lookup().findVarHandle(Vector.class, "assigned", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final Burst mbufs;

    /**
     * Place and worker together: a worker that comes late may look here while the slot is being
     * used again for another place, and must not take the one's worker for the other's.
     */
    @SuppressWarnings("unused") // through ASSIGNED
    private long assigned = -1;

    Vector(int capacity) {
        mbufs = new Burst(capacity);
    }

    /** Says who is to work on it in this place; Ingress, before it puts it in. */
    void assign(long place, int worker) {
        ASSIGNED.setOpaque(this, place << WORKER_BITS | worker);
    }

    /** Whether it is in this place, and {@code worker} is to work on it. */
    boolean isAssigned(long place, int worker) {
        return (long) ASSIGNED.getOpaque(this) == (place << WORKER_BITS | worker);
    }

    /** Who is to work on it; only while it is in the ring. */
    int worker() {
        return (int) ((long) ASSIGNED.getOpaque(this) & (1 << WORKER_BITS) - 1);
    }
}
