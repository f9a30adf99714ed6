package io.esplanade.engine.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.Engine;
import io.esplanade.engine.EngineBuilder;
import io.esplanade.engine.Snapshot;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.engine.port.memory.MemoryLink;
import io.esplanade.engine.port.memory.Plug;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/**
 * Two engines with all their threads, A at 192.0.2.1 in front of 10.1.0.0/16 and B at 192.0.2.2 in
 * front of 10.2.0.0/16, with a cable between them and a host behind each; tunnel {@code t} protects
 * what goes from A's host to B's. All cables are lossless, so that no packet is lost unless a
 * gateway loses it.
 *
 * <p>The test's thread is both hosts. It sends numbered packets and sees that they arrive in order:
 * where gateways receive on several queues, those of each of several flows.
 */
public final class TwoGateways implements AutoCloseable {

    public static final int MBUFS = 512;
    public static final int LARGE_MBUFS = 2;

    private static final String A = "192.0.2.1";
    private static final String B = "192.0.2.2";
    private static final int FIRST_SPI = 0x1000;
    private static final int UNDER_WAY = 256; // packets at most

    /**
     * Where two threads share an SA, one that gets no CPU keeps its packets from B while the other
     * goes on, until all that may be under way are in front of it: with two of eight flows on its
     * queue, a packet of the SA may be overtaken by 767 of the others', and by 510 that are under
     * way already or wait behind it.
     */
    private static final int REPLAY_WINDOW = 2048;

    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);

    /** So that no key is ever seen twice in this process. */
    private static final AtomicLong KEYS = new AtomicLong(System.nanoTime());

    private final MemoryHost hostA;
    private final MemoryHost hostB;
    private final Engine a;
    private final Engine b;
    private final int flows;
    private final long[] next; // by flow: the number of the packet that is to arrive
    private long sent;
    private long received;
    private long lost;

    private TwoGateways(Mode mode, Consumer<EngineBuilder> moreA, Consumer<EngineBuilder> moreB) {
        Cable cable = Cable.DEFAULT.withQueues(mode.queues());
        hostA = MemoryHost.on(Plug.of("lan", Side.PROTECTED), cable);
        hostB = MemoryHost.on(Plug.of("lan", Side.PROTECTED), cable);
        flows = mode.queues() == 1 ? 1 : 8;
        next = LongStream.range(0, flows).toArray();
        MemoryLink link =
                MemoryLink.between(
                        Plug.of("wan", Side.UNPROTECTED),
                        Plug.of("wan", Side.UNPROTECTED),
                        cable.withMtu(1600));
        byte[] key = newKey();
        EngineBuilder builderA =
                builder("A", mode).port(hostA.port()).port(link.a()).sa(outbound("out-0", 0, key));
        EngineBuilder builderB =
                builder("B", mode).port(hostB.port()).port(link.b()).sa(inbound("in-0", 0, key));
        builderA.policy(protect());
        moreA.accept(builderA);
        moreB.accept(builderB);
        a = builderA.build();
        b = builderB.build();
    }

    private static EngineBuilder builder(String name, Mode mode) {
        boolean isA = name.equals("A");
        return Engine.builder()
                .name(name)
                .runtime(mode.config())
                .mbufs(MBUFS)
                .largeMbufs(LARGE_MBUFS)
                .invariants(true)
                .route(Route.of("10.1.0.0/16", isA ? "lan" : "wan"))
                .route(Route.of("10.2.0.0/16", isA ? "wan" : "lan"))
                .route(Route.of("192.0.2.0/24", "wan"));
    }

    /** Two gateways that run. */
    public static TwoGateways start() {
        return start(Mode.ONE_LANE);
    }

    /** Two gateways that run in this way. */
    public static TwoGateways start(Mode mode) {
        return start(mode, a -> {}, b -> {});
    }

    /** Two gateways that run, with more configuration. */
    public static TwoGateways start(Consumer<EngineBuilder> a, Consumer<EngineBuilder> b) {
        return start(Mode.ONE_LANE, a, b);
    }

    /** Two gateways that run in this way, with more configuration. */
    public static TwoGateways start(
            Mode mode, Consumer<EngineBuilder> a, Consumer<EngineBuilder> b) {
        TwoGateways two = new TwoGateways(mode, a, b);
        two.a.start();
        two.b.start();
        return two;
    }

    public Engine a() {
        return a;
    }

    public Engine b() {
        return b;
    }

    public MemoryHost hostA() {
        return hostA;
    }

    public MemoryHost hostB() {
        return hostB;
    }

    public static byte[] newKey() {
        byte[] key = new byte[20];
        new SplittableRandom(KEYS.incrementAndGet()).nextBytes(key);
        return key;
    }

    /** A's SA number {@code n}; the key is copied. */
    public static SecurityAssociation outbound(String name, int n, byte[] key) {
        return sa(name, n, key).outbound().build();
    }

    /** The same for B. */
    public static SecurityAssociation inbound(String name, int n, byte[] key) {
        return sa(name, n, key)
                .inbound()
                .replayWindow(REPLAY_WINDOW)
                .selectors(List.of(TunnelGateway.selector("10.1.0.0/16", "10.2.0.0/16")))
                .build();
    }

    /** What both have in common. */
    public static SecurityAssociation.Builder sa(String name, int n, byte[] key) {
        return SecurityAssociation.builder(name)
                .tunnel("t")
                .spi(FIRST_SPI + n)
                .from(InetAddress.ofLiteral(A))
                .to(InetAddress.ofLiteral(B))
                .key(KeyMaterial.takeFrom(key.clone()));
    }

    /** A's policy, named {@code p}. */
    public static SecurityPolicy protect() {
        return SecurityPolicy.protect(
                "p",
                Direction.OUTBOUND,
                1,
                TunnelGateway.selector("10.1.0.0/16", "10.2.0.0/16"),
                "t");
    }

    /** The packet with this number; flows follow each other in turn, and sizes differ. */
    public byte[] packet(long number) {
        byte[] data = new byte[8 + (int) (number * 37 % 1200)];
        ByteBuffer.wrap(data).putLong(number);
        return IpPackets.udp("10.1.0.5", "10.2.0.5", 9 + (int) (number % flows), 9, data);
    }

    public long sent() {
        return sent;
    }

    public long received() {
        return received;
    }

    /** Packets that others have overtaken, and so were lost. */
    public long lost() {
        return lost;
    }

    /** Keeps traffic flowing until {@code done}; fails when that takes too long. */
    public void flowUntil(BooleanSupplier done) {
        long deadline = System.nanoTime() + PATIENCE;
        while (!done.getAsBoolean()) {
            boolean busy = offer();
            if (!take() && !busy) {
                Thread.yield();
            }
            assertInTime(deadline);
        }
    }

    /** Keeps traffic flowing until {@code n} more packets have arrived. */
    public void flow(long n) {
        long until = received + n;
        flowUntil(() -> received >= until);
    }

    private boolean offer() {
        if (sent - received - lost >= UNDER_WAY || !hostA.send(packet(sent))) {
            return false;
        }
        sent++;
        return true;
    }

    private boolean take() {
        byte[] packet = hostB.receive();
        if (packet == null) {
            return false;
        }
        long number = ByteBuffer.wrap(packet).getLong(28);
        assertThat(packet).isEqualTo(IpPackets.withTtl(packet(number), 62));
        int flow = (int) (number % flows);
        assertThat(number).as("packets arrive in order").isGreaterThanOrEqualTo(next[flow]);
        lost += (number - next[flow]) / flows;
        next[flow] = number + flows;
        received++;
        return true;
    }

    /** Whether no packet before number {@code n} can still arrive. */
    public boolean arrived(long n) {
        return Arrays.stream(next).allMatch(number -> number >= n);
    }

    /** Sends no more and waits until everything has arrived. */
    public void settle() {
        long deadline = System.nanoTime() + PATIENCE;
        while (received + lost < sent) {
            if (!take()) {
                Thread.yield();
            }
            assertInTime(deadline);
        }
    }

    /** Waits, with no traffic, until {@code done}. */
    public static void await(BooleanSupplier done) {
        long deadline = System.nanoTime() + PATIENCE;
        while (!done.getAsBoolean()) {
            Thread.yield();
            assertInTime(deadline);
        }
    }

    private static void assertInTime(long deadline) {
        assertThat(System.nanoTime() - deadline).as("ns over time").isNegative();
    }

    /** Proves that a closed engine has every mbuf back. */
    public static void assertEveryMbufFree(Snapshot last) {
        assertThat(last.mbufs().get(Owner.FREE)).as("%s", last.mbufs()).isEqualTo(poolSize(last));
    }

    private static long poolSize(Snapshot snapshot) {
        return snapshot.mbufs().values().stream().mapToLong(Long::longValue).sum();
    }

    /** Closes both, and proves that every mbuf came home. */
    @Override
    public void close() {
        a.close();
        b.close();
        hostA.close();
        hostB.close();
        assertEveryMbufFree(a.snapshot());
        assertEveryMbufFree(b.snapshot());
    }
}
