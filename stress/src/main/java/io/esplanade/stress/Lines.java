package io.esplanade.stress;

import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.os.Region;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Metadata lines outside the heap, for tests that pass mbufs on. There are several times as many as
 * jcstress has states alive at once, so that no two of them share a line.
 */
public final class Lines {

    private static final int COUNT = 1 << 17;
    private static final long BASE =
            Region.map((long) COUNT * Mbuf.METADATA_SIZE, "jcstress").address();
    private static final AtomicInteger NEXT = new AtomicInteger();

    private Lines() {}

    /** An mbuf that has no buffer, with sequence number 0. */
    public static long take() {
        long mbuf = BASE + (long) (NEXT.getAndIncrement() & COUNT - 1) * Mbuf.METADATA_SIZE;
        Mbuf.sequence(mbuf, 0);
        return mbuf;
    }
}
