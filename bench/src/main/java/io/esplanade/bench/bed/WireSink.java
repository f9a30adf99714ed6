package io.esplanade.bench.bed;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.os.Mem;

/**
 * How disordered the ESP packets of each SA are on the wire that all transmit queues lead to: a
 * packet is reordered if one with a higher sequence number left before it (RFC 4737 §3.3).
 *
 * <p>Shared by all transmit queues, which take turns as they would at the wire; so it is for runs
 * that look at order, not for those that look at speed.
 */
public final class WireSink implements Sink {

    private static final int IPV4_HEADER = 20;

    private final long[] newest;
    private long packets;
    private long reordered;
    private long greatestExtent;

    /**
     * @param sas how many SAs there are; their SPIs follow {@link Traffic#FIRST_SPI}
     */
    public WireSink(int sas) {
        newest = new long[sas];
    }

    @Override
    public synchronized void take(Burst burst, int n) {
        packets += n;
        for (int i = 0; i < n; i++) {
            long esp = Mbuf.data(burst.get(i)) + IPV4_HEADER;
            int sa = Mem.getIntBE(esp) - Traffic.FIRST_SPI;
            long sequence = Mem.getIntBE(esp + 4) & 0xffffffffL;
            long behind = newest[sa] - sequence;
            if (behind < 0) {
                newest[sa] = sequence;
            } else {
                reordered++;
                greatestExtent = Math.max(greatestExtent, behind);
            }
        }
    }

    /** Packets seen so far. */
    public synchronized long packets() {
        return packets;
    }

    /** Those that left behind one with a higher number. */
    public synchronized long reordered() {
        return reordered;
    }

    /** How far behind the furthest was, in sequence numbers: what a replay window must hold. */
    public synchronized long greatestExtent() {
        return greatestExtent;
    }
}
