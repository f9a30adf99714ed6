package io.esplanade.bench;

import io.esplanade.bench.bed.FrameSize;
import io.esplanade.bench.race.Contender;
import io.esplanade.bench.race.Gateway;
import io.esplanade.bench.race.Setting;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.io.IOException;

/**
 * The race's gateways under JMH: {@code packets} is what a gateway forwards in a second. The
 * gateway's own threads do the work; the benchmark's thread sleeps and reads the count, so the
 * primary figure means nothing.
 *
 * <p>{@code java -jar bench/target/benchmarks.jar RaceBenchmark -p runtime=PER_CORE -p threads=2}.
 * For a fair comparison prefer {@code ./esplanade bench}, whose JVMs take turns.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 3,
        jvmArgs = {"-Xmx512m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"})
public class RaceBenchmark {

    private static final int SLICE_MILLIS = 10;

    /** Names of {@link Contender}. */
    @Param({"GIANT_LOCK", "FINE_GRAINED", "PER_CORE"})
    public String runtime;

    @Param({"1", "2"})
    public int threads;

    /** Keywords of {@link FrameSize}. */
    @Param({"64", "512", "1400", "imix"})
    public String size;

    @Param({"null", "openssl"})
    public String provider;

    @Param({"1", "64", "10000"})
    public int sas;

    private Gateway gateway;
    private long sent;

    /** What JMH reports beside its own figure. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Forwarded {
        public long packets;
    }

    @Setup
    public void start() throws Exception {
        gateway =
                Gateway.of(
                        Setting.of(Contender.valueOf(runtime), threads)
                                .with(FrameSize.of(size))
                                .withProvider(provider)
                                .withSas(sas));
        gateway.start();
    }

    @Setup(Level.Iteration)
    public void count() {
        sent = gateway.sent();
    }

    @Benchmark
    public void race(Forwarded forwarded) throws InterruptedException {
        Thread.sleep(SLICE_MILLIS);
        long now = gateway.sent();
        forwarded.packets += now - sent;
        sent = now;
    }

    @TearDown
    public void close() throws IOException {
        gateway.close();
    }
}
