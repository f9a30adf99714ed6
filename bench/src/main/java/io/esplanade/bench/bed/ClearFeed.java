package io.esplanade.bench.bed;

/** The packets of the flows in turn, as they come from a LAN. */
public final class ClearFeed implements Feed {

    private final Flows flows;
    private int flow;

    public ClearFeed(Flows flows) {
        this.flows = flows;
    }

    @Override
    public void next(long mbuf) {
        flows.copyTo(mbuf, flow);
        flow = flow + 1 == flows.count() ? 0 : flow + 1;
    }
}
