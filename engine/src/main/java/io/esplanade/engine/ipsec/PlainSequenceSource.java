package io.esplanade.engine.ipsec;

/** The sequence numbers of a lane: every SA is sent on by one thread, which just counts. */
public final class PlainSequenceSource implements SequenceSource {

    @Override
    public long next(OutboundState sa) {
        return sa.next();
    }
}
