package io.esplanade.bench.bed;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.mbuf.Owner;

import java.util.Random;

/**
 * The order in which a lane meets its mbufs: shuffled, so that no prefetcher foresees it, and the
 * same again and again, if what is sent is {@linkplain HoldingQueue held} until all others were
 * used.
 */
public final class MbufOrder {

    private static final long SEED = 4303;

    private long[] buffers;

    /** Shuffles what is free; the thread that owns {@code source}. */
    void arrange(MbufSource source) {
        Burst all = new Burst(source.available());
        source.allocate(all, all.capacity(), Owner.INGRESS);
        Random random = new Random(SEED);
        for (int i = all.count() - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            long mbuf = all.get(i);
            all.set(i, all.get(j));
            all.set(j, mbuf);
        }
        buffers = new long[all.count()];
        for (int i = 0; i < buffers.length; i++) {
            buffers[i] = Mbuf.data(all.get(i));
        }
        while (!all.isEmpty()) {
            source.free(all.removeLast()); // the last freed is allocated first
        }
    }

    /** Where a packet received begins in each mbuf, in the order in which they are met. */
    public long[] buffers() {
        return buffers.clone();
    }
}
