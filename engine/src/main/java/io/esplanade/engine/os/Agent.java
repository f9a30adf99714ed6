package io.esplanade.engine.os;

/**
 * A piece of work without a thread: a role that does a little each time it is called. Who calls it,
 * and how often, is a runner's business; an agent never blocks and never idles.
 */
public interface Agent {

    /** The role's name, for threads and reports. */
    String roleName();

    /**
     * One duty cycle, by one thread at a time.
     *
     * @return how much was done; 0 lets the runner idle
     */
    int doWork();

    /**
     * How long it may be left alone, ns, if its last duty cycle found nothing to do and nobody
     * wakes it. The thread of {@link #doWork}.
     */
    default long idleLimit() {
        return Long.MAX_VALUE;
    }

    /** Once, by the same thread, after the last duty cycle. */
    default void onClose() {}
}
