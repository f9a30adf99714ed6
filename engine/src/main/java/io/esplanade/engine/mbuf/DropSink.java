package io.esplanade.engine.mbuf;

import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.counters.DropReason;

/**
 * Where packets end that go nowhere: counts the reason and sends the mbuf home. There is no other
 * way to drop a packet.
 *
 * <p>Belongs to one lane and its thread.
 */
public final class DropSink {

    private final MbufSource home;
    private final CounterTable counters;
    private final DropWatch watch;

    public DropSink(MbufSource home, CounterTable counters) {
        this(home, counters, DropWatch.NONE);
    }

    /**
     * @param watch sees what is dropped
     */
    public DropSink(MbufSource home, CounterTable counters, DropWatch watch) {
        this.home = home;
        this.counters = counters;
        this.watch = watch;
    }

    /**
     * Counts a packet as dropped whose mbuf lives on: an ICMP error about it is made there, or what
     * it was a part of.
     */
    public void dropPacket(DropReason reason) {
        counters.drop(reason, 1);
    }

    /** Takes back an mbuf that holds no packet: none yet, or one that was copied elsewhere. */
    public void giveBack(long mbuf) {
        home.free(mbuf);
    }

    /** Drops {@code mbuf}, which the caller owns and must not touch again. */
    public void drop(long mbuf, DropReason reason) {
        counters.drop(reason, 1);
        watch.dropped(mbuf, reason);
        Mbuf.dropReason(mbuf, reason.ordinal());
        home.free(mbuf);
    }
}
