package io.esplanade.engine.runtime;

import io.esplanade.engine.os.Agent;
import io.esplanade.engine.os.Padded;
import io.esplanade.engine.os.Poller;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A part of a lane's work that one thread at a time does. What its cycle throws it answers for by
 * itself: the packets in its hands are failed by name, and the next cycle begins anew.
 */
public abstract class Role extends Padded implements Agent {

    private static final VarHandle FAILURE;

    static {
        try {
            FAILURE = MethodHandles.lookup().findVarHandle(Role.class, "failure", Throwable.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final String name;
    private final int lane;

    @SuppressWarnings("unused") // through FAILURE
    private Throwable failure;

    private volatile Poller poller;

    protected Role(int lane, String name) {
        this.lane = lane;
        this.name = name;
    }

    @Override
    public final String roleName() {
        return name;
    }

    /** The lane it belongs to. */
    public final int lane() {
        return lane;
    }

    /** The receive queues it takes packets from, or null. */
    public Receivers receivers() {
        return null;
    }

    /** Says what its thread sleeps on; null: it never sleeps for long. */
    public final void sleepsOn(Poller newPoller) {
        poller = newPoller;
    }

    /** What its thread sleeps on, or null. */
    protected final Poller poller() {
        return poller;
    }

    /** Wakes its thread, which sees what was written before. Any thread. */
    public final void wake() {
        Poller sleeper = poller;
        if (sleeper != null) {
            sleeper.wake();
        }
    }

    @Override
    public final int doWork() {
        try {
            return cycle();
        } catch (Throwable t) { // whatever a stage throws must not lose its packets
            failUnfinished();
            FAILURE.setRelease(this, t);
            return 1;
        }
    }

    /** One duty cycle. */
    protected abstract int cycle();

    /** After a cycle that threw: drops or marks what it had not finished. */
    protected abstract void failUnfinished();

    /** What the last failed cycle threw, or null; taking it clears it. Any thread. */
    public Throwable takeFailure() {
        return FAILURE.getAcquire(this) == null ? null : (Throwable) FAILURE.getAndSet(this, null);
    }
}
