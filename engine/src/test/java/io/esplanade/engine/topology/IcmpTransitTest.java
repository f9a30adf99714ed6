package io.esplanade.engine.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.AddressRange;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.PortRange;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.Mode;
import io.esplanade.engine.testing.TunnelGateway;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * ICMP errors of routers whose own addresses are not for a tunnel pass it by what they quote, and
 * by nothing else (RFC 4301 §6.2), in every runtime.
 */
@ParameterizedClass
@EnumSource
class IcmpTransitTest {

    private static final String ROUTER = "172.16.0.9"; // no policy is for it
    private static final String ROUTER6 = "fdff::9";
    private static final String OURS = "10.1.0.5";
    private static final String THEIRS = "10.2.0.5";
    private static final int TIME_EXCEEDED = 0xb00;
    private static final int TIME_EXCEEDED6 = 0x300;
    private static final int ECHO = 0x800;
    private static final int REDIRECT = 0x501;

    private final TunnelGateway tunnel;
    private long sequence;

    IcmpTransitTest(Mode mode) {
        tunnel = TunnelGateway.open(s -> s.more = b -> b.runtime(mode.config()));
    }

    @AfterEach
    void close() {
        tunnel.gateway().assertEveryMbufAtRest();
        tunnel.close();
    }

    private static byte[] error(String to, byte[] about) {
        return IpPackets.icmp(ROUTER, to, TIME_EXCEEDED, 0, Arrays.copyOf(about, 28));
    }

    private static byte[] forwarded(byte[] packet) {
        return IpPackets.withTtl(packet, 63);
    }

    /** What comes out on the protected side of what the peer sends in the tunnel. */
    private byte[] outOfTunnel(byte[] inner) {
        tunnel.fromWan(tunnel.fromPeer().seal(++sequence, inner));
        return tunnel.lan().receive();
    }

    private void assertDropped(DropReason reason, long packets) {
        assertThat(tunnel.wan().receive()).isNull();
        assertThat(tunnel.lan().receive()).isNull();
        assertThat(tunnel.gateway().drops()).isEqualTo(Map.of(reason, packets));
    }

    @Test
    void anErrorAboutAPacketThatWentByTheTunnelComesIn() {
        byte[] error = error(OURS, IpPackets.udp(OURS, THEIRS, 100));
        assertThat(outOfTunnel(error)).isEqualTo(forwarded(error));
        byte[] again = error(OURS, IpPackets.udp(OURS, "10.2.0.7", 100));
        assertThat(outOfTunnel(again)).isEqualTo(forwarded(again));
        assertThat(tunnel.gateway().drops()).isEmpty();
    }

    @Test
    void overIpv6Too() {
        byte[] options = {17, 0, 1, 4, 0, 0, 0, 0};
        byte[] about = IpPackets.packet("fd01::5", "fd02::5", 60, Arrays.copyOf(options, 100));
        byte[] error =
                IpPackets.icmp(ROUTER6, "fd01::5", TIME_EXCEEDED6, 0, Arrays.copyOf(about, 56));
        assertThat(outOfTunnel(error)).isEqualTo(forwarded(error));
        byte[] cutInOptions =
                IpPackets.icmp(ROUTER6, "fd01::5", TIME_EXCEEDED6, 0, Arrays.copyOf(about, 44));
        assertThat(outOfTunnel(cutInOptions)).isNull();
        assertDropped(DropReason.POLICY_MISMATCH, 1);
    }

    @Test
    void anErrorAboutAPacketThatTheTunnelDoesNotCarryIsDropped() {
        assertThat(outOfTunnel(error(OURS, IpPackets.udp(OURS, "10.3.0.5", 100)))).isNull();
        assertThat(outOfTunnel(error(OURS, IpPackets.udp(THEIRS, OURS, 100)))).isNull();
        // Not to who sent what it quotes.
        assertThat(outOfTunnel(error("10.1.0.6", IpPackets.udp(OURS, THEIRS, 100)))).isNull();
        assertDropped(DropReason.POLICY_MISMATCH, 3);
    }

    @Test
    void whatQuotesNoPacketOrIsNoErrorIsDropped() {
        byte[] about = IpPackets.udp(OURS, THEIRS, 100);
        for (int quoted : new int[] {0, 19}) {
            byte[] quote = Arrays.copyOf(about, quoted);
            byte[] error = IpPackets.icmp(ROUTER, OURS, TIME_EXCEEDED, 0, quote);
            assertThat(outOfTunnel(error)).isNull();
        }
        for (int type : new int[] {ECHO, REDIRECT}) {
            assertThat(outOfTunnel(IpPackets.icmp(ROUTER, OURS, type, 0, about))).isNull();
        }
        byte[] fragment = IpPackets.with(error(OURS, about), 6, 0x20); // more of it follow
        assertThat(outOfTunnel(IpPackets.withChecksum(fragment))).isNull();
        assertDropped(DropReason.POLICY_MISMATCH, 5);
    }

    @Test
    void anErrorOfARouterInsideLeavesByTheTunnelOfTheAnswers() {
        byte[] error = error(THEIRS, IpPackets.udp(THEIRS, OURS, 100));
        tunnel.fromLan(error);
        byte[] opened = tunnel.toPeer().open(1, tunnel.wan().receive());
        assertThat(Arrays.copyOf(opened, error.length)).isEqualTo(forwarded(error));
        assertThat(tunnel.gateway().drops()).isEmpty();
    }

    @Test
    void anErrorOfARouterInsideAboutAnythingElseDoesNotLeave() {
        tunnel.fromLan(error(THEIRS, IpPackets.udp(THEIRS, "10.9.0.5", 100)));
        tunnel.fromLan(error("10.2.0.6", IpPackets.udp(THEIRS, OURS, 100)));
        // What answers a packet in clear may leave in clear, which is not for others to use.
        tunnel.fromLan(error("203.0.113.9", IpPackets.udp("203.0.113.9", OURS, 100)));
        assertDropped(DropReason.NO_SA_FOR_ICMP_ERROR, 3);
    }

    @Test
    void whatIsNoErrorNeedsAPolicyOfItsOwn() {
        byte[] quote = IpPackets.udp(THEIRS, OURS, 100);
        tunnel.fromLan(IpPackets.icmp(ROUTER, THEIRS, ECHO, 0, quote));
        tunnel.fromLan(IpPackets.icmp(ROUTER, THEIRS, REDIRECT, 0, quote));
        assertDropped(DropReason.NO_POLICY, 2);
    }

    /** An SA for one port: the quote shows which, its first eight bytes being there. */
    @Test
    void portsOfTheQuotedPacketCount() {
        TrafficSelector web =
                new TrafficSelector(
                        AddressRange.parse("10.1.0.0/16"),
                        AddressRange.parse("10.9.0.0/16"),
                        IpPackets.UDP,
                        PortRange.of(80),
                        PortRange.ANY);
        try (TunnelGateway other =
                TunnelGateway.open(
                        s ->
                                s.more =
                                        b ->
                                                b.policy(
                                                        SecurityPolicy.protect(
                                                                "web",
                                                                Direction.OUTBOUND,
                                                                1,
                                                                web,
                                                                "peer")))) {
            for (int port : List.of(81, 80)) {
                byte[] about = IpPackets.udp("10.9.0.5", OURS, 4000, port, new byte[9]);
                other.fromLan(error("10.9.0.5", about));
            }
            assertThat(other.wan().receive()).isNotNull();
            assertThat(other.wan().receive()).isNull();
            assertThat(other.gateway().drops())
                    .isEqualTo(Map.of(DropReason.NO_SA_FOR_ICMP_ERROR, 1L));
        }
    }
}
