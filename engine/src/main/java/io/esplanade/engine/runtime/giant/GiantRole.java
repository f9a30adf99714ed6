package io.esplanade.engine.runtime.giant;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.runtime.Receivers;
import io.esplanade.engine.runtime.Role;
import io.esplanade.engine.runtime.RunToCompletion;
import io.esplanade.engine.runtime.config.RuntimeConfig.LockScope;

/**
 * One thread of the giant-lock runtime: takes its own packets through all stages, but only while it
 * has the lock. A thread that has nothing to do leaves the lock alone.
 */
final class GiantRole extends Role {

    /** The most packets for which the lock is held: what the kernel's input queue had room for. */
    static final int DRAIN = 50;

    /** With a lock per packet, how many holds there are for each one that is timed. */
    private static final int HOLDS_PER_SAMPLE = 16;

    private final GiantRuntime runtime;
    private final RunToCompletion stages;
    private final Mutex giant;
    private final CounterTable counters;
    private final Clock clock;
    private final int packetsPerHold;
    private final int holdsPerCycle;
    private final int holdsPerSample;
    private int untimed;

    GiantRole(
            int thread,
            GiantRuntime runtime,
            RunToCompletion stages,
            Mutex giant,
            LockScope scope,
            CounterTable counters,
            Clock clock) {
        super(thread, "thread-" + thread);
        this.runtime = runtime;
        this.stages = stages;
        this.giant = giant;
        this.counters = counters;
        this.clock = clock;
        boolean drains = scope == LockScope.DRAIN;
        packetsPerHold = drains ? DRAIN : 1;
        holdsPerCycle = drains ? 1 : DRAIN;
        holdsPerSample = drains ? 1 : HOLDS_PER_SAMPLE;
    }

    @Override
    public Receivers receivers() {
        return stages.receivers();
    }

    @Override
    protected int cycle() {
        stages.begin();
        if (stages.hasNothingToDo()) {
            stages.rest();
            return 0;
        }
        int done = 0;
        for (int i = 0; i < holdsPerCycle; i++) {
            int now = hold();
            if (now == 0) {
                break;
            }
            done += now;
        }
        return done;
    }

    /** Takes the lock, and takes as many packets from input to output as it is held for. */
    private int hold() {
        giant.lock(counters);
        boolean timed = ++untimed == holdsPerSample;
        long since = timed ? clock.nanoTime() : 0;
        try {
            int done = stages.flush() + stages.originate();
            done += receive();
            done += stages.flush();
            stages.end(done);
            return done;
        } catch (Throwable t) {
            // At once: with the lock free, others would get the mbufs dropped so far.
            stages.failUnfinished();
            throw t;
        } finally {
            if (timed) {
                untimed = 0;
                long held = clock.nanoTime() - since;
                counters.add(Counter.LOCK_HELD_NANOS, held * holdsPerSample);
            }
            giant.unlock();
        }
    }

    private int receive() {
        int taken = 0;
        int empty = 0; // queues in a row
        while (!runtime.closing() && taken < packetsPerHold && empty < stages.queues()) {
            int n = stages.receive(packetsPerHold - taken);
            taken += n;
            empty = n == 0 ? empty + 1 : 0;
        }
        return taken;
    }

    /** Nothing: that was done before the lock was given back. */
    @Override
    protected void failUnfinished() {}
}
