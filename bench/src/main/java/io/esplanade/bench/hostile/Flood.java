package io.esplanade.bench.hostile;

import io.esplanade.bench.bed.FlowSet;
import io.esplanade.bench.bed.Flows;
import io.esplanade.bench.bed.FrameSize;
import io.esplanade.bench.bed.GeneratorPort;
import io.esplanade.bench.bed.Providers;
import io.esplanade.bench.bed.SealedFeed;
import io.esplanade.bench.bed.Steering;
import io.esplanade.bench.bed.Traffic;
import io.esplanade.engine.Engine;
import io.esplanade.engine.EngineBuilder;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.os.Affinity;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.os.IdleStrategy;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.runtime.config.RuntimeConfig;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Good packets at a share of the most that a gateway decrypts, and as many bad ones among them:
 * whether a good one is lost. A lane of its own thread takes them from a ring as long as a card's.
 */
public final class Flood implements AutoCloseable {

    /** Of the greatest rate. */
    private static final double SHARE = 0.4;

    /** The CPU time of the thread that asks: it stands still while others have its CPU. */
    public static final Clock LANE_TIME =
            new Clock() {
                private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

                @Override
                public long nanoTime() {
                    return threads.getCurrentThreadCpuTime();
                }

                @Override
                public long epochNanos() {
                    throw new UnsupportedOperationException("it is nobody's time of day");
                }
            };

    private static final int FLOWS = 256;
    private static final int MBUFS = 8192;
    private static final int WARM_UPS = 2;
    private static final int MOST_TRIES = 5;
    private static final double STEADY = 0.05;

    /** A burst takes no longer even where the JIT has compiled nothing. */
    private static final long LONGEST_BURST = TimeUnit.MILLISECONDS.toNanos(1);

    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);
    private static final int PATIENCE_MILLIS = 100;
    private static final int PAGE = 4096;

    private final int packets;
    private final Flows flows;
    private final SealedFeed sealed;
    private final GeneratorPort lan = GeneratorPort.sink("lan", Side.PROTECTED, 1);
    private final Engine engine;
    private MixedQueue queue;

    /**
     * What came of a run.
     *
     * @param bad which bad packets there were
     * @param perSecond good packets that arrived a second
     * @param lost good ones that did not come out
     * @param inRing of these, those that found the ring full
     * @param pause the longest time for which the lane did not look at the ring, ns
     * @param dropped bad ones that were dropped by name
     * @param mbufs the most that were in use whenever that was looked at
     * @param grown how much more memory the process had afterwards, bytes
     */
    public record Result(
            String bad,
            double perSecond,
            long lost,
            long inRing,
            long pause,
            long dropped,
            long mbufs,
            long grown) {}

    /**
     * @param size bytes of the inner packet
     * @param packets how many good ones a run has, a multiple of the burst
     * @param ring how many packets wait at most
     * @param clock read by the lane's thread; by {@link #LANE_TIME} it has a machine of its own
     */
    public Flood(String provider, int size, int packets, int ring, Clock clock)
            throws CryptoException, IOException {
        this.packets = packets;
        CryptoProvider cipher = Providers.find(provider);
        byte[][] keys = Traffic.newKeys(1);
        FlowSet set = FlowSet.of(FLOWS, 1);
        flows = new Flows(set, FrameSize.of("" + size), Steering.BY_FLOW, 1);
        sealed = new SealedFeed(flows, size, cipher, keys, packets);
        GeneratorPort wan =
                GeneratorPort.receiving(
                        "wan",
                        Side.UNPROTECTED,
                        source -> queue = new MixedQueue(sealed, ring, clock, source));
        int[] cpus = Affinity.cpus();
        RuntimeConfig lane =
                RuntimeConfig.perCore(1)
                        .withCpus(List.of(cpus[cpus.length - 1]))
                        .withIdle(IdleStrategy.BUSY_SPIN);
        EngineBuilder builder =
                Engine.builder()
                        .name("flooded")
                        .provider(cipher)
                        .mbufs(MBUFS)
                        .runtime(lane)
                        .port(wan)
                        .port(lan);
        engine = Traffic.gatewayB(builder, keys).build();
        engine.start();
    }

    /**
     * Floods with each kind, and with all of them. The JIT has seen them all before: what it takes
     * for granted until the first of a kind comes, it then compiles anew, and for some ms the lane
     * is slow.
     */
    public void run(Consumer<Result> results) throws IOException, InterruptedException {
        double greatest = greatest();
        for (int i = 0; i < WARM_UPS; i++) {
            for (BadPacket kind : BadPacket.values()) {
                run(kind.label(), SHARE * greatest, kind);
            }
            greatest = greatest();
        }
        results.accept(steady("none"));
        for (BadPacket kind : BadPacket.values()) {
            results.accept(steady(kind.label(), kind));
        }
        results.accept(steady("all of them", BadPacket.values()));
    }

    /**
     * A run on a machine that is as fast before as behind it, if it can be had: else the rate is no
     * longer the share it was meant to be. And one in which nothing took more time away from the
     * lane in one go than a burst can take: interrupts and a stolen CPU count as the thread's too.
     */
    private Result steady(String label, BadPacket... bad) throws IOException, InterruptedException {
        double before = greatest();
        for (int i = 1; ; i++) {
            Result result = run(label, SHARE * before, bad);
            double after = greatest();
            boolean steady =
                    Math.abs(after / before - 1) < STEADY && result.pause() < LONGEST_BURST;
            if (i == MOST_TRIES || steady) {
                return result;
            }
            before = after;
        }
    }

    /** Good packets a second, if there are no others and as many as are taken. */
    private double greatest() throws IOException, InterruptedException {
        return run("none", 0).perSecond();
    }

    private Result run(String label, double perSecond, BadPacket... bad)
            throws IOException, InterruptedException {
        sealed.seal();
        long memory = resident();
        long sent = lan.sent();
        long dropped = engine.snapshot().dropped();
        queue.begin(perSecond, bad);
        long inUse = watch();
        for (int i = 0; i < PATIENCE_MILLIS && lan.sent() - sent + queue.lost() < packets; i++) {
            Thread.sleep(1); // the last of them are on their way
        }
        return new Result(
                label,
                packets * 1e9 / queue.took(),
                packets - (lan.sent() - sent),
                queue.lost(),
                queue.pause(),
                engine.snapshot().dropped() - dropped,
                inUse,
                resident() - memory);
    }

    /** Until all packets have arrived; says how many mbufs were in use at most. */
    private long watch() throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE;
        long inUse = 0;
        while (!queue.over()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("it takes too long: " + engine.snapshot());
            }
            Thread.sleep(1);
            inUse = Math.max(inUse, engine.snapshot().mbufsInUse());
        }
        return inUse;
    }

    private static long resident() throws IOException {
        String statm = Files.readString(Path.of("/proc/self/statm"));
        return Long.parseLong(statm.split(" ")[1]) * PAGE;
    }

    @Override
    public void close() {
        engine.close();
        sealed.close();
        flows.close();
    }
}
