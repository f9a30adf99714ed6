package io.esplanade.bench.hostile;

import io.esplanade.bench.bed.Bed;
import io.esplanade.bench.bed.FlowSet;
import io.esplanade.bench.bed.Flows;
import io.esplanade.bench.bed.FrameSize;
import io.esplanade.bench.bed.GeneratorPort;
import io.esplanade.bench.bed.MbufOrder;
import io.esplanade.bench.bed.Providers;
import io.esplanade.bench.bed.SealedFeed;
import io.esplanade.bench.bed.Steering;
import io.esplanade.bench.bed.Traffic;
import io.esplanade.bench.floor.Contestant;
import io.esplanade.bench.lanes.Lane;
import io.esplanade.bench.lanes.Turns;
import io.esplanade.bench.race.Sample;
import io.esplanade.bench.race.WarmUp;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.ip.IpConfig;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.port.Side;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a bad packet costs a decrypting lane, next to a good one: both take turns on one lane, the
 * good ones in a ring of mbufs that exceeds the L2 cache, as they are sent on.
 */
public final class Cost {

    /** The least packets in a turn. */
    private static final int TURN = 4096;

    private static final int FLOWS = 256;

    /** The most mbufs that fragments may hold. */
    private static final int FRAGMENTS = IpConfig.DEFAULT.reassemblyMbufs();

    private static final int CYCLES = 2 * Lane.PORTION / Burst.DEFAULT_SIZE;
    private static final int WARM_UP_MILLIS = 1500;

    private final Flows flows;
    private final SealedFeed sealed;
    private final GeneratorPort lan;
    private final Bed bed;
    private BadPacket kind; // of the packets received now; null for good ones
    private int number;

    /**
     * What came out.
     *
     * @param good ns of CPU time per packet
     * @param bad the same
     * @param ratio bad by good, within each round
     */
    public record Result(String label, Sample good, Sample bad, Sample ratio, double most) {

        /** Whether it costs no more than it may. */
        public boolean isCheapEnough() {
            return !(ratio.median() > most);
        }
    }

    private Cost(String provider, int size, int mbufs) throws CryptoException, IOException {
        byte[][] keys = Traffic.newKeys(1);
        FlowSet set = FlowSet.of(FLOWS, 1);
        flows = new Flows(set, FrameSize.of("" + size), Steering.BY_FLOW, 1);
        sealed = new SealedFeed(flows, size, Providers.find(provider), keys, Lane.PORTION);
        lan = GeneratorPort.holding("lan", Side.PROTECTED, mbufs - Lane.MOVING - FRAGMENTS);
        bed =
                new Bed(
                        "b",
                        Providers.find(provider),
                        mbufs,
                        Traffic.gatewayB(keys),
                        GeneratorPort.fed("wan", Side.UNPROTECTED, this::receive, new MbufOrder()),
                        lan);
    }

    private void receive(long mbuf) {
        if (kind == null) {
            sealed.next(mbuf);
        } else {
            sealed.again(mbuf);
            kind.spoil(mbuf, sealed, ++number);
        }
    }

    /**
     * Measures every kind.
     *
     * @param size bytes of the inner packet
     * @param mbufs how many are in use in turn
     * @param millis how long
     * @throws IllegalStateException if a good packet was dropped, or a bad one for another reason
     */
    public static List<Result> measure(String provider, int size, int mbufs, int millis)
            throws CryptoException, IOException, InterruptedException {
        Cost cost = new Cost(provider, size, mbufs);
        try {
            return cost.measure(millis);
        } finally {
            cost.close();
        }
    }

    private List<Result> measure(int millis) throws InterruptedException {
        BadPacket[] kinds = BadPacket.values();
        Contestant[] contestants = new Contestant[kinds.length + 1];
        contestants[0] = new Portions(null);
        for (BadPacket bad : kinds) {
            contestants[bad.ordinal() + 1] = new Portions(bad);
        }
        Turns turns = new Turns(TURN, contestants);
        WarmUp.of(turns::play, WARM_UP_MILLIS, 3 * WARM_UP_MILLIS);
        turns.forget();
        turns.play(millis);
        List<Result> results = new ArrayList<>();
        double[] good = turns.cpu(0);
        for (BadPacket bad : kinds) {
            double[] cpu = turns.cpu(bad.ordinal() + 1);
            double[] ratios = new double[cpu.length];
            for (int i = 0; i < ratios.length; i++) {
                ratios[i] = cpu[i] / good[i];
            }
            results.add(
                    new Result(
                            bad.label(),
                            Sample.of(good),
                            Sample.of(cpu),
                            Sample.of(ratios),
                            bad.most()));
        }
        return results;
    }

    private void close() throws IOException {
        bed.close();
        sealed.close();
        flows.close();
    }

    /** Packets of one kind. */
    private final class Portions implements Contestant {
        private final BadPacket mine;

        Portions(BadPacket mine) {
            this.mine = mine;
        }

        @Override
        public int prepare() {
            if (mine == null) {
                sealed.seal();
            }
            kind = mine;
            return Lane.PORTION;
        }

        private long done() {
            return mine == null ? lan.sent() : bed.counters().drops(mine.reason());
        }

        @Override
        public void run() {
            long end = done() + Lane.PORTION;
            for (int i = 0; i < CYCLES && done() < end; i++) {
                bed.cycle();
            }
            if (done() < end) {
                String what = mine == null ? "good" : mine.label();
                throw new IllegalStateException(
                        (end - done()) + " packets did not end as they must: " + what);
            }
        }

        @Override
        public void close() {
            // The lane is everyone's.
        }
    }
}
