package io.esplanade.engine.runtime.finegrained;

import io.esplanade.engine.ipsec.OutboundState;
import io.esplanade.engine.ipsec.SequenceSource;
import io.esplanade.engine.runtime.config.RuntimeConfig.Numbering;

/**
 * The sequence numbers of SAs on which several threads send: taken in one atomic step, for a packet
 * or for a run of them. Any number of threads.
 */
public final class AtomicSequenceSource implements SequenceSource {

    private final boolean byRuns;

    public AtomicSequenceSource(Numbering numbering) {
        byRuns = numbering == Numbering.PER_RUN;
    }

    @Override
    public boolean byRuns() {
        return byRuns;
    }

    @Override
    public long next(OutboundState sa) {
        return take(sa, 1);
    }

    @Override
    public long take(OutboundState sa, int n) {
        while (true) {
            long last = sa.sequence();
            if (Long.compareUnsigned(sa.limit() - last, n) < 0) {
                return NONE;
            }
            if (sa.take(last, last + n)) {
                return last + 1;
            }
            Thread.onSpinWait();
        }
    }
}
