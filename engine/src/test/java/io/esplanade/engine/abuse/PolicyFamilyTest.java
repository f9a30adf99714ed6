package io.esplanade.engine.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.AddressRange;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.TunnelGateway;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;

/** Inside, IPv4 addresses are mapped ones; policies for IPv6 must not get to see that. */
class PolicyFamilyTest {

    private static final TrafficSelector ALL_OF_IPV6 = TunnelGateway.selector("::/0", "::/0");

    @Test
    void aBypassForAllOfIpv6LetsNoIpv4OutInClear() {
        try (TunnelGateway tunnel =
                TunnelGateway.open(
                        s ->
                                s.more =
                                        b ->
                                                b.policy(
                                                        SecurityPolicy.bypass(
                                                                "ipv6",
                                                                Direction.OUTBOUND,
                                                                1,
                                                                ALL_OF_IPV6)))) {
            byte[] inner = TunnelGateway.outbound(60);
            tunnel.fromLan(inner);
            tunnel.toPeer().open(1, tunnel.wan().receive());
            byte[] inner6 = IpPackets.udp("fd01::5", "fd02::5", 60);
            tunnel.fromLan(inner6);
            assertThat(tunnel.wan().receive()).isEqualTo(IpPackets.withTtl(inner6, 63));
        }
    }

    @Test
    void anAssociationForAllOfIpv6LetsNoIpv4In() {
        try (TunnelGateway tunnel =
                TunnelGateway.open(s -> s.innerFromPeer = List.of(ALL_OF_IPV6))) {
            tunnel.fromWan(tunnel.fromPeer().seal(1, TunnelGateway.inbound(60)));
            assertThat(tunnel.lan().receive()).isNull();
            assertThat(tunnel.gateway().drops()).isEqualTo(Map.of(DropReason.POLICY_MISMATCH, 1L));
        }
    }

    @Test
    void aRangeOfOneFamilyContainsNoneOfTheOther() {
        assertThat(AddressRange.parse("::/0").contains(InetAddress.ofLiteral("10.1.0.5")))
                .isFalse();
        assertThat(AddressRange.parse("0.0.0.0/0").contains(InetAddress.ofLiteral("::1")))
                .isFalse();
    }
}
