package io.esplanade.engine.port;

import io.esplanade.engine.mbuf.Burst;

/** A transmit queue; one thread, but for {@link #failure}. */
public interface TxQueue {

    /**
     * Takes the first packets of {@code burst} for sending, in order; each begins with its
     * link-layer header and is owned by {@code TRANSMIT}. Never blocks. Those taken belong to the
     * queue, which frees them when they have been sent; the others stay the caller's. The burst is
     * not changed: the caller removes what was taken.
     *
     * @param n how many of the burst are offered, from the front
     * @return how many were taken, 0 to {@code n}
     */
    int send(Burst burst, int n);

    /** Tells the outside about what was taken since the last flush: at the end of a duty cycle. */
    default void flush() {}

    /**
     * Frees mbufs that have been sent.
     *
     * @return how many
     */
    default int reclaim() {
        return 0;
    }

    /**
     * Packets taken and lost since this was asked last: the device was down, or takes none so long;
     * for the counters.
     */
    default long takeLost() {
        return 0;
    }

    /** Mbufs taken and not yet freed. */
    default int pending() {
        return 0;
    }

    /**
     * What made the queue unusable, or null while it works; any thread. A failed queue takes
     * packets no more; the lane drops them by name and the conductor reports the failure once.
     */
    default Throwable failure() {
        return null;
    }
}
