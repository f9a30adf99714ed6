package io.esplanade.engine.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.control.Command;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.ipsec.AddressRange;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.PortRange;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.engine.testing.HandClock;
import io.esplanade.engine.testing.IpFragments;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.TunnelGateway;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Later fragments do not show their ports: what policies for ports make of them (RFC 4301 §7). */
class FragmentPoliciesTest {

    private static final String LAN = "10.1.0.5";
    private static final String OUT = "203.0.113.5"; // bypassed, but for what tests say
    private static final int TCP = 6;

    private final HandClock clock = new HandClock();

    private TunnelGateway gateway(SecurityPolicy... policies) {
        return TunnelGateway.open(
                s ->
                        s.more =
                                builder -> {
                                    builder.clock(clock);
                                    List.of(policies).forEach(builder::policy);
                                });
    }

    /** UDP to port 7 is protected, all else to there bypassed. */
    private static SecurityPolicy echo() {
        return SecurityPolicy.protect(
                "echo", Direction.OUTBOUND, 1, udpTo(PortRange.of(7)), "peer");
    }

    private static TrafficSelector udpTo(PortRange ports) {
        return new TrafficSelector(
                AddressRange.parse("10.1.0.0/16"),
                AddressRange.parse(OUT),
                IpPackets.UDP,
                PortRange.ANY,
                ports);
    }

    private static byte[] datagram(int port) {
        return IpPackets.udp(LAN, OUT, 9, port, new byte[56]);
    }

    /** A fragment of an IPv4 packet: {@code length} bytes of its payload from {@code offset} on. */
    private static byte[] fragment(byte[] packet, int id, int offset, int length) {
        return IpFragments.piece(packet, offset, offset + length, id);
    }

    private static void assertProtected(TunnelGateway tunnel, long sequence, byte[] packet) {
        byte[] inner = tunnel.toPeer().open(sequence, tunnel.wan().receive());
        assertThat(Arrays.copyOf(inner, packet.length)).isEqualTo(IpPackets.withTtl(packet, 63));
    }

    private static void assertBypassed(TunnelGateway tunnel, byte[] packet) {
        assertThat(tunnel.wan().receive()).isEqualTo(IpPackets.withTtl(packet, 63));
    }

    private static void assertDropped(TunnelGateway tunnel, long times) {
        assertThat(tunnel.wan().receive()).isNull();
        assertThat(tunnel.lan().receive()).isNull();
        assertThat(tunnel.gateway().drops()).isEqualTo(Map.of(DropReason.FRAGMENT, times));
        tunnel.gateway().assertEveryMbufAtRest();
    }

    @Test
    void laterFragmentsGoTheWayOfTheirFirst() {
        try (TunnelGateway tunnel = gateway(echo())) {
            for (int offset = 0; offset < 64; offset += 16) {
                tunnel.fromLan(fragment(datagram(7), 1, offset, 16));
                assertProtected(tunnel, 1 + offset / 16, fragment(datagram(7), 1, offset, 16));
                tunnel.fromLan(fragment(datagram(8), 2, offset, 16));
                assertBypassed(tunnel, fragment(datagram(8), 2, offset, 16));
            }
        }
    }

    /** RFC 4301 §7.4. */
    @Test
    void laterFragmentsAreDiscardedWithTheirFirst() {
        SecurityPolicy discard =
                SecurityPolicy.discard("no-echo", Direction.OUTBOUND, 1, udpTo(PortRange.of(7)));
        try (TunnelGateway tunnel = gateway(discard)) {
            for (int offset = 0; offset < 64; offset += 16) {
                tunnel.fromLan(fragment(datagram(7), 1, offset, 16));
                tunnel.fromLan(fragment(datagram(8), 2, offset, 16));
                assertBypassed(tunnel, fragment(datagram(8), 2, offset, 16));
            }
            assertThat(tunnel.gateway().drops()).isEqualTo(Map.of(DropReason.POLICY_DISCARD, 4L));
        }
    }

    @Test
    void aLaterFragmentWhoseFirstDidNotComeBeforeItIsDropped() {
        try (TunnelGateway tunnel = gateway(echo())) {
            tunnel.fromLan(fragment(datagram(8), 2, 16, 16));
            assertDropped(tunnel, 1);
            tunnel.fromLan(fragment(datagram(8), 2, 0, 16));
            assertBypassed(tunnel, fragment(datagram(8), 2, 0, 16));
            tunnel.fromLan(fragment(datagram(8), 3, 16, 16)); // of another packet
            assertDropped(tunnel, 2);
        }
    }

    @Test
    void aFirstFragmentIsRememberedForFiveSecondsOrUntilTheTablesChange() {
        try (TunnelGateway tunnel = gateway(echo())) {
            byte[] later = fragment(datagram(8), 2, 16, 16);
            tunnel.fromLan(fragment(datagram(8), 2, 0, 16));
            tunnel.wan().receive();
            clock.forward(Duration.ofSeconds(5));
            tunnel.fromLan(later);
            assertBypassed(tunnel, later);
            clock.forward(Duration.ofSeconds(1));
            tunnel.fromLan(later);
            assertDropped(tunnel, 1);

            tunnel.fromLan(fragment(datagram(8), 2, 0, 16));
            tunnel.wan().receive();
            tunnel.gateway()
                    .apply(
                            new Command.AddRoute(
                                    Route.of("10.77.0.0/16", "lan"), new CompletableFuture<>()));
            tunnel.fromLan(later);
            assertDropped(tunnel, 2);
        }
    }

    /** A flood of first fragments takes a fixed memory, and nothing worse than later ones. */
    @Test
    void firstFragmentsWithoutEndMakeOnlyLaterOnesBeDropped() {
        try (TunnelGateway tunnel = gateway(echo())) {
            tunnel.fromLan(fragment(datagram(8), 1, 0, 16));
            assertBypassed(tunnel, fragment(datagram(8), 1, 0, 16));
            for (int id = 2; id < 20_000; id++) {
                tunnel.fromLan(fragment(datagram(8), id, 0, 16));
                tunnel.wan().receive();
            }
            tunnel.fromLan(fragment(datagram(8), 1, 16, 16));
            assertDropped(tunnel, 1);
            tunnel.fromLan(fragment(datagram(8), 19_999, 16, 16));
            assertBypassed(tunnel, fragment(datagram(8), 19_999, 16, 16));
        }
    }

    /** RFC 4301 §7.1: nobody need look at ports for these. */
    @Test
    void whereNoPolicyIsForPortsFragmentsPassAlone() {
        try (TunnelGateway tunnel = gateway()) {
            byte[] later = fragment(datagram(7), 1, 32, 16);
            tunnel.fromLan(later);
            assertBypassed(tunnel, later);
        }
    }

    /** RFC 4301 §7.2. */
    @Test
    void aPolicyForOpaquePortsTakesLaterFragments() {
        SecurityPolicy opaque =
                SecurityPolicy.protect(
                        "later", Direction.OUTBOUND, 0, udpTo(PortRange.OPAQUE), "peer");
        try (TunnelGateway tunnel = gateway(opaque, echo())) {
            tunnel.fromLan(fragment(datagram(8), 1, 0, 16));
            assertBypassed(tunnel, fragment(datagram(8), 1, 0, 16));
            byte[] later = fragment(datagram(8), 1, 16, 16);
            tunnel.fromLan(later);
            assertProtected(tunnel, 1, later);
        }
    }

    /** RFC 1858 §3.2.2, which RFC 4301 §7.2 asks for. */
    @Test
    void aFragmentThatOverwritesATcpHeaderIsDropped() {
        try (TunnelGateway tunnel = gateway()) {
            byte[] segment = IpPackets.packet(LAN, OUT, TCP, new byte[64]);
            tunnel.fromLan(fragment(segment, 1, 0, 16));
            assertBypassed(tunnel, fragment(segment, 1, 0, 16));
            tunnel.fromLan(fragment(segment, 1, 8, 16));
            assertDropped(tunnel, 1);
            tunnel.fromLan(fragment(segment, 1, 16, 16));
            assertBypassed(tunnel, fragment(segment, 1, 16, 16));
        }
    }

    /**
     * RFC 4301 §5.2 and §7.3: what comes out of an SA is held to its selectors in fragments too.
     */
    @Test
    void outOfAnSaForPortsLaterFragmentsComeBehindTheirFirst() {
        TrafficSelector echoes =
                new TrafficSelector(
                        AddressRange.parse("10.2.0.0/16"),
                        AddressRange.parse("10.1.0.0/16"),
                        IpPackets.UDP,
                        PortRange.ANY,
                        PortRange.of(7));
        try (TunnelGateway tunnel = TunnelGateway.open(s -> s.innerFromPeer = List.of(echoes))) {
            byte[] good = IpPackets.udp("10.2.0.5", LAN, 9, 7, new byte[56]);
            byte[] bad = IpPackets.udp("10.2.0.5", LAN, 9, 8, new byte[56]);
            byte[][] fragments = {
                fragment(good, 1, 16, 16), // before its first
                fragment(good, 1, 0, 16),
                fragment(good, 1, 16, 16),
                fragment(bad, 2, 0, 16),
                fragment(bad, 2, 16, 16),
            };
            for (int i = 0; i < fragments.length; i++) {
                tunnel.fromWan(tunnel.fromPeer().seal(i + 1, fragments[i]));
            }
            assertThat(tunnel.lan().receive()).isEqualTo(IpPackets.withTtl(fragments[1], 63));
            assertThat(tunnel.lan().receive()).isEqualTo(IpPackets.withTtl(fragments[2], 63));
            assertThat(tunnel.lan().receive()).isNull();
            assertThat(tunnel.gateway().drops())
                    .isEqualTo(Map.of(DropReason.FRAGMENT, 1L, DropReason.POLICY_MISMATCH, 2L));
        }
    }

    /** Behind IPv6's fragment header there may be options, which only the first fragment shows. */
    @Test
    void anIpv6FragmentThatHidesItsProtocolGoesTheWayOfItsFirst() {
        AddressRange ours = AddressRange.parse("fd01::/32");
        AddressRange outside = AddressRange.parse("2001:db8::/32");
        SecurityPolicy udp =
                SecurityPolicy.protect(
                        "udp",
                        Direction.OUTBOUND,
                        1,
                        new TrafficSelector(
                                ours, outside, IpPackets.UDP, PortRange.ANY, PortRange.ANY),
                        "peer");
        SecurityPolicy rest =
                SecurityPolicy.bypass(
                        "rest", Direction.OUTBOUND, 2, TrafficSelector.between(ours, outside));
        try (TunnelGateway tunnel = gateway(udp, rest)) {
            byte[] first = ipv6Fragment(1, 0, true);
            byte[] later = ipv6Fragment(1, 24, false);
            tunnel.fromLan(later);
            assertDropped(tunnel, 1);
            tunnel.fromLan(first);
            assertProtected(tunnel, 1, first);
            tunnel.fromLan(later);
            assertProtected(tunnel, 2, later);
        }
    }

    /** Hop-by-hop options, the fragment header, and a part of destination options and UDP. */
    private static byte[] ipv6Fragment(int id, int offset, boolean more) {
        ByteBuffer payload = ByteBuffer.allocate(8 + 8 + 24);
        payload.put(new byte[] {44, 0, 1, 4, 0, 0, 0, 0});
        payload.put((byte) 60).put((byte) 0).putShort((short) (offset | (more ? 1 : 0))).putInt(id);
        if (offset == 0) {
            payload.put(new byte[] {17, 0, 1, 4, 0, 0, 0, 0});
            payload.putShort((short) 9).putShort((short) 7).putShort((short) 32);
        }
        return IpPackets.packet("fd01::5", "2001:db8::99", 0, payload.array());
    }
}
