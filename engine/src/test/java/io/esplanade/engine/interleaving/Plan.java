package io.esplanade.engine.interleaving;

import io.esplanade.engine.runtime.config.RuntimeConfig;
import io.esplanade.engine.runtime.config.RuntimeConfig.PerCore;
import io.esplanade.engine.runtime.config.RuntimeConfig.Placement;
import io.esplanade.engine.runtime.config.RuntimeConfig.Threading;

import java.util.SplittableRandom;

/**
 * What a world is like.
 *
 * @param lanQueues strands of the cable on the protected side
 * @param wanQueues strands of the cable on the unprotected side
 * @param lossless whether full cables hold the gateway up
 * @param mbufs small ones
 * @param tunnels to a peer each
 * @param esn 64-bit sequence numbers
 * @param window the replay windows' size
 * @param first the peers' first sequence numbers
 */
record Plan(
        PerCore lanes,
        int lanQueues,
        int wanQueues,
        boolean lossless,
        int burstSize,
        int mbufs,
        int tunnels,
        boolean esn,
        int window,
        long first) {

    /** First numbers from which a few packets lead over an edge. */
    private static final long[] ESN_FIRSTS = {
        1, 1L << 31, (1L << 32) - 300, 1L << 32, (7L << 32) - 40, Long.MAX_VALUE - 100, -5_000
    };

    private static final long[] FIRSTS = {1, (1L << 31) - 100, (1L << 32) - 5_000};

    /** Whether full cables hold all lanes up: a lane knows only of queues that are its own. */
    boolean holdsUp() {
        return lossless && Math.min(lanQueues, wanQueues) >= lanes.lanes();
    }

    /** Whether there are more sequence numbers than any test uses. */
    boolean lastsForEver() {
        return (esn ? -1L : 0xffff_ffffL) - first > 1 << 20;
    }

    static Plan of(SplittableRandom random) {
        int lanes = 1 + random.nextInt(3);
        int workers = 1 + random.nextInt(4);
        PerCore config =
                RuntimeConfig.perCore(lanes)
                        .withWorkers(workers)
                        .withPlacement(random.nextBoolean() ? Placement.PINNED : Placement.SPREAD)
                        .withThreading(Threading.values()[random.nextInt(3)]);
        int burstSize = new int[] {1, 4, 32}[random.nextInt(3)];
        int most = Math.max(1, 1024 / (4 * burstSize * workers * lanes));
        boolean esn = random.nextInt(4) > 0;
        long[] firsts = esn ? ESN_FIRSTS : FIRSTS;
        return new Plan(
                config,
                1 + random.nextInt(3),
                1 + random.nextInt(3),
                random.nextInt(4) > 0,
                burstSize,
                4 * burstSize * workers * lanes * (1 + random.nextInt(most)),
                1 + random.nextInt(4),
                esn,
                64 << random.nextInt(4),
                firsts[random.nextInt(firsts.length)]);
    }
}
