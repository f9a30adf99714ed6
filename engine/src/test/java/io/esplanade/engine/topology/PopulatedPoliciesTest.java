package io.esplanade.engine.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.engine.control.Command;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.AddressRange;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.PortRange;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.ipsec.Selector;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.engine.testing.HandClock;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.TunnelGateway;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Policies that have some selectors populated from the packet (RFC 4301 §4.4.1.2): they tell which
 * SA a packet wants, and let nothing through.
 */
class PopulatedPoliciesTest {

    private static final String LAN = "10.1.0.5";
    private static final String OUT = "203.0.113.5";

    private static SecurityPolicy policy(Selector... populated) {
        return SecurityPolicy.protect(
                        "trap",
                        Direction.OUTBOUND,
                        10,
                        TunnelGateway.selector("10.1.0.0/16", "203.0.113.0/24"),
                        "nobody")
                .populating(populated);
    }

    private static TunnelGateway gateway(SecurityPolicy policy) {
        return TunnelGateway.open(s -> s.more = builder -> builder.policy(policy));
    }

    @Test
    void aFlowsFirstPacketTellsWhichSaItWants() {
        try (TunnelGateway tunnel =
                gateway(policy(Selector.SOURCE, Selector.PROTOCOL, Selector.DESTINATION_PORT))) {
            tunnel.fromLan(IpPackets.udp(LAN, OUT, 9, 7, new byte[4]));
            tunnel.fromLan(IpPackets.udp(LAN, OUT, 9, 7, new byte[5]));
            assertThat(tunnel.gateway().acquired())
                    .containsExactly(
                            "trap: 10.1.0.5-10.1.0.5 > 203.0.113.0-203.0.113.255 proto 17 ports"
                                    + " any > 7");
            assertThat(tunnel.wan().receive()).isNull();
            assertThat(tunnel.gateway().drops()).isEqualTo(Map.of(DropReason.NO_OUTBOUND_SA, 2L));
        }
    }

    @Test
    void whatIsNotPopulatedStaysThePolicys() {
        try (TunnelGateway tunnel = gateway(policy(Selector.DESTINATION, Selector.SOURCE_PORT))) {
            tunnel.fromLan(IpPackets.udp(LAN, OUT, 9, 7, new byte[4]));
            assertThat(tunnel.gateway().acquired())
                    .containsExactly("trap: 10.1.0.0-10.1.255.255 > 203.0.113.5-203.0.113.5");
        }
    }

    /** As RFC 4301 has it a policy in front of the other is what its entry in the SPD-S is. */
    @Test
    void aNarrowerPolicyAnswers() {
        try (TunnelGateway tunnel = gateway(policy(Selector.values()))) {
            byte[] packet = IpPackets.udp(LAN, OUT, 9, 7, new byte[4]);
            tunnel.fromLan(packet);
            TrafficSelector wanted =
                    new TrafficSelector(
                            AddressRange.parse(LAN),
                            AddressRange.parse(OUT),
                            IpPackets.UDP,
                            PortRange.of(9),
                            PortRange.of(7));
            assertThat(tunnel.gateway().acquired()).containsExactly("trap: " + wanted);
            tunnel.gateway()
                    .apply(
                            new Command.AddPolicy(
                                    SecurityPolicy.protect(
                                            "answer", Direction.OUTBOUND, 9, wanted, "peer"),
                                    new CompletableFuture<>()));
            tunnel.fromLan(packet);
            byte[] inner = tunnel.toPeer().open(1, tunnel.wan().receive());
            assertThat(Arrays.copyOf(inner, packet.length))
                    .isEqualTo(IpPackets.withTtl(packet, 63));

            tunnel.fromLan(IpPackets.udp(LAN, OUT, 10, 7, new byte[4]));
            assertThat(tunnel.gateway().acquired()).hasSize(2);
        }
    }

    /** More flows at once than are told of at once: those left out tell when they go on. */
    @Test
    void noFlowIsForgotten() {
        HandClock clock = new HandClock();
        TunnelGateway gateway =
                TunnelGateway.open(
                        s ->
                                s.more =
                                        builder ->
                                                builder.policy(
                                                                policy(
                                                                        Selector.SOURCE_PORT,
                                                                        Selector.PROTOCOL))
                                                        .burstSize(256)
                                                        .mbufs(1024, 2)
                                                        .clock(clock));
        Set<Integer> answered = new HashSet<>();
        try (gateway) {
            for (int round = 0; round < 4; round++) {
                for (int port = 0; port < 200; port++) {
                    gateway.lan().send(IpPackets.udp(LAN, OUT, port, 7, new byte[4]));
                }
                gateway.gateway().settle();
                clock.forward(Duration.ofMillis(200));
                gateway.gateway().settle();
                for (String told : gateway.gateway().acquired()) {
                    int port = Integer.parseInt(told.replaceFirst(".* ports (\\d+) > any", "$1"));
                    if (answered.add(port)) {
                        gateway.gateway().apply(new Command.AddPolicy(answer(port), answered()));
                    }
                }
            }
        }
        assertThat(answered).hasSize(200);
    }

    private static CompletableFuture<Void> answered() {
        return new CompletableFuture<>();
    }

    private static SecurityPolicy answer(int port) {
        TrafficSelector selector =
                new TrafficSelector(
                        AddressRange.parse("10.1.0.0/16"),
                        AddressRange.parse("203.0.113.0/24"),
                        IpPackets.UDP,
                        PortRange.of(port),
                        PortRange.ANY);
        return SecurityPolicy.protect("answer" + port, Direction.OUTBOUND, 1, selector, "peer");
    }

    @Test
    void onlyProtectPopulates() {
        SecurityPolicy bypass =
                SecurityPolicy.bypass(
                        "b", Direction.OUTBOUND, 1, TunnelGateway.selector("10.0.0.0/8", OUT));
        assertThatThrownBy(() -> bypass.populating(Selector.SOURCE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("policy b: only PROTECT populates selectors from packets");
    }
}
