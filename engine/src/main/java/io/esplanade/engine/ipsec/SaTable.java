package io.esplanade.engine.ipsec;

import io.esplanade.engine.counters.DropReason;

/**
 * How the stages find SA state: a seam at which the runtimes differ. In a lane a lookup costs no
 * atomic operation; with shared SAs it takes a reference, which {@link #release} gives back.
 */
public interface SaTable {

    /** Answer of a lookup that found nothing. */
    int NONE = -1;

    /**
     * The slot of the inbound SA with this SPI and destination address (RFC 4301 §4.1), or {@link
     * #NONE}. Addresses are 128 bits; IPv4 as {@code ::ffff:a.b.c.d}.
     */
    int inbound(int spi, long destinationHigh, long destinationLow);

    /** The slot of the outbound SA on which tunnel {@code tunnel} sends now, or {@link #NONE}. */
    int outbound(int tunnel);

    /**
     * The state in {@code slot} if it still is the one found when the slot's generation was {@code
     * generation}, else null: the SA was removed and its slot reclaimed meanwhile.
     */
    InboundState inboundState(int slot, int generation);

    /** As {@link #inboundState}, for an outbound slot. */
    OutboundState outboundState(int slot, int generation);

    /** The generation of {@code slot} now: 16 bits, one more at each reuse. */
    int generation(int slot);

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
