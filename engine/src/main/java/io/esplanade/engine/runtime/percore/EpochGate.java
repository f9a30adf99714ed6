package io.esplanade.engine.runtime.percore;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Tells the conductor which epoch a lane has passed: Ingress adopts one between two bursts and
 * notes where in the ring that was; when Egress has come so far, nothing in the lane is older. The
 * loop and the rings between lanes do not count: what is in them refers to no SA.
 *
 * <p>Written by Ingress, read by the conductor.
 */
final class EpochGate {

    private static final VarHandle ADOPTED;

    static {
        try {
            ADOPTED = MethodHandles.lookup().findVarHandle(EpochGate.class, "adopted", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private long adopted;
    private volatile long place = -1;
    private volatile long passed;

    /**
     * Ingress: adopts {@code epoch} unless it waits for an earlier one, so that epochs that follow
     * each other quickly do not put off the end of all.
     *
     * @param cursor the last vector put into the ring
     * @param takenOut the last one that Egress is done with
     */
    void adopt(long epoch, long cursor, long takenOut) {
        if (epoch != adopted && takenOut >= place) {
            passed = adopted;
            place = cursor;
            ADOPTED.setRelease(this, epoch);
        }
    }

    /** The conductor: the newest epoch that all packets of the lane have passed. */
    long passed(LaneRing ring) {
        long epoch = (long) ADOPTED.getAcquire(this);
        return ring.takenOut() >= place ? epoch : passed;
    }
}
