package io.esplanade.bench;

import io.esplanade.bench.bed.HandOverLoop;
import io.esplanade.engine.os.Affinity;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
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

import java.util.concurrent.TimeUnit;

/**
 * What moving a packet to another core and back costs: {@code other} less {@code same}, ns per
 * packet. From two sizes follow the cost of its metadata and headers and that of each byte.
 * Placement {@code auto} weighs them against the cipher.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 3,
        jvmArgs = {"-Xmx256m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"})
public class HandOverBenchmark {

    @Param({"64", "512", "1400"})
    public int size;

    @Param({"same", "other"})
    public String core;

    private HandOverLoop loop;

    @Setup
    public void setUp() throws Exception {
        int[] cpus = Affinity.cpus();
        boolean same = core.equals("same");
        if (!same && cpus.length < 2) {
            throw new IllegalStateException("there is no other core: this process may use one CPU");
        }
        loop = new HandOverLoop(size, cpus[0], cpus[same ? 0 : 1]);
    }

    @Benchmark
    @OperationsPerInvocation(HandOverLoop.ROUND)
    public long packet() {
        return loop.run();
    }

    @TearDown
    public void tearDown() {
        loop.close();
    }
}
