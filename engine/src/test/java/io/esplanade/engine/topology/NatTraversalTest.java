package io.esplanade.engine.topology;

import static io.esplanade.engine.testing.TunnelGateway.PEER;
import static io.esplanade.engine.testing.TunnelGateway.US;
import static io.esplanade.engine.testing.TunnelGateway.inbound;
import static io.esplanade.engine.testing.TunnelGateway.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.control.Command;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.ipsec.KeyOrigin;
import io.esplanade.engine.ipsec.SaMode;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.UdpEncapsulation;
import io.esplanade.engine.testing.EspPackets;
import io.esplanade.engine.testing.HandClock;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.Mode;
import io.esplanade.engine.testing.TunnelGateway;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** ESP in UDP between gateways with NATs on the way (RFC 3948), in every runtime. */
@ParameterizedClass
@EnumSource
class NatTraversalTest {

    private static final String OTHER = "203.0.113.7";
    private static final UdpEncapsulation UDP = UdpEncapsulation.DEFAULT;

    private final HandClock clock = new HandClock();
    private final Mode mode;

    NatTraversalTest(Mode mode) {
        this.mode = mode;
    }

    private TunnelGateway open(UdpEncapsulation udp, SaMode saMode) {
        return TunnelGateway.open(
                settings -> {
                    settings.sas = sa -> sa.encapsulation(udp).mode(saMode);
                    settings.esn = false;
                    settings.innerFromPeer =
                            List.of(
                                    TunnelGateway.selector("10.2.0.0/16", "10.1.0.0/16"),
                                    TunnelGateway.selector("0.0.0.0/0", US));
                    settings.more = b -> b.runtime(mode.config()).clock(clock).route(US, "lan");
                });
    }

    private void pass(TunnelGateway tunnel, long millis) {
        for (long passed = 0; passed < millis; passed += 100) {
            clock.forward(Duration.ofMillis(100));
            tunnel.gateway().settle();
        }
    }

    /** The ESP packet as its NAT sends it on. */
    private static byte[] inUdp(byte[] esp, String source, int port) {
        byte[] payload = Arrays.copyOfRange(esp, 20, esp.length);
        return IpPackets.udp(source, US, port, 4500, payload);
    }

    private static int port(byte[] packet, int at) {
        return ByteBuffer.wrap(packet).getShort(20 + at) & 0xffff;
    }

    private static String destination(byte[] packet) throws Exception {
        return InetAddress.getByAddress(Arrays.copyOfRange(packet, 16, 20)).getHostAddress();
    }

    /** Where a packet from the LAN is sent to now. */
    private static String sentTo(TunnelGateway tunnel) throws Exception {
        tunnel.fromLan(outbound(60));
        byte[] sent = tunnel.wan().receive();
        assertThat(port(sent, 0)).isEqualTo(4500);
        return destination(sent) + ":" + port(sent, 2);
    }

    @Test
    void aPeerThatMovedIsFollowedOnceItsNewestPacketVerified() throws Exception {
        try (TunnelGateway tunnel = open(UDP, SaMode.TUNNEL)) {
            tunnel.fromWan(inUdp(tunnel.fromPeer().seal(1, inbound(60)), PEER, 4500));
            assertThat(sentTo(tunnel)).isEqualTo(PEER + ":4500");

            tunnel.fromWan(inUdp(tunnel.fromPeer().seal(3, inbound(60)), PEER, 1025));
            pass(tunnel, 100);
            assertThat(sentTo(tunnel)).isEqualTo(PEER + ":1025");

            tunnel.fromWan(inUdp(tunnel.fromPeer().seal(4, inbound(60)), OTHER, 7));
            pass(tunnel, 100);
            assertThat(sentTo(tunnel)).isEqualTo(OTHER + ":7");
            assertThat(tunnel.gateway().moves())
                    .containsExactly(
                            "peer: /192.0.2.2:4500 to /192.0.2.2:1025",
                            "peer: /192.0.2.2:1025 to /203.0.113.7:7");
            assertThat(tunnel.gateway().drops()).isEmpty();
        }
    }

    @Test
    void aPacketThatIsForgedReplayedOrLateMovesNobody() throws Exception {
        try (TunnelGateway tunnel = open(UDP, SaMode.TUNNEL)) {
            byte[] newest = tunnel.fromPeer().seal(5, inbound(60));
            tunnel.fromWan(inUdp(newest, PEER, 4500));
            tunnel.fromWan(inUdp(newest, OTHER, 7));
            tunnel.fromWan(inUdp(tunnel.fromPeer().seal(4, inbound(60)), OTHER, 7)); // late, good
            byte[] forged = tunnel.fromPeer().seal(6, inbound(60));
            forged[60] ^= 1;
            tunnel.fromWan(inUdp(forged, OTHER, 7));
            tunnel.fromWan(IpPackets.udp(OTHER, US, 7, 4500, new byte[] {(byte) 0xff}));
            pass(tunnel, 200);
            assertThat(sentTo(tunnel)).isEqualTo(PEER + ":4500");
            assertThat(tunnel.gateway().moves()).isEmpty();
            assertThat(tunnel.gateway().drops())
                    .containsOnlyKeys(
                            DropReason.REPLAYED, DropReason.ICV_FAILED, DropReason.KEEPALIVE);
        }
    }

    @Test
    void aPeerThatIsNotToBeFollowedIsNot() throws Exception {
        try (TunnelGateway tunnel = open(UDP.withFollow(false), SaMode.TUNNEL)) {
            tunnel.fromWan(inUdp(tunnel.fromPeer().seal(1, inbound(60)), OTHER, 7));
            pass(tunnel, 200);
            assertThat(tunnel.lan().receive()).isNotNull();
            assertThat(sentTo(tunnel)).isEqualTo(PEER + ":4500");
        }
    }

    @Test
    void aRekeysSuccessorSendsToWhereThePeerIsNow() throws Exception {
        try (TunnelGateway tunnel = open(UDP, SaMode.TUNNEL)) {
            tunnel.fromWan(inUdp(tunnel.fromPeer().seal(1, inbound(60)), OTHER, 7));
            pass(tunnel, 100);
            tunnel.gateway().apply(new Command.AddSa(next(), new CompletableFuture<>()));
            assertThat(sentTo(tunnel)).isEqualTo(OTHER + ":7");
        }
    }

    private static SecurityAssociation next() {
        return SecurityAssociation.builder("next")
                .outbound()
                .tunnel("peer")
                .spi(0x1001)
                .from(InetAddress.ofLiteral(US))
                .to(InetAddress.ofLiteral(PEER))
                .key(KeyMaterial.takeFrom(TunnelGateway.key(99)))
                .origin(KeyOrigin.STATIC_UNSAFE)
                .encapsulation(UDP)
                .build();
    }

    @Test
    void aPeerWhoseSasAreGoneBeginsAgainWhereItIsConfiguredToBe() throws Exception {
        try (TunnelGateway tunnel = open(UDP, SaMode.TUNNEL)) {
            tunnel.fromWan(inUdp(tunnel.fromPeer().seal(1, inbound(60)), OTHER, 7));
            pass(tunnel, 100);
            for (String sa : List.of("in", "out")) {
                tunnel.gateway().apply(new Command.RemoveSa(sa, new CompletableFuture<>()));
            }
            tunnel.gateway().settle();
            tunnel.gateway().apply(new Command.AddSa(next(), new CompletableFuture<>()));
            assertThat(sentTo(tunnel)).isEqualTo(PEER + ":4500");
        }
    }

    /** RFC 4301 §8.2.1 holds for packets to where the peer is now. */
    @Test
    void aRouterOnTheWayToWhereThePeerIsNowIsBelieved() throws Exception {
        try (TunnelGateway tunnel = open(UDP, SaMode.TUNNEL)) {
            tunnel.fromWan(inUdp(tunnel.fromPeer().seal(1, inbound(60)), OTHER, 7));
            pass(tunnel, 100);
            tunnel.fromLan(outbound(1400));
            byte[] sent = tunnel.wan().receive();
            byte[] quote = Arrays.copyOf(sent, 36);
            tunnel.fromWan(IpPackets.icmp("198.51.100.1", US, 0x304, 1300, quote));
            assertThat(tunnel.gateway().drops())
                    .isEqualTo(Map.of(DropReason.ICMP_TAKEN_NOTE_OF, 1L));
            tunnel.fromLan(outbound(1400));
            assertThat(tunnel.wan().receive()).hasSizeLessThanOrEqualTo(1300);
            assertThat(tunnel.wan().receive()).hasSizeLessThanOrEqualTo(1300);

            byte[] toOldPlace =
                    IpPackets.udp(US, PEER, 4500, 4500, Arrays.copyOfRange(sent, 28, 36));
            tunnel.fromWan(IpPackets.icmp("198.51.100.1", US, 0x304, 1200, toOldPlace));
            assertThat(tunnel.gateway().drops(DropReason.ICMP_NOT_OURS)).isOne();
        }
    }

    @Test
    void keepalivesAreSentWhileNothingElseIs() throws Exception {
        try (TunnelGateway tunnel = open(UDP, SaMode.TUNNEL)) {
            pass(tunnel, 19_900);
            assertThat(tunnel.wan().receive()).isNull();
            pass(tunnel, 200);
            byte[] keepalive = tunnel.wan().receive();
            assertThat(keepalive)
                    .isEqualTo(keepalive(IpPackets.udp(US, PEER, 4500, 4500, new byte[] {-1})));
            assertThat(tunnel.wan().receive()).isNull();
            pass(tunnel, 10_000);
            tunnel.fromLan(outbound(60));
            assertThat(tunnel.wan().receive()).isNotNull();
            pass(tunnel, 19_000);
            assertThat(tunnel.wan().receive()).isNull();
            pass(tunnel, 1_200);
            assertThat(tunnel.wan().receive()).hasSize(29);
            tunnel.gateway().assertEveryMbufAtRest();
            assertThat(tunnel.gateway().drops()).isEmpty();
        }
    }

    /** More than a lane takes at once, and none is put off until the next one is due. */
    @Test
    void manySasThatAreIdleTogetherAllSendTheirKeepalives() {
        try (TunnelGateway tunnel = open(UDP, SaMode.TUNNEL)) {
            List<Command> more = new ArrayList<>();
            for (int i = 0; i < 599; i++) {
                more.add(new Command.AddSa(idle(i), new CompletableFuture<>()));
            }
            tunnel.gateway().apply(more);
            int sent = 0;
            for (int tenths = 0; tenths < 210; tenths++) {
                pass(tunnel, 100);
                while (tunnel.wan().receive() != null) {
                    sent++;
                }
                assertThat(sent).as("after %d tenths", tenths).isEqualTo(tenths < 199 ? 0 : sent);
            }
            assertThat(sent).isEqualTo(600);
            assertThat(tunnel.gateway().drops()).isEmpty();
        }
    }

    private static SecurityAssociation idle(int i) {
        return SecurityAssociation.builder("idle-" + i)
                .outbound()
                .spi(0x2000 + i)
                .from(InetAddress.ofLiteral(US))
                .to(InetAddress.ofLiteral(PEER))
                .key(KeyMaterial.takeFrom(TunnelGateway.key(1000 + i)))
                .origin(KeyOrigin.STATIC_UNSAFE)
                .encapsulation(UDP)
                .build();
    }

    /** With DF and without a UDP checksum. */
    private static byte[] keepalive(byte[] datagram) {
        byte[] packet = IpPackets.with(datagram, 6, 0x40);
        return IpPackets.with(IpPackets.with(IpPackets.withChecksum(packet), 26, 0), 27, 0);
    }

    @Test
    void whereNoneAreWantedNoneAreSent() {
        try (TunnelGateway tunnel = open(UDP.withKeepalive(0), SaMode.TUNNEL)) {
            pass(tunnel, 60_000);
            assertThat(tunnel.wan().receive()).isNull();
        }
    }

    /** In transport mode the checksum inside covers addresses that a NAT has changed since. */
    @Test
    void theChecksumInsideIsMadeRightForTheAddressesOutside() {
        byte[] sent = IpPackets.udp("192.168.1.2", US, 60);
        byte[] payload = Arrays.copyOfRange(sent, 20, sent.length);
        try (TunnelGateway tunnel = open(UDP, SaMode.TRANSPORT)) {
            byte[] esp = tunnel.fromPeer().sealPayload(1, EspPackets.payload(payload, 17));
            tunnel.fromWan(inUdp(esp, OTHER, 7));
            assertThat(tunnel.lan().receive())
                    .isEqualTo(IpPackets.withTtl(IpPackets.udp(OTHER, US, 60), 63));
            assertThat(tunnel.gateway().drops()).isEmpty();
        }
    }
}
