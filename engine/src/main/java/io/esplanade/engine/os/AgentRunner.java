package io.esplanade.engine.os;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs an agent on a daemon thread of its own, pinned to a CPU or not, and idles by a strategy when
 * there is nothing to do.
 *
 * <p>One thread starts it; everything else is for any thread.
 */
public final class AgentRunner extends Padded {

    /** Instead of a CPU: the thread runs wherever the kernel likes. */
    public static final int ANY_CPU = -1;

    private static final Logger LOG = System.getLogger(AgentRunner.class.getName());
    private static final VarHandle CYCLES;

    static {
        try {
            CYCLES = MethodHandles.lookup().findVarHandle(AgentRunner.class, "cycles", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private Agent agent; // until its thread has ended, which others may remember for longer
    private final IdleStrategy idle;
    private final int cpu;
    private final Poller poller; // null if it idles by the strategy alone
    private final Thread thread;
    private final CompletableFuture<Void> placed = new CompletableFuture<>();
    private volatile boolean stopping;

    @SuppressWarnings("unused") // through CYCLES
    private long cycles;

    /** Backs off when idle, on any CPU. */
    public AgentRunner(Agent agent, String threadName) {
        this(agent, threadName, IdleStrategy.BACKOFF, ANY_CPU);
    }

    /**
     * Makes the thread, not started.
     *
     * @param cpu where the thread is to run, or {@link #ANY_CPU}
     */
    public AgentRunner(Agent agent, String threadName, IdleStrategy idle, int cpu) {
        this(agent, threadName, idle, cpu, null);
    }

    /**
     * The same, idling on descriptors.
     *
     * @param poller what the thread sleeps on instead of idling by the strategy, or null; whoever
     *     made it closes it when the thread has ended
     */
    public AgentRunner(Agent agent, String threadName, IdleStrategy idle, int cpu, Poller poller) {
        this.agent = agent;
        this.idle = idle;
        this.cpu = cpu;
        this.poller = poller;
        thread = new Thread(this::run, threadName);
        thread.setDaemon(true);
    }

    /**
     * Starts the thread, once, and returns when it is where it is to run.
     *
     * @throws OsException if it cannot be pinned: the thread has ended, and the agent was not
     *     called, nor will be
     */
    public void start() {
        thread.start();
        try {
            placed.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof OsException refused) {
                throw refused;
            }
            throw e;
        }
    }

    /** Asks the agent to stop after its present duty cycle; returns at once. */
    public void stop() {
        stopping = true;
        wake();
    }

    /** Ends the present sleep, if any. Any thread. */
    public void wake() {
        if (poller != null) {
            poller.wake();
        } else {
            LockSupport.unpark(thread);
        }
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

    /** Whether the agent is being run: from {@link #start} until its thread has ended. */
    public boolean isAlive() {
        return thread.isAlive();
    }

    /**
     * How many duty cycles have ended. Where this stands still while {@link #isAlive}, the agent is
     * stuck in one: an idle agent's goes on, at least once in {@link Poller#LONGEST_SLEEP}.
     */
    public long cycles() {
        return (long) CYCLES.getOpaque(this);
    }

    /** Whether it is the agent's thread that asks. */
    public boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    /** The thread's id, as management beans know it. */
    public long threadId() {
        return thread.threadId();
    }

    private void run() {
        if (!place()) {
            return;
        }
        Agent running = agent;
        try {
            runUntilStopped(running);
        } catch (Throwable t) { // an agent that throws is broken: it ends, and says so
            LOG.log(Level.ERROR, running.roleName() + " ended: it threw", t);
        } finally {
            agent = null;
            running.onClose();
        }
    }

    /** Goes to the CPU, and tells {@link #start} whether it could. */
    private boolean place() {
        try {
            if (cpu != ANY_CPU) {
                Affinity.pin(cpu);
            }
            return placed.complete(null);
        } catch (Throwable t) {
            placed.completeExceptionally(t);
            return false;
        }
    }

    private void runUntilStopped(Agent running) {
        long ended = 0;
        int idleCycles = 0;
        while (!stopping) {
            int work = running.doWork();
            CYCLES.setOpaque(this, ++ended);
            if (work > 0) {
                idleCycles = 0;
                if (poller != null) {
                    poller.found();
                }
            } else if (poller != null) {
                poller.idle(running.idleLimit());
            } else {
                idle.idle(idleCycles, running.idleLimit());
                idleCycles = Math.min(idleCycles + 1, Integer.MAX_VALUE - 1);
            }
        }
    }
}
