package io.esplanade.engine.abuse;

import io.esplanade.engine.Changes;
import io.esplanade.engine.Engine;
import io.esplanade.engine.EngineBuilder;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.crypto.CryptoProviders;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.ipsec.Direction;
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
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Two gateways under load whose SAs, while packets are under way on them, are replaced so many
 * times; run by {@link SaChurnTest} in a JVM of its own. Prints a line now and then: RSS in KiB,
 * SAs that were added, packets that arrived. Argument: how many SAs.
 */
final class SaChurn {

    private static final int TUNNELS = 16;
    private static final int LENGTH = 300;
    private static final Set<DropReason> EXPECTED =
            Set.of(
                    DropReason.NO_SA,
                    DropReason.NO_OUTBOUND_SA,
                    DropReason.SA_RETIRED,
                    DropReason.TRANSMIT_FULL);

    private final CountingProvider provider;
    private final MemoryHost hostA;
    private final MemoryHost hostB;
    private final Engine a;
    private final Engine b;
    private final byte[][] packets = new byte[TUNNELS][];
    private final ArrayDeque<CompletableFuture<?>> answers = new ArrayDeque<>();
    private long arrivals;

    public static void main(String[] args) throws Exception {
        new SaChurn().run(Integer.parseInt(args[0]));
    }

    private SaChurn() throws Exception {
        provider = new CountingProvider(CryptoProviders.find(CryptoProviders.DEFAULT));
        hostA = MemoryHost.on(Plug.of("lan", Side.PROTECTED), Cable.DEFAULT);
        hostB = MemoryHost.on(Plug.of("lan", Side.PROTECTED), Cable.DEFAULT);
        Plug wan = Plug.of("wan", Side.UNPROTECTED);
        MemoryLink link = MemoryLink.between(wan, wan, Cable.DEFAULT);
        EngineBuilder builderA = builder("A").port(hostA.port()).port(link.a());
        EngineBuilder builderB = builder("B").port(hostB.port()).port(link.b());
        builderA.route(Route.of("0.0.0.0/0", "wan"));
        builderB.address(InetAddress.ofLiteral("192.0.2.2")); // also while it has no SA
        for (int tunnel = 0; tunnel < TUNNELS; tunnel++) {
            packets[tunnel] = IpPackets.udp("10.1.0.5", "10.%d.0.5".formatted(20 + tunnel), LENGTH);
            builderB.route(Route.of(network(tunnel), "lan"));
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

    private EngineBuilder builder(String name) {
        return Engine.builder()
                .name(name)
                .provider(provider)
                .runtime(
                        RuntimeConfig.perCore(1)
                                .withWorkers(2)
                                .withPlacement(RuntimeConfig.Placement.SPREAD))
                .mbufs(4096);
    }

    private static String network(int tunnel) {
        return "10.%d.0.0/16".formatted(20 + tunnel);
    }

    private void run(int sas) throws IOException {
        int rounds = sas / TUNNELS;
        for (int round = 0; round < rounds; round++) {
            replace(round);
            while (answers.size() > 4) { // changes under way, and packets on what they remove
                traffic();
                if (answers.peek().isDone()) {
                    answers.remove().join();
                }
            }
            if (round % (rounds / 10) == 0) {
                System.out.println(OwnStatus.rss() + " " + (round + 1) * TUNNELS + " " + arrivals);
            }
        }
        answers.forEach(CompletableFuture::join);
        finish(rounds);
    }

    /** Adds each tunnel's next SA and removes the one before, on both sides at once. */
    private void replace(int round) {
        Changes inA = a.changes();
        Changes inB = b.changes();
        for (int tunnel = 0; tunnel < TUNNELS; tunnel++) {
            String before = name(tunnel, round - 1);
            inB.add(
                    sa(tunnel, round)
                            .inbound()
                            .selectors(
                                    List.of(TunnelGateway.selector("10.1.0.0/16", network(tunnel))))
                            .build());
            inA.add(sa(tunnel, round).outbound().build());
            if (round > 0) {
                inA.removeSa(before);
                inB.removeSa(before);
            }
        }
        answers.add(inB.submit());
        answers.add(inA.submit());
    }

    private static String name(int tunnel, int round) {
        return "sa-" + tunnel + "-" + round;
    }

    private static SecurityAssociation.Builder sa(int tunnel, int round) {
        int number = round * TUNNELS + tunnel;
        byte[] key = ByteBuffer.allocate(20).putInt(7, number + 1).array();
        return SecurityAssociation.builder(name(tunnel, round))
                .tunnel("tunnel-" + tunnel)
                .spi(0x1000 + number)
                .from(InetAddress.ofLiteral("192.0.2.1"))
                .to(InetAddress.ofLiteral("192.0.2.2"))
                .key(KeyMaterial.takeFrom(key));
    }

    private void traffic() {
        for (byte[] packet : packets) {
            hostA.send(packet);
        }
        while (hostB.receive() != null) {
            arrivals++;
        }
    }

    private void finish(int rounds) throws IOException {
        check(provider.contexts() <= 2 * 2 * TUNNELS, provider.contexts() + " contexts");
        for (Engine engine : new Engine[] {a, b}) {
            Changes last = engine.changes();
            for (int tunnel = 0; tunnel < TUNNELS; tunnel++) {
                last.removeSa(name(tunnel, rounds - 1));
            }
            last.submit().join();
        }
        check(provider.contexts() == 0, provider.contexts() + " contexts are left");
        System.out.println(OwnStatus.rss() + " " + rounds * TUNNELS + " " + arrivals);
        a.close();
        b.close();
        hostA.close();
        hostB.close();
        for (Engine engine : new Engine[] {a, b}) {
            Map<DropReason, Long> drops = engine.snapshot().drops();
            check(EXPECTED.containsAll(drops.keySet()), "drops " + drops);
            check(engine.snapshot().mbufsInUse() == 0, "mbufs " + engine.snapshot().mbufs());
        }
        check(provider.made() == 2L * 2 * rounds * TUNNELS, provider.made() + " contexts made");
        check(provider.usedAfterFree() == 0, provider.usedAfterFree() + " uses after free");
    }

    private static void check(boolean right, String otherwise) {
        if (!right) {
            throw new AssertionError(otherwise);
        }
    }
}
