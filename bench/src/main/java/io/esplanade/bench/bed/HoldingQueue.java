package io.esplanade.bench.bed;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.os.Padded;
import io.esplanade.engine.port.TxQueue;

/**
 * A transmit queue that holds what it has sent until so many more were sent, as a card does whose
 * ring is long: the mbuf that the lane is given next is the one that was sent longest ago, and not
 * the one that is still in its cache.
 */
final class HoldingQueue extends Padded implements TxQueue {

    private final long[] ring;
    private final int mask;
    private final int held;
    private final MbufSource home;
    private final Tally sent;
    private long head; // sent
    private long tail; // freed

    /**
     * @param held the most packets that it keeps
     */
    HoldingQueue(int held, MbufSource home, Tally sent) {
        ring = new long[Integer.highestOneBit(held + Burst.DEFAULT_SIZE) << 1];
        mask = ring.length - 1;
        this.held = held;
        this.home = home;
        this.sent = sent;
    }

    @Override
    public int send(Burst burst, int n) {
        int taken = Math.min(n, Burst.DEFAULT_SIZE);
        for (int i = 0; i < taken; i++) {
            ring[(int) head++ & mask] = burst.get(i);
        }
        while (head - tail > held) {
            home.free(ring[(int) tail++ & mask]);
        }
        sent.add(taken);
        return taken;
    }
}
