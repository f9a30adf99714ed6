package io.esplanade.bench;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.CryptoProviders;
import io.esplanade.engine.crypto.CryptoQueue;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Region;
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
    public int size;

    @Param("openssl")
    public String provider;

    private Bed encrypting;
    private Bed pairA;
    private Bed pairB;
    private MemoryLink cable;
    private GeneratorPort sink;
    private Cipher cipher;

    @Setup
    public void setUp() throws Exception {
        CryptoProvider crypto = CryptoProviders.find(provider);
        byte[][] packets = Traffic.packets(FLOWS, size);
        encrypting =
                new Bed(
                        "alone",
                        crypto,
                        Traffic.gatewayA(Traffic.newKey()),
                        new GeneratorPort("lan", Side.PROTECTED, packets),
                        new GeneratorPort("wan", Side.UNPROTECTED, new byte[0][]));
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
                        new GeneratorPort("lan", Side.PROTECTED, packets),
                        cable.a());
        sink = new GeneratorPort("lan", Side.PROTECTED, new byte[0][]);
        pairB = new Bed("b", crypto, Traffic.gatewayB(key), sink, cable.b());
        cipher = new Cipher(crypto, size);
    }

    @Benchmark
    @OperationsPerInvocation(BURST)
    public int cipher() {
        return cipher.burst();
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
    }

    /** The floor: one burst of encryptions in place, each with its own IV, AAD and buffer. */
    private static final class Cipher implements AutoCloseable {
        private final CryptoProvider provider;
        private final CryptoBurst burst = new CryptoBurst(BURST);
        private final Region buffers = Region.map((long) BURST * MbufPool.SMALL_SIZE, "buffers");
        private final CryptoQueue queue;
        private final long context;
        private final int length;
        private long sequence;

        Cipher(CryptoProvider provider, int size) throws Exception {
            this.provider = provider;
            length = size + 2 + (-(size + 2) & 3);
            try (KeyMaterial key = KeyMaterial.takeFrom(Traffic.newKey())) {
                context = provider.newContext(Traffic.SUITE, key, CryptoBurst.Operation.ENCRYPT);
            }
            queue = provider.newQueue(burst);
        }

        int burst() {
            for (int i = 0; i < BURST; i++) {
                long data = buffers.address() + (long) i * MbufPool.SMALL_SIZE;
                long d =
                        burst.aead(
                                i,
                                CryptoBurst.Operation.ENCRYPT,
                                context,
                                data,
                                length,
                                data + length,
                                16,
                                12,
                                12);
                Mem.putLongBE(d + CryptoBurst.IV + 4, ++sequence);
                Mem.putLongBE(d + CryptoBurst.AAD + 4, sequence);
            }
            queue.submit(BURST);
            return queue.poll();
        }

        @Override
        public void close() {
            queue.close();
            provider.freeContext(context);
            burst.close();
            buffers.close();
        }
    }
}
