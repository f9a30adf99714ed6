package io.esplanade.engine.path;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.SaTable;
import io.esplanade.engine.mbuf.Mbuf;

/**
 * The packet at which Ingress is: its headers, read once, and what of its metadata is written when
 * it is known where it goes. One object, filled again for every packet; one thread.
 */
final class PacketInHand extends FlowKey {

    private static final int MAX_PASSES = 4;

    /** Its {@link Mbuf#layout}, of no SA. */
    long layout;

    /** Its {@link Mbuf#flags}, as they are to be. */
    int mbufFlags;

    /** Whether it, or what was made of it, is somebody else's already. */
    boolean gone;

    /** Whether what was made of it comes before the rest of its burst. */
    boolean interrupts;

    private final HandOver others;
    private final CounterTable counters;

    PacketInHand(HandOver others, CounterTable counters) {
        this.others = others;
        this.counters = counters;
    }

    /**
     * Reads a packet that begins with its IP header.
     *
     * @param pass how many passes this is to count: 1, or 0 if it was counted before
     * @return {@link DropReason#NONE}, or what is wrong with it
     */
    DropReason look(long mbuf, int pass) {
        long before = Mbuf.layout(mbuf);
        int passes = Mbuf.passesOf(before) + pass;
        if (passes > MAX_PASSES) {
            return DropReason.LOOP_LIMIT;
        }
        int offset = Mbuf.offsetOf(before);
        int length = Mbuf.length(mbuf);
        DropReason reason = parse(Mbuf.buffer(mbuf) + offset, length);
        if (reason != DropReason.NONE) {
            return reason;
        }
        if (this.length != length) {
            Mbuf.length(mbuf, this.length);
        }
        layout = Mbuf.layoutOf(offset, 0, l4Offset, protocol(), passes);
        mbufFlags = Mbuf.flags(mbuf) & ~FLAGS | flags;
        return DropReason.NONE;
    }

    /** How often it has been through Ingress, this pass included. */
    int passes() {
        return Mbuf.passesOf(layout);
    }

    /** Writes what was found out into the metadata, in two words. */
    void note(long mbuf, int newFlags, int slot, int generation) {
        Mbuf.dispatch(mbuf, newFlags, slot);
        Mbuf.layout(mbuf, layout | (long) generation << 16);
    }

    /** As {@link #note(long, int, int, int)}, of no SA. */
    void note(long mbuf, int newFlags) {
        note(mbuf, newFlags, SaTable.NONE, 0);
    }

    /** Gives it to lane {@code to}, whose Ingress begins with it anew. */
    DropReason handOver(long mbuf, int to, int origin) {
        int outside = origin == Origin.UNPROTECTED ? Mbuf.FROM_UNPROTECTED : 0;
        note(mbuf, mbufFlags | outside);
        if (!others.give(to, mbuf)) {
            return DropReason.HAND_OVER_FULL;
        }
        gone = true;
        counters.add(Counter.HAND_OVERS, 1);
        return DropReason.NONE;
    }
}
