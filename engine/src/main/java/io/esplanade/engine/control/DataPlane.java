package io.esplanade.engine.control;

import io.esplanade.engine.ipsec.AssociationState;
import io.esplanade.engine.path.LaneTask;

import java.util.List;
import java.util.Map;

/** What the conductor sees of the lanes and ports; a runtime implements it. Thread-safe. */
public interface DataPlane {

    /**
     * Begins a new epoch.
     *
     * @return its number: what was removed before is free once {@link #passedEpoch} reaches it
     */
    long advanceEpoch();

    /** The newest epoch that every lane has adopted; when no lane runs, the largest number. */
    long passedEpoch();

    /** Whether all receive queues have ended and no packet is under way. */
    boolean ended();

    int lanes();

    /** How many crypto contexts an SA needs: one for each worker that may use it. */
    int contexts();

    /** Whether the packets of an SA pass one Ingress, in order; else several at the same time. */
    default boolean ordersSas() {
        return true;
    }

    /** Says which lane and worker a new SA belongs to, by its tunnel. */
    void place(AssociationState sa);

    /** Says that an SA that was placed is gone. */
    void displace(AssociationState sa);

    /**
     * Has a lane send a packet at the start of a duty cycle; the conductor's thread alone.
     *
     * @return false if the lane has too much to do already: the task is not taken
     */
    @SuppressWarnings("exports") // the engine alone implements and calls it
    boolean give(int lane, LaneTask task);

    /** The stalls that began since last asked. */
    List<Stall> newStalls();

    /** What a stage of lane {@code lane} threw since last asked, or null. */
    Throwable takeFailure(int lane);

    /** The ports that failed, by name, and why. */
    Map<String, Throwable> failedPorts();
}
