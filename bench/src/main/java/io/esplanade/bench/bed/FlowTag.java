package io.esplanade.bench.bed;

/**
 * What the generator writes where a port would write the receive time, which no stage looks at: the
 * packet's flow, and its number among those of its queue. Of two packets of a flow the later has
 * the greater tag; no tag is 0.
 */
final class FlowTag {

    private static final int SHIFT = 40;

    private FlowTag() {}

    static long of(int flow, long number) {
        return (long) flow << SHIFT | number;
    }

    static int flow(long tag) {
        return (int) (tag >>> SHIFT);
    }
}
