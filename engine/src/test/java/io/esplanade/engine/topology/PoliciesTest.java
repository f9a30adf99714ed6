package io.esplanade.engine.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.AddressRange;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.KeyOrigin;
import io.esplanade.engine.ipsec.PortRange;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.engine.testing.EspPackets;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.TunnelGateway;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What the policies of one gateway let through, in which direction, and in what form. */
class PoliciesTest {

    private static final String LAN = "10.1.0.5";
    private static final String BYPASSED = "203.0.113.5";
    private static final String DISCARDED = "198.51.100.5";
    private static final String PEER_LAN = "10.2.0.5";

    private static void assertDrops(TunnelGateway tunnel, DropReason reason) {
        assertThat(tunnel.wan().receive()).isNull();
        assertThat(tunnel.lan().receive()).isNull();
        assertThat(tunnel.gateway().drops()).isEqualTo(Map.of(reason, 1L));
        tunnel.gateway().assertEveryMbufAtRest();
    }

    @Test
    void aBypassedPacketLeavesInClear() {
        try (TunnelGateway tunnel = TunnelGateway.open()) {
            byte[] packet = IpPackets.udp(LAN, BYPASSED, 200);
            tunnel.fromLan(packet);
            assertThat(tunnel.wan().receive()).isEqualTo(IpPackets.withTtl(packet, 63));
            assertThat(tunnel.gateway().counters().value(Counter.BYPASSED_PACKETS)).isOne();
        }
    }

    @Test
    void aBypassedPacketComesInInClear() {
        try (TunnelGateway tunnel = TunnelGateway.open()) {
            byte[] packet = IpPackets.udp(BYPASSED, LAN, 200);
            tunnel.fromWan(packet);
            assertThat(tunnel.lan().receive()).isEqualTo(IpPackets.withTtl(packet, 63));
            assertThat(tunnel.gateway().counters().value(Counter.BYPASSED_PACKETS)).isOne();
        }
    }

    @Test
    void aDiscardedPacketDoesNotLeave() {
        try (TunnelGateway tunnel = TunnelGateway.open()) {
            tunnel.fromLan(IpPackets.udp(LAN, DISCARDED, 200));
            assertDrops(tunnel, DropReason.POLICY_DISCARD);
        }
    }

    @Test
    void aDiscardedPacketDoesNotComeIn() {
        try (TunnelGateway tunnel = TunnelGateway.open()) {
            tunnel.fromWan(IpPackets.udp(DISCARDED, LAN, 200));
            assertDrops(tunnel, DropReason.POLICY_DISCARD);
        }
    }

    @Test
    void whatNoPolicyNamesDoesNotLeave() {
        try (TunnelGateway tunnel = TunnelGateway.open()) {
            tunnel.fromLan(IpPackets.udp(LAN, "10.9.0.5", 200));
            assertDrops(tunnel, DropReason.NO_POLICY);
        }
    }

    @Test
    void whatNoPolicyNamesDoesNotComeIn() {
        try (TunnelGateway tunnel = TunnelGateway.open()) {
            tunnel.fromWan(IpPackets.udp("10.9.0.5", LAN, 200));
            assertDrops(tunnel, DropReason.NO_POLICY);
        }
    }

    @Test
    void aProtectedRangeInClearDoesNotComeIn() {
        try (TunnelGateway tunnel = TunnelGateway.open()) {
            tunnel.fromWan(IpPackets.udp(PEER_LAN, LAN, 200));
            assertDrops(tunnel, DropReason.CLEARTEXT_FOR_PROTECT);
        }
    }

    @Test
    void aPacketFromTheTunnelIsNotHeldToPoliciesForPacketsInClear() {
        try (TunnelGateway tunnel = TunnelGateway.open()) {
            byte[] packet = IpPackets.udp(PEER_LAN, LAN, 200);
            tunnel.fromWan(tunnel.fromPeer().seal(1, packet));
            assertThat(tunnel.lan().receive()).isEqualTo(IpPackets.withTtl(packet, 63));
        }
    }

    @Test
    void theFirstPolicyThatMatchesDecidesAndLowerPrioritiesAreFirst() {
        SecurityPolicy exception =
                SecurityPolicy.discard(
                        "exception",
                        Direction.OUTBOUND,
                        99,
                        TunnelGateway.selector("10.1.0.0/16", BYPASSED));
        try (TunnelGateway tunnel =
                TunnelGateway.open(s -> s.more = builder -> builder.policy(exception))) {
            tunnel.fromLan(IpPackets.udp(LAN, BYPASSED, 200));
            assertDrops(tunnel, DropReason.POLICY_DISCARD);
        }
    }

    /** RFC 4301 §7: else half of a protected packet would leave in clear. */
    @Test
    void aLaterFragmentDoesNotSlipPastAPolicyForPortsToOneForTheRest() {
        TrafficSelector echo =
                new TrafficSelector(
                        AddressRange.parse("10.1.0.0/16"),
                        AddressRange.parse(BYPASSED),
                        IpPackets.UDP,
                        PortRange.ANY,
                        PortRange.of(7));
        SecurityPolicy protect =
                SecurityPolicy.protect("echo", Direction.OUTBOUND, 1, echo, "peer");
        try (TunnelGateway tunnel =
                TunnelGateway.open(s -> s.more = builder -> builder.policy(protect))) {
            tunnel.fromLan(IpPackets.udp(LAN, BYPASSED, 9, 7, new byte[50]));
            assertThat(tunnel.toPeer().open(1, tunnel.wan().receive())).isNotEmpty();

            byte[] otherPort = IpPackets.udp(LAN, BYPASSED, 9, 8, new byte[50]);
            tunnel.fromLan(otherPort);
            assertThat(tunnel.wan().receive()).isEqualTo(IpPackets.withTtl(otherPort, 63));

            byte[] noPorts = IpPackets.packet(LAN, BYPASSED, 1, new byte[50]);
            tunnel.fromLan(noPorts);
            assertThat(tunnel.wan().receive()).isEqualTo(IpPackets.withTtl(noPorts, 63));

            byte[] fragment = IpPackets.udp(LAN, BYPASSED, 9, 7, new byte[50]);
            fragment[7] = 4; // data from byte 32 on
            tunnel.fromLan(IpPackets.withChecksum(fragment));
            assertDrops(tunnel, DropReason.FRAGMENT);
        }
    }

    /** In by BYPASS and out again: the outbound policy has its say, as for what comes from us. */
    @Test
    void whatWasLetInInClearGoesOutAgainOnlyAsTheOutboundPolicySays() {
        SecurityPolicy careless =
                SecurityPolicy.bypass(
                        "careless",
                        Direction.INBOUND,
                        1,
                        TunnelGateway.selector("10.1.0.0/16", "10.0.0.0/8"));
        try (TunnelGateway tunnel =
                TunnelGateway.open(s -> s.more = builder -> builder.policy(careless))) {
            byte[] packet = IpPackets.udp(LAN, PEER_LAN, 200);
            tunnel.fromWan(packet);
            byte[] opened = tunnel.toPeer().open(1, tunnel.wan().receive());
            assertThat(Arrays.copyOf(opened, 200)).isEqualTo(IpPackets.withTtl(packet, 63));

            tunnel.fromWan(IpPackets.udp(LAN, "10.9.0.5", 200));
            assertDrops(tunnel, DropReason.NO_POLICY);
        }
    }

    /** RFC 4301 §4.1 and appendix E.1: an SA inside an SA, both ending here. */
    @Test
    void anSaInsideAnSaIsTakenOffToo() {
        EspPackets outer =
                new EspPackets(
                        "198.51.100.7", TunnelGateway.US, 0x3000, TunnelGateway.key(3), true);
        SecurityAssociation sa =
                SecurityAssociation.builder("outer")
                        .inbound()
                        .spi(outer.spi())
                        .from(InetAddress.ofLiteral(outer.source()))
                        .to(InetAddress.ofLiteral(outer.destination()))
                        .key(outer.keyMaterial())
                        .origin(KeyOrigin.STATIC_UNSAFE)
                        .selectors(
                                List.of(
                                        TunnelGateway.selector(
                                                TunnelGateway.PEER, TunnelGateway.US)))
                        .build();
        try (TunnelGateway tunnel = TunnelGateway.open(s -> s.more = builder -> builder.sa(sa))) {
            byte[] packet = IpPackets.udp(PEER_LAN, LAN, 200);
            tunnel.fromWan(outer.seal(1, tunnel.fromPeer().seal(1, packet)));
            assertThat(tunnel.lan().receive()).isEqualTo(IpPackets.withTtl(packet, 63));
            assertThat(tunnel.gateway().counters().value(Counter.DECRYPTED_PACKETS)).isEqualTo(2);

            // The inner one's window counts here as anywhere.
            tunnel.fromWan(outer.seal(2, tunnel.fromPeer().seal(1, packet)));
            assertDrops(tunnel, DropReason.REPLAYED);
        }
    }

    @Test
    void anSaInsideAnSaThatMayNotCarryItIsDropped() {
        try (TunnelGateway tunnel = TunnelGateway.open()) {
            byte[] packet = IpPackets.udp(PEER_LAN, LAN, 200);
            EspPackets peer = tunnel.fromPeer();
            tunnel.fromWan(peer.seal(1, peer.seal(2, packet)));
            assertDrops(tunnel, DropReason.POLICY_MISMATCH);
        }
    }
}
