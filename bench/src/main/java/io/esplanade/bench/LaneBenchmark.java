package io.esplanade.bench;

import io.esplanade.bench.floor.Stopwatch;
import io.esplanade.bench.lanes.Case;
import io.esplanade.bench.lanes.Ground;
import io.esplanade.bench.lanes.Lane;
import io.esplanade.bench.lanes.Lanes;
import io.esplanade.engine.crypto.CryptoBurst.Operation;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * What a whole lane costs, ns per packet: a gateway that encrypts, or one that decrypts what it has
 * not seen before, all on one thread, memory to memory. {@link FloorProfiler} measures next to it
 * what the cryptography alone costs. AES-128-GCM, bursts of 32; on one SA 256 flows, on more a flow
 * each. {@code ./esplanade bench lanes} compares the two more closely: they take turns there.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgs = {"-Xmx512m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"})
public class LaneBenchmark {

    @Param({"ENCRYPT", "DECRYPT"})
    public Operation operation;

    /** Bytes of the inner IP packet. */
    @Param({"64", "512", "1400"})
    public int size;

    @Param({"1", "1000"})
    public int sas;

    @Param("openssl")
    public String provider;

    private final Stopwatch watch = new Stopwatch();
    private Ground ground;
    private Lane lane;

    @Setup
    public void setUp() throws Exception {
        ground = new Ground(new Case(provider, operation, size, sas, Lanes.MBUFS));
        lane = ground.lane();
        FloorProfiler.announce(watch, ground.floors());
    }

    /** An invocation takes long enough that this does not show. */
    @Setup(Level.Invocation)
    public void prepare() {
        lane.prepare();
    }

    @Benchmark
    @OperationsPerInvocation(Lane.PORTION)
    public void lane() {
        watch.start();
        lane.run();
        watch.stop();
    }

    /** A figure counts only if every packet came through. */
    @TearDown
    public void tearDown() throws IOException {
        ground.close();
    }
}
