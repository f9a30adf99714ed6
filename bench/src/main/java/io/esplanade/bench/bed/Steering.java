package io.esplanade.bench.bed;

/** Which receive queue a flow arrives on. */
public enum Steering {
    /** The queues share out the SAs: a card steers the flows of an SA to the core that has it. */
    BY_SA,

    /** The queues share out the flows, whatever their SA: plain RSS. */
    BY_FLOW;

    /** The queue of flow {@code flow}, which SA {@code flow mod sas} carries. */
    int queue(int flow, int sas, int queues) {
        if (this == BY_SA && sas >= queues) {
            return flow % sas % queues;
        }
        int hash = flow * 0x9E3779B9;
        return (int) ((hash & 0xffffffffL) * queues >>> 32);
    }
}
