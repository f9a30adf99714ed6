package io.esplanade.engine.port;

import io.esplanade.engine.mbuf.Burst;

/** A receive queue; one thread, but for {@link #failure}. */
public interface RxQueue {

    /** What {@link #descriptors} answers when there is nothing to wait on. */
    int[] NO_DESCRIPTORS = {};

    /**
     * Appends up to {@code max} received packets to {@code burst}, in order. Each mbuf is owned by
     * {@code INGRESS}, holds one packet beginning with its link-layer header, and has length,
     * offset and time set (and checksum flags where the port knows); the caller owns it. Never
     * blocks. When the mbuf source has run dry, packets stay where they are.
     *
     * @return how many were appended, 0 to {@code max}
     */
    int receive(Burst burst, int max);

    /**
     * Whether it is worth asking: false if there is certainly nothing to {@link #receive} now. A
     * cheap look, which needs no mbuf. Threads that share the queue under a lock may look without
     * holding it, while the port is open.
     */
    default boolean ready() {
        return true;
    }

    /**
     * The descriptors of which one becomes readable when there may be packets, fixed while the port
     * is open: what a thread sleeps on that finds none. None at all: it looks every so often.
     */
    default int[] descriptors() {
        return NO_DESCRIPTORS;
    }

    /** Whether the source has ended (a capture read to its end): nothing will come any more. */
    default boolean ended() {
        return false;
    }

    /**
     * What made the queue unusable (a malformed or truncated capture), or null while it works; any
     * thread. A failed queue has {@link #ended} once it has delivered the packets before the fault;
     * the conductor reports the failure once.
     */
    default Throwable failure() {
        return null;
    }

    /**
     * Packets lost since this was asked last, before they could be received: nobody took them in
     * time; for the counters.
     */
    default long takeLost() {
        return 0;
    }

    /** How often packets were there and the mbuf source had none left; for the counters. */
    default long starved() {
        return 0;
    }
}
