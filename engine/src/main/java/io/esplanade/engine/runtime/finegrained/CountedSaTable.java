package io.esplanade.engine.runtime.finegrained;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.AssociationState;
import io.esplanade.engine.ipsec.InboundState;
import io.esplanade.engine.ipsec.OutboundState;
import io.esplanade.engine.ipsec.SaTable;
import io.esplanade.engine.ipsec.Sad;

/**
 * The SAD as threads see it that share its SAs: every lookup takes a reference, which the stages
 * give back, and counts are atomic. Any number of threads.
 *
 * <p>The reference count is what such designs pay and prove; an SA is retired by epochs here too,
 * and its count is 0 by then.
 */
public final class CountedSaTable implements SaTable {

    private final Sad sad;

    public CountedSaTable(Sad sad) {
        this.sad = sad;
    }

    @Override
    public InboundState inbound(int spi, long destinationHigh, long destinationLow) {
        return taken(sad.inbound(spi, destinationHigh, destinationLow));
    }

    @Override
    public OutboundState outbound(int tunnel) {
        return taken(sad.outbound(tunnel));
    }

    private static <T extends AssociationState> T taken(T sa) {
        if (sa != null) {
            sa.addReferences(1);
        }
        return sa;
    }

    @Override
    public void release(int slot, int generation) {
        AssociationState sa = sad.state(slot, generation);
        if (sa != null) {
            sa.addReferences(-1);
        }
    }

    @Override
    public InboundState inboundState(int slot, int generation) {
        return sad.inboundState(slot, generation);
    }

    @Override
    public OutboundState outboundState(int slot, int generation) {
        return sad.outboundState(slot, generation);
    }

    @Override
    public void count(AssociationState sa, int innerBytes) {
        sa.countShared(innerBytes);
    }

    @Override
    public void countRefused(InboundState sa, DropReason reason) {
        sa.countRefusedShared(reason);
    }
}
