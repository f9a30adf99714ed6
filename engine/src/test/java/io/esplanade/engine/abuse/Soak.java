package io.esplanade.engine.abuse;

import io.esplanade.engine.Changes;
import io.esplanade.engine.Engine;
import io.esplanade.engine.EngineBuilder;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProviders;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.KeyOrigin;
import io.esplanade.engine.ipsec.Prefix;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.engine.port.memory.MemoryLink;
import io.esplanade.engine.port.memory.Plug;
import io.esplanade.engine.runtime.config.RuntimeConfig;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.TunnelGateway;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Two gateways of two lanes with two workers each, under load for so many seconds while everything
 * about them changes; run by {@link SoakTest} in a JVM of its own. Prints a line each second: RSS
 * in KiB, packets that arrived, rekeys.
 *
 * <p>Every build runs it for some seconds. Ten minutes, from the project's folder:
 *
 * <pre>
 * ./test -pl engine -am -Dtest=SoakTest -Desplanade.soak=600
 * </pre>
 *
 * <p>Through most tunnels nothing may be lost, though their SAs are replaced one after the other
 * and hundreds of others come and go. Two tunnels are denied and allowed again, by policy and by
 * route.
 */
final class Soak {

    private static final int TUNNELS = 8;
    private static final int DENIED = TUNNELS - 2;
    private static final int UNROUTED = TUNNELS - 1;
    private static final int OTHERS = 16; // SAs that come and go together
    private static final int UNDER_WAY = 600; // fewer than a ring between lanes holds
    private static final int LENGTH = 300;
    private static final int NUMBER = 28;
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);
    private static final Set<DropReason> EXPECTED =
            Set.of(DropReason.POLICY_DISCARD, DropReason.NO_ROUTE);

    private final SplittableRandom random = new SplittableRandom(1);
    private final MemoryHost hostA;
    private final MemoryHost hostB;
    private final Engine a;
    private final Engine b;
    private final byte[][] packets = new byte[TUNNELS][];
    private final long[] sent = new long[TUNNELS];
    private final long[] next = new long[TUNNELS]; // the number expected
    private final int[] generation = new int[TUNNELS];
    private long arrivals;
    private long rekeys;

    // What is being changed.
    private int rekeyed; // the tunnel
    private int phase;
    private long lastOnOld;
    private boolean denied;
    private boolean unrouted;
    private boolean others;
    private CompletableFuture<?> rekey = CompletableFuture.completedFuture(null);
    private CompletableFuture<?> change = CompletableFuture.completedFuture(null);

    public static void main(String[] args) throws Exception {
        new Soak().run(TimeUnit.SECONDS.toNanos(Integer.parseInt(args[0])));
    }

    private Soak() {
        Cable cable = Cable.DEFAULT.withQueues(2);
        hostA = MemoryHost.on(Plug.of("lan", Side.PROTECTED), cable);
        hostB = MemoryHost.on(Plug.of("lan", Side.PROTECTED), cable);
        Plug wan = Plug.of("wan", Side.UNPROTECTED);
        MemoryLink link = MemoryLink.between(wan, wan, cable);
        EngineBuilder builderA = builder("A").port(hostA.port()).port(link.a());
        EngineBuilder builderB = builder("B").port(hostB.port()).port(link.b());
        builderA.route(Route.of("0.0.0.0/0", "wan"));
        for (int tunnel = 0; tunnel < TUNNELS; tunnel++) {
            packets[tunnel] = IpPackets.udp("10.1.0.5", host(tunnel), LENGTH);
            builderA.sa(outbound(tunnel, 0));
            builderB.sa(inbound(tunnel, 0)).route(Route.of(network(tunnel), "lan"));
            builderA.policy(
                    SecurityPolicy.protect(
                            "protect-" + tunnel,
                            Direction.OUTBOUND,
                            10,
                            TunnelGateway.selector("10.1.0.0/16", network(tunnel)),
                            "tunnel-" + tunnel));
        }
        a = builderA.build();
        b = builderB.build();
        a.start();
        b.start();
    }

    private static EngineBuilder builder(String name) {
        return Engine.builder()
                .name(name)
                .runtime(
                        RuntimeConfig.perCore(2)
                                .withWorkers(2)
                                .withPlacement(RuntimeConfig.Placement.SPREAD))
                .mbufs(4096);
    }

    private static String network(int tunnel) {
        return "10.%d.0.0/16".formatted(20 + tunnel);
    }

    private static String host(int tunnel) {
        return "10.%d.0.5".formatted(20 + tunnel);
    }

    private static SecurityAssociation outbound(int tunnel, int generation) {
        return sa("tunnel-" + tunnel, tunnel, generation).outbound().build();
    }

    private static SecurityAssociation inbound(int tunnel, int generation) {
        return sa("tunnel-" + tunnel, tunnel, generation)
                .inbound()
                .replayWindow(1024)
                .selectors(List.of(TunnelGateway.selector("10.1.0.0/16", network(tunnel))))
                .build();
    }

    private static SecurityAssociation.Builder sa(String tunnel, int number, int generation) {
        int spi = 0x1000 + number * 2 + generation % 2; // and so the key: few, and used again
        return SecurityAssociation.builder(name(number, generation))
                .tunnel(tunnel)
                .spi(spi)
                .from(InetAddress.ofLiteral("192.0.2.1"))
                .to(InetAddress.ofLiteral("192.0.2.2"))
                .origin(KeyOrigin.STATIC_UNSAFE)
                .key(KeyMaterial.takeFrom(TunnelGateway.key(spi)));
    }

    private static String name(int number, int generation) {
        return "sa-" + number + "-" + generation % 2;
    }

    private void run(long nanos) throws IOException, CryptoException {
        long start = System.nanoTime();
        long report = start;
        while (System.nanoTime() - start < nanos) {
            for (int i = 0; i < 64; i++) {
                send();
            }
            receive();
            rekey();
            change();
            if (System.nanoTime() - report >= 0) {
                report += TimeUnit.SECONDS.toNanos(1);
                System.out.println(OwnStatus.rss() + " " + arrivals + " " + rekeys);
            }
        }
        finish();
    }

    private void send() {
        int tunnel = random.nextInt(TUNNELS);
        // Of those that may be lost nobody knows how many are under way: fewer than of another
        // tunnel of their lane.
        long most = tunnel < DENIED ? next[tunnel] : next[tunnel - 2] / 4;
        if (sent[tunnel] - most > UNDER_WAY / TUNNELS) {
            return;
        }
        ByteBuffer.wrap(packets[tunnel]).putLong(NUMBER, sent[tunnel]);
        if (hostA.send(packets[tunnel])) {
            sent[tunnel]++;
        }
    }

    private void receive() {
        for (byte[] packet; (packet = hostB.receive()) != null; ) {
            int tunnel = (packet[17] & 0xff) - 20;
            long number = ByteBuffer.wrap(packet).getLong(NUMBER);
            if (number < next[tunnel] || tunnel < DENIED && number > next[tunnel]) {
                throw new AssertionError(
                        "tunnel %d: packet %d where %d was next"
                                .formatted(tunnel, number, next[tunnel]));
            }
            next[tunnel] = number + 1;
            arrivals++;
        }
    }

    /** One tunnel's SAs after the other's: the successor first on the side that receives. */
    private void rekey() {
        if (!rekey.isDone()) {
            return;
        }
        rekey.join();
        int tunnel = rekeyed;
        int now = generation[tunnel];
        Changes inA = a.changes();
        Changes inB = b.changes();
        switch (phase) {
            case 0 -> {
                inB.add(inbound(tunnel, now + 1));
                rekey = inB.submit();
            }
            case 1 -> {
                inA.add(outbound(tunnel, now + 1));
                inA.removeSa(name(tunnel, now));
                rekey = inA.submit();
            }
            case 2 -> lastOnOld = sent[tunnel]; // those behind it are on the successor
            case 3 -> {
                if (next[tunnel] < lastOnOld) {
                    return;
                }
                inB.removeSa(name(tunnel, now));
                rekey = inB.submit();
            }
            default -> {
                generation[tunnel]++;
                rekeyed = (tunnel + 1) % DENIED;
                rekeys++;
            }
        }
        phase = (phase + 1) % 5;
    }

    private void change() {
        if (!change.isDone()) {
            return;
        }
        change.join();
        Changes inA = a.changes();
        Changes inB = b.changes();
        if (random.nextBoolean()) {
            changePolicy(inA);
        }
        if (random.nextBoolean()) {
            changeRoute(inB);
        }
        changeOthers(inA, inB);
        change = CompletableFuture.allOf(inA.submit(), inB.submit());
    }

    private void changePolicy(Changes changes) {
        if (denied) {
            changes.removePolicy("deny");
        } else {
            changes.add(
                    SecurityPolicy.discard(
                            "deny",
                            Direction.OUTBOUND,
                            1,
                            TunnelGateway.selector("10.1.0.0/16", network(DENIED))));
        }
        denied = !denied;
    }

    private void changeRoute(Changes changes) {
        if (unrouted) {
            changes.add(Route.of(network(UNROUTED), "lan"));
        } else {
            changes.removeRoute(Prefix.parse(network(UNROUTED)));
        }
        unrouted = !unrouted;
    }

    private void changeOthers(Changes inA, Changes inB) {
        for (int i = 0; i < OTHERS; i++) {
            int number = TUNNELS + i;
            if (others) {
                inA.removeSa(name(number, 0));
                inB.removeSa(name(number, 0));
            } else {
                inA.add(sa("other-" + i, number, 0).outbound().build());
                inB.add(sa("other-" + i, number, 0).inbound().build());
            }
        }
        others = !others;
    }

    private void finish() throws CryptoException {
        long deadline = System.nanoTime() + PATIENCE;
        boolean all = false;
        while (!all) {
            receive();
            all = true;
            for (int tunnel = 0; tunnel < DENIED; tunnel++) {
                all &= next[tunnel] == sent[tunnel];
            }
            check(System.nanoTime() < deadline, "packets are missing: " + a.snapshot());
        }
        a.close();
        b.close();
        hostA.close();
        hostB.close();
        for (Engine engine : new Engine[] {a, b}) {
            Map<DropReason, Long> drops = engine.snapshot().drops();
            check(EXPECTED.containsAll(drops.keySet()), "drops " + drops);
            check(engine.snapshot().mbufsInUse() == 0, "mbufs " + engine.snapshot().mbufs());
        }
        check(CryptoProviders.find(CryptoProviders.DEFAULT).contexts() == 0, "contexts are left");
    }

    private static void check(boolean right, String otherwise) {
        if (!right) {
            throw new AssertionError(otherwise);
        }
    }
}
