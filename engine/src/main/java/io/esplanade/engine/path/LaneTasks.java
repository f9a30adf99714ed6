package io.esplanade.engine.path;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What the conductor has for a lane to do: a bounded ring, filled by the conductor's thread and
 * emptied by that of Ingress.
 */
public final class LaneTasks {

    private static final int CAPACITY = 256;
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(LaneTask[].class);

    private final LaneTask[] slots = new LaneTask[CAPACITY];
    private int head; // the conductor's
    private int tail; // Ingress's

    /** Hands over a task; false if the lane has not got round to those before. */
    public boolean offer(LaneTask task) {
        if ((LaneTask) SLOT.getAcquire(slots, head) != null) {
            return false;
        }
        SLOT.setRelease(slots, head, task);
        head = (head + 1) % CAPACITY;
        return true;
    }

    /** Whether there is none. */
    public boolean isEmpty() {
        return (LaneTask) SLOT.getOpaque(slots, tail) == null;
    }

    /** The next task, or null. */
    public LaneTask poll() {
        LaneTask task = (LaneTask) SLOT.getAcquire(slots, tail);
        if (task != null) {
            SLOT.setRelease(slots, tail, null);
            tail = (tail + 1) % CAPACITY;
        }
        return task;
    }
}
