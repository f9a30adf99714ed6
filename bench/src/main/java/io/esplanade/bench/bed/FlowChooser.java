package io.esplanade.bench.bed;

import io.esplanade.engine.Engine;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.port.Side;

import java.util.BitSet;
import java.util.concurrent.TimeUnit;

/**
 * Chooses flows of which no two share an entry of the direct-mapped flow cache, so that what is
 * measured is a gateway that knows its flows, and not how long a policy search takes that two
 * unlucky flows of ten thousand cause for ever. It asks the engine itself: each candidate goes
 * through a gateway once, which leaves the flow's hash in the mbuf.
 */
public final class FlowChooser {

    private static final int ATTEMPTS = 8;
    private static final int SPARSE = 4;
    private static final int SMALLEST_CACHE = 8192;
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

    private FlowChooser() {}

    /** Entries of the flow cache for {@code flows} flows: several for each. */
    public static int cacheSize(int flows) {
        return Math.max(SMALLEST_CACHE, Integer.highestOneBit(flows * SPARSE - 1) << 1);
    }

    /**
     * {@code count} flows on {@code sas} SAs.
     *
     * @param provider whatever the run to come uses, so that the JIT sees no other
     */
    public static FlowSet choose(int count, int sas, CryptoProvider provider)
            throws InterruptedException {
        FlowSet first = FlowSet.of(count, sas);
        int[] ports = first.sourcePorts().clone();
        BitSet taken = new BitSet();
        BitSet left = new BitSet();
        left.set(0, ports.length);
        int mask = cacheSize(ports.length) - 1;
        for (int attempt = 0; attempt < ATTEMPTS && !left.isEmpty(); attempt++) {
            FlowSet candidates = first.attempt(attempt);
            int[] hashes = hashes(candidates, provider);
            for (int f = left.nextSetBit(0); f >= 0; f = left.nextSetBit(f + 1)) {
                int entry = hashes[f] & mask;
                if (!taken.get(entry)) {
                    taken.set(entry);
                    ports[f] = candidates.sourcePorts()[f];
                    left.clear(f);
                }
            }
        }
        return new FlowSet(sas, ports);
    }

    private static int[] hashes(FlowSet set, CryptoProvider provider) throws InterruptedException {
        int[] hashes = new int[set.count()];
        Sink sink = (burst, n) -> read(burst, n, hashes);
        try (Flows flows = new Flows(set, FrameSize.B64, Steering.BY_FLOW, 1)) {
            GeneratorPort wan = GeneratorPort.sink("wan", Side.UNPROTECTED, 1, q -> sink);
            try (Engine engine =
                    Traffic.gatewayA(
                                    Engine.builder()
                                            .name("chooser")
                                            .provider(provider)
                                            .port(
                                                    GeneratorPort.saturated(
                                                            "lan", Side.PROTECTED, 1, flows))
                                            .port(wan),
                                    1)
                            .build()) {
                engine.start();
                long deadline = System.nanoTime() + PATIENCE;
                while (wan.sent() < set.count()) { // they come in turn
                    if (System.nanoTime() - deadline > 0) {
                        throw new IllegalStateException(
                                "the gateway forwards nothing: " + engine.snapshot());
                    }
                    Thread.sleep(1);
                }
            }
        }
        return hashes;
    }

    private static void read(Burst burst, int n, int[] hashes) {
        for (int i = 0; i < n; i++) {
            long mbuf = burst.get(i);
            hashes[FlowTag.flow(Mbuf.time(mbuf))] = Mbuf.flowHash(mbuf);
        }
    }
}
