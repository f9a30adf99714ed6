package io.esplanade.bench;

import io.esplanade.bench.bed.Bed;
import io.esplanade.bench.bed.CipherLoop;
import io.esplanade.bench.bed.FlowSet;
import io.esplanade.bench.bed.Flows;
import io.esplanade.bench.bed.FrameSize;
import io.esplanade.bench.bed.GeneratorPort;
import io.esplanade.bench.bed.Steering;
import io.esplanade.bench.bed.Traffic;
import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.CryptoProviders;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.port.memory.MemoryLink;
import io.esplanade.engine.port.memory.Plug;

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
 * What a lane costs per packet, next to what the cipher alone costs: AES-128-GCM, 256 flows on one
 * SA, bursts of 32, all on one thread, memory to memory. Times are ns per packet.
 *
 * <ul>
 *   <li>{@code cipher}: the provider encrypts a burst of packets of that size, nothing else;
 *   <li>{@code encrypt}: a whole gateway: a packet is copied into an mbuf, classified,
 *       encapsulated, encrypted, routed, freed;
 *   <li>{@code encryptAndDecrypt}: that, a cable in memory (a copy in and a copy out), and a second
 *       gateway that decrypts, checks replay and selectors, and routes.
 * </ul>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 3,
        jvmArgs = {"-Xmx512m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"})
public class LaneBenchmark {

    private static final int BURST = Burst.DEFAULT_SIZE;
    private static final int FLOWS = 256;

    /** Bytes of the inner IP packet. */
    @Param({"64", "512", "1400"})
    public String size;

    @Param("openssl")
    public String provider;

    private Bed encrypting;
    private Bed pairA;
    private Bed pairB;
    private MemoryLink cable;
    private GeneratorPort sink;
    private CipherLoop cipher;
    private Flows flows;

    @Setup
    public void setUp() throws Exception {
        CryptoProvider crypto = CryptoProviders.find(provider);
        FrameSize frames = FrameSize.of(size);
        flows = new Flows(FlowSet.of(FLOWS, 1), frames, Steering.BY_FLOW, 1);
        encrypting =
                new Bed(
                        "alone",
                        crypto,
                        Traffic.gatewayA(Traffic.newKey()),
                        GeneratorPort.saturated("lan", Side.PROTECTED, 1, flows),
                        GeneratorPort.sink("wan", Side.UNPROTECTED, 1));
        cable =
                MemoryLink.between(
                        Plug.of("wan", Side.UNPROTECTED),
                        Plug.of("wan", Side.UNPROTECTED),
                        Cable.DEFAULT);
        byte[] key = Traffic.newKey();
        pairA =
                new Bed(
                        "a",
                        crypto,
                        Traffic.gatewayA(key),
                        GeneratorPort.saturated("lan", Side.PROTECTED, 1, flows),
                        cable.a());
        sink = GeneratorPort.sink("lan", Side.PROTECTED, 1);
        pairB = new Bed("b", crypto, Traffic.gatewayB(key), sink, cable.b());
        cipher = new CipherLoop(crypto, Integer.parseInt(size), BURST);
    }

    @Benchmark
    @OperationsPerInvocation(BURST)
    public int cipher() {
        return cipher.run();
    }

    @Benchmark
    @OperationsPerInvocation(BURST)
    public int encrypt() {
        return encrypting.cycle();
    }

    @Benchmark
    @OperationsPerInvocation(BURST)
    public int encryptAndDecrypt() {
        return pairA.cycle() + pairB.cycle();
    }

    /** A figure counts only if every packet came through. */
    @TearDown
    public void tearDown() throws Exception {
        long received = pairA.counters().value(Counter.RX_PACKETS);
        long lost = received - sink.sent() - BURST;
        if (lost > 0 || encrypting.counters().drops() > 0) {
            throw new IllegalStateException("packets were lost: " + lost);
        }
        encrypting.close();
        pairA.close();
        pairB.close();
        cable.close();
        cipher.close();
        flows.close();
    }
}
