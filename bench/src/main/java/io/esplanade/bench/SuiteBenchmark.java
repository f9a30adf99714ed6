package io.esplanade.bench;

import io.esplanade.bench.floor.BurstFloor;
import io.esplanade.bench.floor.Contestant;
import io.esplanade.bench.floor.NativeFloor;
import io.esplanade.bench.floor.Packets;
import io.esplanade.bench.floor.Shape;
import io.esplanade.bench.floor.ShuffledBuffers;
import io.esplanade.bench.floor.Stopwatch;
import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.CryptoProviders;
import io.esplanade.engine.crypto.Suite;

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
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What a suite costs by a provider, ns per packet: bursts of 32, one key, buffers that exceed an L2
 * cache, in shuffled order. {@link FloorProfiler} measures next to it the C loop that does the
 * same. What a provider does not serve fails, and JMH goes on.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 1, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(
        value = 1,
        jvmArgs = {"-Xmx512m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"})
public class SuiteBenchmark {

    private static final int BUFFERS = 16_384;

    /** Its keyword. */
    @Param({
        "aes128gcm16", "aes192gcm16", "aes256gcm16",
        "aes128gcm12", "aes192gcm12", "aes256gcm12",
        "aes128gcm8", "aes192gcm8", "aes256gcm8",
        "aes128gcm16iiv", "aes192gcm16iiv", "aes256gcm16iiv",
        "aes128ccm16", "aes192ccm16", "aes256ccm16",
        "aes128ccm12", "aes192ccm12", "aes256ccm12",
        "aes128ccm8", "aes192ccm8", "aes256ccm8",
        "aes128ccm8iiv", "aes192ccm8iiv", "aes256ccm8iiv",
        "chacha20poly1305", "chacha20poly1305iiv", "aes128gmac",
        "aes192gmac", "aes256gmac", "aes128-sha1",
        "aes128-sha256", "aes128-sha384", "aes128-sha512",
        "aes128-aesxcbc", "aes128-aescmac", "aes192-sha1",
        "aes192-sha256", "aes192-sha384", "aes192-sha512",
        "aes192-aesxcbc", "aes192-aescmac", "aes256-sha1",
        "aes256-sha256", "aes256-sha384", "aes256-sha512",
        "aes256-aesxcbc", "aes256-aescmac", "aes128ctr-sha1",
        "aes128ctr-sha256", "aes128ctr-sha384", "aes128ctr-sha512",
        "aes128ctr-aesxcbc", "aes128ctr-aescmac", "aes192ctr-sha1",
        "aes192ctr-sha256", "aes192ctr-sha384", "aes192ctr-sha512",
        "aes192ctr-aesxcbc", "aes192ctr-aescmac", "aes256ctr-sha1",
        "aes256ctr-sha256", "aes256ctr-sha384", "aes256ctr-sha512",
        "aes256ctr-aesxcbc", "aes256ctr-aescmac", "3des-sha1",
        "null-sha1", "null-sha256", "null-sha384",
        "null-sha512", "null-aesxcbc", "null-aescmac"
    })
    public String suite;

    @Param({"openssl", "ipsec-mb", "jce"})
    public String provider;

    @Param({"ENCRYPT", "DECRYPT"})
    public Operation operation;

    /** Bytes of the inner IP packet. */
    @Param({"64", "512", "1400"})
    public int size;

    private final Stopwatch watch = new Stopwatch();
    private ShuffledBuffers buffers;
    private Packets packets;
    private BurstFloor bursts;
    private final Map<String, Contestant> floors = new HashMap<>();

    @Setup
    public void setUp() throws Exception {
        CryptoProvider crypto = CryptoProviders.find(provider);
        Suite chosen = Suite.ofKeyword(suite).orElseThrow();
        byte[] key = new byte[chosen.keyMaterialLength()];
        new SecureRandom().nextBytes(key);
        buffers = new ShuffledBuffers(BUFFERS);
        packets =
                new Packets(
                        crypto,
                        Shape.of(chosen, operation, size, false),
                        new byte[][] {key},
                        buffers.payloads());
        bursts = new BurstFloor(packets);
        NativeFloor.of(provider, packets).ifPresent(f -> floors.put("C loop", f));
        FloorProfiler.announce(watch, floors);
    }

    /** An invocation takes long enough that this does not show. */
    @Setup(Level.Invocation)
    public void prepare() {
        bursts.prepare();
    }

    @Benchmark
    @OperationsPerInvocation(BUFFERS)
    public void bursts() {
        watch.start();
        bursts.run();
        watch.stop();
    }

    /** A figure counts only if every packet went well. */
    @TearDown
    public void tearDown() throws IOException {
        for (Contestant floor : floors.values()) {
            floor.close();
        }
        bursts.close();
        packets.close();
        buffers.close();
    }
}
