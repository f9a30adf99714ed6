package io.esplanade.engine.ipsec;

import io.esplanade.engine.counters.DropReason;

/**
 * The replay gate of a lane: every SA's window has one thread that accepts, so there is nothing to
 * lock.
 */
public final class PlainReplayGate implements ReplayGate {

    @Override
    public long infer(InboundState sa, int low) {
        return sa.esn() ? sa.window().infer(low) : Integer.toUnsignedLong(low);
    }

    @Override
    public DropReason early(InboundState sa, long sequence) {
        return sa.window().early(sequence);
    }

    @Override
    public DropReason accept(InboundState sa, long sequence) {
        return sa.window().accept(sequence);
    }
}
