package io.esplanade.engine.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.Engine;
import io.esplanade.engine.EngineBuilder;
import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.Fragmentation;
import io.esplanade.engine.ipsec.HeaderRules;
import io.esplanade.engine.ipsec.HeaderRules.DontFragment;
import io.esplanade.engine.ipsec.IpsecProtocol;
import io.esplanade.engine.ipsec.MtuRules;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.engine.port.memory.MemoryLink;
import io.esplanade.engine.port.memory.Plug;
import io.esplanade.engine.testing.IpFragments;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.Mode;
import io.esplanade.engine.testing.TunnelGateway;
import io.esplanade.engine.testing.TwoGateways;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Packets of all lengths from one gateway to another over a link with an MTU of 1400: all of them
 * arrive, in fragments or whole, and no mbuf is lost.
 */
class MtuSweepTest {

    private static final int LONGEST = 9000;
    private static final int MTU = 1400;

    @ParameterizedTest
    @CsvSource({
        "PRE, false, ONE_LANE", "POST, false, ONE_LANE", "POST, true, ONE_LANE",
        "PRE, true, TWO_LANES", "POST, false, TWO_LANES", "POST, true, TWO_WORKERS",
        "POST, false, FINE_GRAINED", "PRE, false, GIANT_LOCK",
    })
    void nothingIsLostWhateverItsLength(Fragmentation fragmentation, boolean ipv6Outside, Mode mode)
            throws Exception {
        byte[] key = TwoGateways.newKey();
        run(
                mode,
                fragmentation,
                sa ->
                        sa.from(InetAddress.ofLiteral(ipv6Outside ? "2001:db8::1" : "192.0.2.1"))
                                .to(
                                        InetAddress.ofLiteral(
                                                ipv6Outside ? "2001:db8::2" : "192.0.2.2"))
                                .key(KeyMaterial.takeFrom(key.clone())));
    }

    /** RFC 4302 §3.3.3.1: the ICV covers the ID, which the pieces must have too. */
    @Test
    void norInPiecesOfAhPacketsThatWouldHaveDf() throws Exception {
        byte[] key = Arrays.copyOf(TwoGateways.newKey(), 32);
        run(
                Mode.ONE_LANE,
                Fragmentation.POST,
                sa ->
                        sa.from(InetAddress.ofLiteral("192.0.2.1"))
                                .to(InetAddress.ofLiteral("192.0.2.2"))
                                .protocol(IpsecProtocol.AH)
                                .suite(Suite.ofKeyword("null-sha256").orElseThrow())
                                .headers(HeaderRules.DEFAULT.withDf(DontFragment.SET))
                                .key(KeyMaterial.takeFrom(key.clone())));
    }

    private static void run(
            Mode mode, Fragmentation fragmentation, Consumer<SecurityAssociation.Builder> sas)
            throws Exception {
        Cable lan = Cable.DEFAULT.withMtu(LONGEST).withQueues(mode.queues());
        try (MemoryHost hostA = MemoryHost.on(Plug.of("lan", Side.PROTECTED), lan);
                MemoryHost hostB = MemoryHost.on(Plug.of("lan", Side.PROTECTED), lan);
                MemoryLink wan =
                        MemoryLink.between(
                                Plug.of("wan", Side.UNPROTECTED),
                                Plug.of("wan", Side.UNPROTECTED),
                                lan.withMtu(MTU))) {
            Engine a = gateway(mode, "a", hostA.port(), wan.a(), sa(fragmentation, sas));
            Engine b = gateway(mode, "b", hostB.port(), wan.b(), sa(fragmentation, sas));
            try {
                a.start();
                b.start();
                sweep(hostA, hostB, fragmentation);
            } finally {
                a.close();
                b.close();
            }
            assertThat(a.snapshot().drops()).isEmpty();
            assertThat(b.snapshot().drops()).isEmpty();
            assertThat(a.snapshot().counters().get(Counter.FRAGMENTS_MADE)).isPositive();
            TwoGateways.assertEveryMbufFree(a.snapshot());
            TwoGateways.assertEveryMbufFree(b.snapshot());
        }
    }

    private static void sweep(MemoryHost hostA, MemoryHost hostB, Fragmentation fragmentation) {
        List<byte[]> pieces = new ArrayList<>();
        for (int length = 28; length <= LONGEST; length += step(length)) {
            byte[] packet = IpPackets.withId(IpPackets.udp("10.1.0.5", "10.2.0.5", length), length);
            assertThat(hostA.send(packet)).isTrue();
            byte[] expected = IpPackets.withTtl(packet, 62);
            pieces.clear();
            byte[] arrived = null;
            long deadline = System.nanoTime() + 10_000_000_000L;
            while (arrived == null) {
                assertThat(System.nanoTime() - deadline).as("%d B", length).isNegative();
                byte[] piece = hostB.receive();
                if (piece == null) {
                    Thread.onSpinWait();
                } else {
                    pieces.add(piece);
                    arrived = IpFragments.join(pieces);
                }
            }
            assertThat(arrived).as("%d B", length).isEqualTo(expected);
            if (fragmentation == Fragmentation.POST) {
                assertThat(pieces).as("the host never sees a fragment").hasSize(1);
            }
        }
    }

    /** Each length where it matters, and some in between. */
    private static int step(int length) {
        int nearest = Math.floorMod(length, 1344);
        return length < 100 || nearest < 40 || nearest > 1300 ? 1 : 13;
    }

    private static SecurityAssociation.Builder sa(
            Fragmentation fragmentation, Consumer<SecurityAssociation.Builder> more) {
        SecurityAssociation.Builder sa =
                SecurityAssociation.builder("sa")
                        .tunnel("t")
                        .spi(0x1000)
                        .mtuRules(MtuRules.DEFAULT.withFragmentation(fragmentation));
        more.accept(sa);
        return sa;
    }

    private static Engine gateway(
            Mode mode, String name, Port lan, Port wan, SecurityAssociation.Builder sa) {
        boolean isA = name.equals("a");
        EngineBuilder builder =
                Engine.builder()
                        .name(name)
                        .runtime(mode.config())
                        .mbufs(TwoGateways.MBUFS)
                        .largeMbufs(8)
                        .invariants(true)
                        .port(lan)
                        .port(wan)
                        .route(Route.of("10.1.0.0/16", isA ? "lan" : "wan"))
                        .route(Route.of("10.2.0.0/16", isA ? "wan" : "lan"))
                        .route(Route.of("192.0.2.0/24", "wan"))
                        .route(Route.of("2001:db8::/32", "wan"));
        if (isA) {
            return builder.sa(sa.outbound().build())
                    .policy(
                            SecurityPolicy.protect(
                                    "p",
                                    Direction.OUTBOUND,
                                    1,
                                    TunnelGateway.selector("10.1.0.0/16", "10.2.0.0/16"),
                                    "t"))
                    .build();
        }
        return builder.sa(
                        sa.inbound()
                                .selectors(
                                        List.of(
                                                TunnelGateway.selector(
                                                        "10.1.0.0/16", "10.2.0.0/16")))
                                .build())
                .build();
    }
}
