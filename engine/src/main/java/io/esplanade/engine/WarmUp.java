package io.esplanade.engine;

import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.ipsec.AddressRange;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.engine.port.memory.MemoryLink;
import io.esplanade.engine.port.memory.Plug;
import io.esplanade.engine.runtime.config.RuntimeConfig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Sends packets through two engines of its own for a while, and changes keys, routes and policies
 * meanwhile, so that the JIT has seen what packets meet on their way, and compiled it, before there
 * are others. Code that only a rekey takes is otherwise compiled at the first one, which on busy
 * cores keeps packets waiting.
 *
 * <p>Needs mbufs of a few MiB and random keys, and leaves nothing but compiled code. By the thread
 * that calls it, before the engine that matters starts.
 */
public final class WarmUp {

    private static final InetAddress A = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress B = InetAddress.ofLiteral("192.0.2.2");
    private static final int FIRST_SPI = 0x1000;
    private static final int MBUFS = 2048;
    private static final int BURST = 64;
    private static final int ADDRESSES = 256; // of hosts
    private static final int SAS = 8; // side by side
    private static final int[] LENGTHS = {60, 576, 1400};

    private static final TrafficSelector TRAFFIC =
            TrafficSelector.between(
                    AddressRange.parse("10.1.0.0/16"), AddressRange.parse("10.2.0.0/16"));

    private static final TrafficSelector NO_TRAFFIC =
            TrafficSelector.between(
                    AddressRange.parse("10.4.0.0/16"), AddressRange.parse("10.5.0.0/16"));

    private final Suite suite;
    private final Clock clock = Clock.system();
    private final SecureRandom random = new SecureRandom();
    private final MemoryHost hostA;
    private final MemoryHost hostB;
    private final Engine a;
    private final Engine b;
    private int keys;
    private long sent;
    private long received;

    private WarmUp(RuntimeConfig runtime, Suite suite, Consumer<EngineBuilder> provider) {
        this.suite = suite;
        hostA = MemoryHost.on(Plug.of("lan", Side.PROTECTED), Cable.DEFAULT);
        hostB = MemoryHost.on(Plug.of("lan", Side.PROTECTED), Cable.DEFAULT);
        MemoryLink wan =
                MemoryLink.between(
                        Plug.of("wan", Side.UNPROTECTED),
                        Plug.of("wan", Side.UNPROTECTED),
                        Cable.DEFAULT);
        EngineBuilder builderA =
                Engine.builder().name("warm-up-a").port(hostA.port()).port(wan.a());
        EngineBuilder builderB =
                Engine.builder().name("warm-up-b").port(hostB.port()).port(wan.b());
        for (EngineBuilder builder : List.of(builderA, builderB)) {
            builder.runtime(runtime).mbufs(MBUFS).route(Route.of("192.0.2.0/24", "wan"));
            provider.accept(builder);
        }
        builderA.route(Route.of("10.2.0.0/16", "wan"))
                .policy(SecurityPolicy.protect("p", Direction.OUTBOUND, 9, TRAFFIC, "t"));
        builderB.route(Route.of("10.2.0.0/16", "lan"));
        a = build(builderA, () -> closePorts(List.of(hostB.port(), wan.b())));
        b = build(builderB, a::close);
    }

    /** Builds an engine, which closes its own ports if it cannot be. */
    private Engine build(EngineBuilder builder, Runnable closeOthers) {
        try {
            return builder.build();
        } catch (RuntimeException e) {
            closeOthers.run();
            hostA.close();
            hostB.close();
            throw e;
        }
    }

    private static void closePorts(List<Port> ports) {
        for (Port port : ports) {
            try {
                port.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * Runs for {@code time}.
     *
     * @param runtime as of the engine that is to be started, which should be of the same kind
     * @param suite of its SAs, which the provider must have
     * @param provider where its cryptography comes from
     * @return how many packets it took through both engines
     * @throws EngineException if there can be no such engine, or it has no such suite
     */
    public static long run(
            RuntimeConfig runtime, Suite suite, CryptoProvider provider, Duration time) {
        return run(runtime, suite, builder -> builder.provider(provider), time);
    }

    /** The same, with the crypto provider of this name. */
    public static long run(RuntimeConfig runtime, Suite suite, String provider, Duration time) {
        return run(runtime, suite, builder -> builder.provider(provider), time);
    }

    private static long run(
            RuntimeConfig runtime, Suite suite, Consumer<EngineBuilder> provider, Duration time) {
        WarmUp warmUp = new WarmUp(runtime, suite, provider);
        try {
            return warmUp.run(time.toNanos());
        } finally {
            warmUp.close();
        }
    }

    private long run(long nanos) {
        a.start();
        b.start();
        long start = clock.nanoTime();
        while (clock.nanoTime() - start < nanos) {
            rekey();
            for (int i = 0; i < BURST; i++) {
                exchange();
            }
        }
        return received;
    }

    /** Adds a pair of SAs, changes what flows are decided by, and takes the oldest pair away. */
    private void rekey() {
        int key = ++keys;
        byte[] bytes = new byte[suite.keyMaterialLength()];
        random.nextBytes(bytes);
        change(
                b,
                c ->
                        c.add(
                                sa("in-" + key, bytes.clone())
                                        .inbound()
                                        .selectors(List.of(TRAFFIC))
                                        .build()));
        change(a, c -> c.add(sa("out-" + key, bytes).outbound().build()));
        Route more = Route.of("10.3." + (key & 0xff) + ".0/24", "wan");
        change(a, c -> c.add(more));
        change(a, c -> c.removeRoute(more.destination()));
        SecurityPolicy policy = SecurityPolicy.bypass("q", Direction.OUTBOUND, 8, NO_TRAFFIC);
        change(b, c -> c.add(policy));
        change(b, c -> c.removePolicy("q"));
        if (key > SAS) {
            change(a, c -> c.removeSa("out-" + (key - SAS)));
            change(b, c -> c.removeSa("in-" + (key - SAS)));
        }
    }

    private SecurityAssociation.Builder sa(String name, byte[] key) {
        return SecurityAssociation.builder(name)
                .tunnel("t")
                .spi(FIRST_SPI + keys)
                .from(A)
                .to(B)
                .suite(suite)
                .key(KeyMaterial.takeFrom(key));
    }

    /** Makes a change, and has packets flow until it is effective. */
    private void change(Engine engine, Function<Changes, CompletableFuture<Void>> change) {
        Changes changes = engine.changes();
        CompletableFuture<Void> answer = change.apply(changes);
        changes.submit();
        while (!answer.isDone()) {
            exchange();
        }
        if (answer.isCompletedExceptionally()) {
            throw new EngineException(answer.exceptionNow().getMessage(), answer.exceptionNow());
        }
    }

    /** Has some packets of several flows go from A's host to B's, as many as there is room for. */
    private void exchange() {
        for (int i = 0; i < BURST && hostA.send(packet()); i++) {
            sent++;
        }
        long before = received;
        while (hostB.receive() != null) {
            received++;
        }
        if (before == received) {
            Thread.onSpinWait();
        }
    }

    /** UDP over IPv4. */
    private byte[] packet() {
        int n = (int) sent;
        int length = LENGTHS[n % LENGTHS.length];
        ByteBuffer packet = ByteBuffer.allocate(length);
        packet.putShort((short) 0x4500).putShort((short) length).putInt(0);
        packet.put((byte) 64).put((byte) 17).putShort((short) 0);
        packet.putInt(0x0a01_0000 | n % ADDRESSES).putInt(0x0a02_0000 | n / 3 % ADDRESSES);
        packet.putShort(10, checksum(packet));
        packet.putShort((short) 4000).putShort((short) 5000).putShort((short) (length - 20));
        return packet.array();
    }

    private static short checksum(ByteBuffer header) {
        int sum = 0;
        for (int i = 0; i < 20; i += Short.BYTES) {
            sum += header.getShort(i) & 0xffff;
        }
        return (short) ~((sum & 0xffff) + (sum >>> 16));
    }

    private void close() {
        a.close();
        b.close();
        hostA.close();
        hostB.close();
    }
}
