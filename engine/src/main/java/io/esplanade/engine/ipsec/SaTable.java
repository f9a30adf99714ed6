package io.esplanade.engine.ipsec;

import io.esplanade.engine.counters.DropReason;

/**
 * How the stages find SA state: a seam at which the runtimes differ. In a lane a lookup costs no
 * atomic operation; with shared SAs it takes a reference, which {@link #release} gives back.
 */
public interface SaTable {

    /** No slot: of a packet that goes through no SA. */
    int NONE = -1;

    /**
     * The inbound SA with this SPI and destination address (RFC 4301 §4.1), or null. Addresses are
     * 128 bits; IPv4 as {@code ::ffff:a.b.c.d}.
     */
    InboundState inbound(int spi, long destinationHigh, long destinationLow);

    /** The outbound SA on which tunnel {@code tunnel} sends now, or null. */
    OutboundState outbound(int tunnel);

    /**
     * The state in {@code slot} if it still is the one that was found, of this {@linkplain
     * AssociationState#generation generation}, else null: the SA was removed and its slot reclaimed
     * meanwhile.
     */
    InboundState inboundState(int slot, int generation);

    /** As {@link #inboundState(int, int)}, for an outbound slot. */
    OutboundState outboundState(int slot, int generation);

    /**
     * Gives back what a lookup of the SA in {@code slot} took; nothing to do in a lane. Once for
     * every packet for which {@link #inbound} or {@link #outbound} found it.
     */
    default void release(int slot, int generation) {}

    /** Counts a packet that went through an SA, with the length of its inner packet. */
    default void count(AssociationState sa, int innerBytes) {
        sa.count(innerBytes);
    }

    /** Counts a packet that an SA refused. */
    default void countRefused(InboundState sa, DropReason reason) {
        sa.countRefused(reason);
    }
}
