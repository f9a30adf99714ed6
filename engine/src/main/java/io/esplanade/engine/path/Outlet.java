package io.esplanade.engine.path;

import io.esplanade.engine.counters.DropReason;

/** A way out of a lane: a port's transmit queue, or another lane that has one. */
public interface Outlet {

    /**
     * Takes the packet, which is at its IP header and belongs to {@code EGRESS}.
     *
     * @param destinationMac link-layer address of the next hop; not looked at unless {@link
     *     #needsNeighbours}
     * @return {@link DropReason#NONE}, or why the caller is to drop it
     */
    DropReason enqueue(long mbuf, long destinationMac);

    /**
     * Takes a frame of the gateway's own, which begins with its link-layer header and belongs to
     * {@code EGRESS}.
     *
     * @return {@link DropReason#NONE}, or why the caller is to drop it
     */
    DropReason enqueueFrame(long mbuf);

    /** Whether next hops here need link-layer addresses. */
    boolean needsNeighbours();
}
