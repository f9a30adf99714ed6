package io.esplanade.bench.floor;

import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.os.Region;

import java.util.Random;

/** Buffers as mbufs have them, in shuffled order, so that no prefetcher foresees the next. */
public final class ShuffledBuffers implements AutoCloseable {

    private static final long SEED = 4303;

    private final Region region;
    private final long[] payloads;

    public ShuffledBuffers(int count) {
        region = Region.map((long) count * MbufPool.SMALL_SIZE, "buffers");
        payloads = new long[count];
        for (int i = 0; i < count; i++) {
            payloads[i] = region.address() + (long) i * MbufPool.SMALL_SIZE + MbufPool.HEADROOM;
        }
        Random random = new Random(SEED);
        for (int i = count - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            long payload = payloads[i];
            payloads[i] = payloads[j];
            payloads[j] = payload;
        }
    }

    /** Where the packet begins in each, in that order. */
    public long[] payloads() {
        return payloads.clone();
    }

    @Override
    public void close() {
        region.close();
    }
}
