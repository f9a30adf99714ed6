package io.esplanade.engine.os;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs an agent on a daemon thread of its own, and idles when there is nothing to do: it spins for
 * a moment, then sleeps, at most {@link #MAX_PARK_NANOS} at a time.
 */
public final class AgentRunner implements Runnable {

    /** The longest sleep between two duty cycles, ns. */
    public static final long MAX_PARK_NANOS = 1_000_000;

    private static final Logger LOG = System.getLogger(AgentRunner.class.getName());

    private static final int SPINS = 200;
    private static final long MIN_PARK_NANOS = 20_000;

    private final Agent agent;
    private final Thread thread;
    private volatile boolean stopping;

    public AgentRunner(Agent agent, String threadName) {
        this.agent = agent;
        thread = new Thread(this, threadName);
        thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    /** Asks the agent to stop after its present duty cycle; returns at once. */
    public void stop() {
        stopping = true;
        wake();
    }

    /** Ends the present sleep, if any. Any thread. */
    public void wake() {
        LockSupport.unpark(thread);
    }

    /**
     * Waits for the thread to end.
     *
     * @return false if it had not after {@code nanos}
     */
    public boolean join(long nanos) {
        boolean interrupted = false;
        long deadline = System.nanoTime() + nanos;
        try {
            while (thread.isAlive()) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                try {
                    thread.join(left / 1_000_000, (int) (left % 1_000_000));
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            return true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Whether it is the agent's thread that asks. */
    public boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    /** The thread's id, as management beans know it. */
    public long threadId() {
        return thread.threadId();
    }

    @Override
    public void run() {
        try {
            runUntilStopped();
        } catch (Throwable t) { // an agent that throws is broken: it ends, and says so
            LOG.log(Level.ERROR, agent.roleName() + " ended: it threw", t);
        } finally {
            agent.onClose();
        }
    }

    private void runUntilStopped() {
        int idle = 0;
        long park = MIN_PARK_NANOS;
        while (!stopping) {
            if (agent.doWork() > 0) {
                idle = 0;
                park = MIN_PARK_NANOS;
            } else if (++idle < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(park);
                park = Math.min(park * 2, MAX_PARK_NANOS);
            }
        }
    }
}
