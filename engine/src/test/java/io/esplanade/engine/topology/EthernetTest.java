package io.esplanade.engine.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.control.Command;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.ipsec.Prefix;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.UdpEncapsulation;
import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.engine.port.memory.Plug;
import io.esplanade.engine.testing.DrivenGateway;
import io.esplanade.engine.testing.HandClock;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.Mode;
import io.esplanade.engine.testing.TunnelGateway;
import io.esplanade.engine.testing.TwoGateways;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A router between two Ethernets: whose frames it takes, and to whom it sends. */
class EthernetTest {

    private static final long LEFT = 0x02_00_00_00_00_01L;
    private static final long RIGHT = 0x02_00_00_00_00_02L;
    private static final long HOST = 0x02_00_00_00_00_aaL;
    private static final long ROUTER = 0x02_00_00_00_00_bbL;
    private static final long SENDER = 0x02_00_00_00_00_ccL;
    private static final Cable CABLE = Cable.DEFAULT.withLinkType(LinkType.ETHERNET);

    private final MemoryHost left = MemoryHost.on(new Plug("left", Side.PROTECTED, LEFT), CABLE);
    private final MemoryHost right = MemoryHost.on(new Plug("right", Side.PROTECTED, RIGHT), CABLE);
    private DrivenGateway gateway;

    @BeforeEach
    void open() {
        gateway =
                DrivenGateway.builder()
                        .port(left.port())
                        .port(right.port())
                        .route("10.2.0.0/16", "right")
                        .route("fd02::/32", "right")
                        .neighbour(1, "10.2.0.5", HOST)
                        .neighbour(1, "fd02::5", HOST)
                        .neighbour(1, "10.2.0.1", ROUTER)
                        .build();
    }

    @AfterEach
    void close() {
        left.close();
        right.close();
        gateway.close();
    }

    private static byte[] packet(boolean ipv6, int host) {
        return ipv6
                ? IpPackets.udp("fd01::5", "fd02::%x".formatted(host), 100)
                : IpPackets.udp("10.1.0.5", "10.2.0.%d".formatted(host), 100);
    }

    private byte[] through(byte[] frame) {
        assertThat(left.send(frame)).isTrue();
        gateway.settle();
        return right.receive();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aNeighbourGetsTheFrameFromThePortsAddress(boolean ipv6) {
        byte[] packet = packet(ipv6, 5);
        assertThat(through(IpPackets.frame(LEFT, SENDER, packet)))
                .isEqualTo(IpPackets.frame(HOST, RIGHT, IpPackets.withTtl(packet, 63)));
    }

    @Test
    void whoIsBehindARouterIsReachedByTheRouter() {
        gateway.apply(
                new Command.AddRoute(
                        new Route(
                                Prefix.parse("10.2.7.0/24"),
                                "right",
                                InetAddress.ofLiteral("10.2.0.1")),
                        new CompletableFuture<>()));
        byte[] packet = IpPackets.udp("10.1.0.5", "10.2.7.9", 100);
        assertThat(through(IpPackets.frame(LEFT, SENDER, packet)))
                .isEqualTo(IpPackets.frame(ROUTER, RIGHT, IpPackets.withTtl(packet, 63)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whomNobodyKnowsIsNotSentTo(boolean ipv6) {
        assertThat(through(IpPackets.frame(LEFT, SENDER, packet(ipv6, 6)))).isNull();
        assertThat(gateway.drops()).isEqualTo(Map.of(DropReason.NO_NEIGHBOUR, 1L));
    }

    /** The gateway's own packets are no exception, in any runtime. */
    @ParameterizedTest
    @EnumSource
    void noKeepaliveIsSentToWhomNobodyKnows(Mode mode) {
        HandClock clock = new HandClock();
        SecurityAssociation sa =
                SecurityAssociation.builder("out")
                        .outbound()
                        .spi(0x1000)
                        .from(InetAddress.ofLiteral(TunnelGateway.US))
                        .to(InetAddress.ofLiteral(TunnelGateway.PEER))
                        .key(KeyMaterial.takeFrom(TwoGateways.newKey()))
                        .encapsulation(UdpEncapsulation.DEFAULT)
                        .build();
        Plug plug = new Plug("wan", Side.UNPROTECTED, RIGHT);
        try (MemoryHost wan = MemoryHost.on(plug, CABLE);
                DrivenGateway quiet =
                        DrivenGateway.builder()
                                .port(wan.port())
                                .runtime(mode.config())
                                .clock(clock)
                                .address(TunnelGateway.US)
                                .route("192.0.2.0/24", "wan")
                                .sa(sa)
                                .build()) {
            clock.forward(Duration.ofSeconds(UdpEncapsulation.KEEPALIVE));
            quiet.settle();
            assertThat(quiet.drops()).isEqualTo(Map.of(DropReason.NO_NEIGHBOUR, 1L));
            quiet.assertEveryMbufAtRest();
        }
    }

    /** RFC 1812 §5.3.4: what came as a link-layer broadcast is never forwarded. */
    @ParameterizedTest
    @ValueSource(longs = {0xffff_ffff_ffffL, 0x01_00_5e_00_00_01L, 0x33_33_00_00_00_01L})
    void aFrameForManyIsNotForwardedWhateverItsPacketSays(long group) {
        assertThat(through(IpPackets.frame(group, SENDER, packet(false, 5)))).isNull();
        assertThat(through(IpPackets.frame(group, SENDER, packet(true, 5)))).isNull();
        assertThat(gateway.drops()).isEqualTo(Map.of(DropReason.MULTICAST, 2L));
    }

    /** Frames have at least 46 bytes behind their header; what is too much is not forwarded. */
    @Test
    void whatTheLinkLayerPaddedIsCutOff() {
        byte[] packet = IpPackets.udp("10.1.0.5", "10.2.0.5", 28);
        byte[] frame = IpPackets.frame(LEFT, SENDER, packet);
        assertThat(through(Arrays.copyOf(frame, 60)))
                .isEqualTo(IpPackets.frame(HOST, RIGHT, IpPackets.withTtl(packet, 63)));
    }
}
