package io.esplanade.engine.topology;

import static io.esplanade.engine.testing.TunnelGateway.inbound;
import static io.esplanade.engine.testing.TunnelGateway.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.control.Command;
import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ip.IpConfig;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.Fragmentation;
import io.esplanade.engine.ipsec.MtuRules;
import io.esplanade.engine.ipsec.SaMode;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.testing.HandClock;
import io.esplanade.engine.testing.IpFragments;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.Mode;
import io.esplanade.engine.testing.TunnelGateway;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Who sends what cannot be forwarded is told so, and nobody else; an error about a packet that came
 * out of a tunnel goes back through it.
 */
@ParameterizedClass
@EnumSource
class IcmpErrorsTest {

    private static final String LAN = "10.1.0.1";
    private static final String LAN6 = "fd01::1";
    private static final String HOST = "10.1.0.5";
    private static final String OUTSIDE = "203.0.113.5"; // bypassed

    private final Mode mode;

    IcmpErrorsTest(Mode mode) {
        this.mode = mode;
    }

    private TunnelGateway open(Consumer<TunnelGateway.Settings> more) {
        return TunnelGateway.open(
                settings -> {
                    settings.more =
                            b ->
                                    b.runtime(mode.config())
                                            .address(0, LAN)
                                            .address(0, LAN6)
                                            .address(1, TunnelGateway.US);
                    more.accept(settings);
                });
    }

    private TunnelGateway open() {
        return open(settings -> {});
    }

    private static byte[] df(byte[] packet) {
        return IpPackets.withChecksum(IpPackets.with(packet, 6, 0x40));
    }

    private static void assertError(
            byte[] error,
            String source,
            String destination,
            int typeAndCode,
            int mtu,
            byte[] quote) {
        assertThat(error).as("an error").isNotNull();
        boolean ipv4 = error[0] >>> 4 == 4;
        int icmp = ipv4 ? 20 : 40;
        byte[] expected =
                IpPackets.packet(
                        source,
                        destination,
                        ipv4 ? 1 : 58,
                        Arrays.copyOfRange(error, icmp, error.length));
        assertThat(Arrays.copyOfRange(error, ipv4 ? 12 : 8, icmp))
                .as("addresses")
                .isEqualTo(Arrays.copyOfRange(expected, ipv4 ? 12 : 8, icmp));
        ByteBuffer message = ByteBuffer.wrap(error, icmp, error.length - icmp).slice();
        assertThat(message.getShort(0) & 0xffff).as("type and code").isEqualTo(typeAndCode);
        assertThat(message.getInt(4)).as("MTU").isEqualTo(mtu);
        byte[] quoted = Arrays.copyOfRange(error, icmp + 8, error.length);
        assertThat(quoted)
                .as("what came, as far as it fits")
                .isEqualTo(Arrays.copyOf(quote, quoted.length));
        assertThat(error.length).isEqualTo(Math.min(quote.length + icmp + 8, ipv4 ? 576 : 1280));
        assertThat(error[ipv4 ? 8 : 7]).as("hops").isEqualTo((byte) 64);
    }

    private static void assertSilent(TunnelGateway tunnel) {
        assertThat(tunnel.lan().receive()).isNull();
        assertThat(tunnel.wan().receive()).isNull();
        tunnel.gateway().assertEveryMbufAtRest();
    }

    @Test
    void aPacketTooLongForItsTunnelIsAnsweredWithWhatFits() {
        try (TunnelGateway tunnel = open()) {
            byte[] packet = df(outbound(1500));
            tunnel.fromLan(packet);
            assertError(tunnel.lan().receive(), LAN, HOST, 0x304, 1446, packet);
            byte[] packet6 = IpPackets.udp("fd01::5", "fd02::5", 1500);
            tunnel.fromLan(packet6);
            assertError(tunnel.lan().receive(), LAN6, "fd01::5", 0x200, 1446, packet6);
            assertThat(tunnel.gateway().drops()).isEqualTo(Map.of(DropReason.OVERSIZED, 2L));
            tunnel.fromLan(df(outbound(1446)));
            assertThat(tunnel.wan().receive()).hasSize(1500);
            assertSilent(tunnel);
        }
    }

    @Test
    void withoutFragmentationAPacketThatMayBeFragmentedIsDroppedInSilence() {
        MtuRules none = MtuRules.DEFAULT.withFragmentation(Fragmentation.NONE);
        try (TunnelGateway tunnel = open(s -> s.mtuRules = none)) {
            tunnel.fromLan(outbound(1500));
            assertThat(tunnel.gateway().drops()).isEqualTo(Map.of(DropReason.OVERSIZED, 1L));
            assertSilent(tunnel);
        }
    }

    /** RFC 8200 §5: IPv6 packets of 1280 bytes pass everywhere, in fragments if need be. */
    @Test
    void anIpv6PacketOf1280BytesPassesATunnelThatHasLess() {
        try (TunnelGateway tunnel = open(s -> s.wanCable = s.wanCable.withMtu(1300))) {
            byte[] packet = IpPackets.udp("fd01::5", "fd02::5", 1281);
            tunnel.fromLan(packet);
            assertError(tunnel.lan().receive(), LAN6, "fd01::5", 0x200, 1280, packet);
            byte[] fits = IpPackets.udp("fd01::5", "fd02::5", 1280);
            tunnel.fromLan(fits);
            List<byte[]> pieces = List.of(tunnel.wan().receive(), tunnel.wan().receive());
            assertThat(pieces).allMatch(piece -> piece.length <= 1300);
            byte[] inner = tunnel.toPeer().open(1, IpFragments.join(pieces));
            assertThat(Arrays.copyOf(inner, 1280)).isEqualTo(IpPackets.withTtl(fits, 63));
            assertSilent(tunnel);
        }
    }

    @Test
    void aPacketWithoutHopsLeftIsAnswered() {
        try (TunnelGateway tunnel = open()) {
            byte[] packet = IpPackets.withTtl(outbound(100), 1);
            tunnel.fromLan(packet);
            assertError(tunnel.lan().receive(), LAN, HOST, 0xb00, 0, packet);
            byte[] packet6 = IpPackets.withTtl(IpPackets.udp("fd01::5", "fd02::5", 100), 1);
            tunnel.fromLan(packet6);
            assertError(tunnel.lan().receive(), LAN6, "fd01::5", 0x300, 0, packet6);
            assertSilent(tunnel);
        }
    }

    @Test
    void whatHasNoRouteOrNoPolicyOrIsDiscardedIsAnsweredInside() {
        try (TunnelGateway tunnel = open()) {
            byte[] noRoute = IpPackets.udp(HOST, "8.8.8.8", 60);
            tunnel.fromLan(noRoute);
            assertError(tunnel.lan().receive(), LAN, HOST, 0x300, 0, noRoute);
            byte[] noPolicy = IpPackets.udp(HOST, "10.9.0.5", 60);
            tunnel.fromLan(noPolicy);
            assertError(tunnel.lan().receive(), LAN, HOST, 0x30d, 0, noPolicy);
            byte[] discarded = IpPackets.udp(HOST, "198.51.100.5", 60);
            tunnel.fromLan(discarded);
            assertError(tunnel.lan().receive(), LAN, HOST, 0x30d, 0, discarded);
            byte[] noRoute6 = IpPackets.udp("fd01::5", "fd09::5", 60);
            tunnel.fromLan(noRoute6);
            assertError(tunnel.lan().receive(), LAN6, "fd01::5", 0x100, 0, noRoute6);
            assertSilent(tunnel);
        }
    }

    /** Who sends from outside what no policy lets in learns nothing of the gateway. */
    @Test
    void whatNoPolicyLetsInIsDroppedInSilence() {
        try (TunnelGateway tunnel = open()) {
            tunnel.fromWan(IpPackets.udp("10.9.0.5", HOST, 60));
            tunnel.fromWan(IpPackets.udp("198.51.100.5", HOST, 60));
            tunnel.fromWan(inbound(60));
            assertThat(tunnel.gateway().drops())
                    .containsOnlyKeys(
                            DropReason.NO_POLICY,
                            DropReason.POLICY_DISCARD,
                            DropReason.CLEARTEXT_FOR_PROTECT);
            assertSilent(tunnel);
        }
    }

    @Test
    void anErrorAboutAPacketOutOfATunnelGoesBackThroughIt() {
        try (TunnelGateway tunnel = open()) {
            byte[] packet = IpPackets.withTtl(inbound(100), 1);
            tunnel.fromWan(tunnel.fromPeer().seal(1, packet));
            byte[] inner = Arrays.copyOf(tunnel.toPeer().open(1, tunnel.wan().receive()), 128);
            assertError(inner, LAN, "10.2.0.5", 0xb00, 0, packet);
            assertThat(tunnel.gateway().drops()).isEqualTo(Map.of(DropReason.TTL_EXPIRED, 1L));
            assertSilent(tunnel);
        }
    }

    @Test
    void aPacketOutOfATunnelThatIsTooLongForTheLanIsAnsweredThroughIt() {
        try (TunnelGateway tunnel = open(s -> s.lanCable = s.lanCable.withMtu(1000))) {
            byte[] packet = df(inbound(1200));
            tunnel.fromWan(tunnel.fromPeer().seal(1, packet));
            byte[] inner = Arrays.copyOf(tunnel.toPeer().open(1, tunnel.wan().receive()), 576);
            assertError(inner, LAN, "10.2.0.5", 0x304, 1000, packet);
            assertSilent(tunnel);
        }
    }

    /** RFC 4301 §6.2: no policy lets the error out, but the SA that answers would travel by may. */
    @Test
    void anErrorThatNoPolicyCarriesTravelsAsAnAnswerWould() {
        try (TunnelGateway tunnel =
                TunnelGateway.open(
                        s ->
                                s.more =
                                        b ->
                                                b.runtime(mode.config())
                                                        .address(0, "10.77.0.1")
                                                        .address(1, TunnelGateway.US))) {
            byte[] packet = IpPackets.withTtl(inbound(100), 1);
            tunnel.fromWan(tunnel.fromPeer().seal(1, packet));
            byte[] inner = Arrays.copyOf(tunnel.toPeer().open(1, tunnel.wan().receive()), 128);
            assertError(inner, "10.77.0.1", "10.2.0.5", 0xb00, 0, packet);
            assertSilent(tunnel);
        }
    }

    /** A careless policy lets all ICMP out in clear: not what quotes a packet out of a tunnel. */
    @Test
    void noInnerPacketIsQuotedInClear() {
        SecurityPolicy careless =
                SecurityPolicy.bypass(
                        "careless",
                        Direction.OUTBOUND,
                        1,
                        TunnelGateway.selector("10.1.0.1/32", "10.2.0.0/16"));
        try (TunnelGateway tunnel = open(s -> s.more = s.more.andThen(b -> b.policy(careless)))) {
            byte[] packet = IpPackets.withTtl(inbound(100), 1);
            tunnel.fromWan(tunnel.fromPeer().seal(1, packet));
            byte[] inner = Arrays.copyOf(tunnel.toPeer().open(1, tunnel.wan().receive()), 128);
            assertError(inner, LAN, "10.2.0.5", 0xb00, 0, packet);
            assertSilent(tunnel);
        }
    }

    @Test
    void aBypassedPacketFromOutsideIsAnsweredFromTheOutsideAddress() {
        try (TunnelGateway tunnel = open(s -> s.lanCable = s.lanCable.withMtu(1000))) {
            byte[] expired = IpPackets.withTtl(IpPackets.udp(OUTSIDE, HOST, 100), 1);
            tunnel.fromWan(expired);
            assertError(tunnel.wan().receive(), TunnelGateway.US, OUTSIDE, 0xb00, 0, expired);
            byte[] tooLong = df(IpPackets.udp(OUTSIDE, HOST, 1200));
            tunnel.fromWan(tooLong);
            assertError(tunnel.wan().receive(), TunnelGateway.US, OUTSIDE, 0x304, 1000, tooLong);
            assertSilent(tunnel);
        }
    }

    @Test
    void aPacketThatMayBeFragmentedIsOnItsWayInOrOut() {
        try (TunnelGateway tunnel = open(s -> s.lanCable = s.lanCable.withMtu(1000))) {
            tunnel.fromWan(tunnel.fromPeer().seal(1, inbound(1200)));
            assertThat(tunnel.lan().receive()).hasSize(996);
            assertThat(tunnel.lan().receive()).hasSize(224);
            tunnel.fromLan(IpPackets.udp(HOST, OUTSIDE, 1600));
            assertThat(tunnel.wan().receive()).hasSize(1500);
            assertThat(tunnel.wan().receive()).hasSize(120);
            assertThat(tunnel.gateway().drops()).isEmpty();
            assertSilent(tunnel);
        }
    }

    @Test
    void errorsAreFewWhateverIsSent() {
        HandClock clock = new HandClock();
        try (TunnelGateway tunnel = open(s -> s.more = s.more.andThen(b -> b.clock(clock)))) {
            for (int i = 0; i < 500; i++) {
                tunnel.fromLan(IpPackets.withTtl(outbound(100), 1));
            }
            int errors = 0;
            while (tunnel.lan().receive() != null) {
                errors++;
            }
            assertThat(errors).isEqualTo(IpConfig.ICMP_BURST);
            clock.forward(Duration.ofSeconds(1));
            tunnel.fromLan(IpPackets.withTtl(outbound(100), 1));
            assertThat(tunnel.lan().receive()).isNotNull();
            assertThat(tunnel.gateway().counters().value(Counter.ICMP_ERRORS_SENT))
                    .isEqualTo(errors + 1);
            assertThat(tunnel.gateway().drops(DropReason.TTL_EXPIRED)).isEqualTo(501);
            assertSilent(tunnel);
        }
    }

    /** Else who sends what nobody answers silences the gateway for all others. */
    @Test
    void whatIsNotAnsweredDoesNotCountAgainstWhatIs() {
        HandClock clock = new HandClock();
        try (TunnelGateway tunnel = open(s -> s.more = s.more.andThen(b -> b.clock(clock)))) {
            for (int i = 0; i < 2 * IpConfig.ICMP_BURST; i++) {
                tunnel.fromLan(IpPackets.udp("172.16.0.9", "8.8.8.8", 60)); // no way back
            }
            assertThat(tunnel.lan().receive()).isNull();
            tunnel.fromLan(IpPackets.udp(HOST, "8.8.8.8", 60));
            assertThat(tunnel.lan().receive()).isNotNull();
        }
    }

    /** Transport mode has headers in clear that stand in every fragment. */
    @Test
    void aPacketThatCannotBeCutTakesNoSequenceNumber() {
        try (TunnelGateway tunnel =
                open(
                        s -> {
                            s.ipv6Outside = true;
                            s.wanCable = s.wanCable.withMtu(1280);
                            s.sas = sa -> sa.mode(SaMode.TRANSPORT);
                        })) {
            byte[] options = {17, 0, 1, 4, 0, 0, 0, 0};
            String from = TunnelGateway.US6;
            String to = TunnelGateway.PEER6;
            tunnel.gateway()
                    .apply(
                            new Command.AddPolicy(
                                    SecurityPolicy.protect(
                                            "own",
                                            Direction.OUTBOUND,
                                            1,
                                            TunnelGateway.selector(from + "/128", to + "/128"),
                                            "peer"),
                                    new CompletableFuture<>()));
            tunnel.fromLan(IpPackets.packet(from, to, 0, Arrays.copyOf(options, 1240)));
            assertThat(tunnel.gateway().drops()).isEqualTo(Map.of(DropReason.OVERSIZED, 1L));
            tunnel.fromLan(IpPackets.packet(from, to, 0, Arrays.copyOf(options, 100)));
            assertThat(ByteBuffer.wrap(tunnel.wan().receive()).getInt(48 + 4)).isEqualTo(1);
        }
    }

    /** RFC 1812 §4.3.2.7. */
    @Test
    void neitherErrorsNorWhatHasNoOneSourceIsAnswered() {
        try (TunnelGateway tunnel = open()) {
            byte[] error = new byte[36];
            error[0] = 3;
            tunnel.fromLan(IpPackets.withTtl(IpPackets.packet(HOST, "10.2.0.5", 1, error), 1));
            tunnel.fromLan(IpPackets.udp("224.0.0.5", "8.8.8.8", 60));
            tunnel.fromLan(IpPackets.udp("0.0.0.0", "8.8.8.8", 60));
            tunnel.fromLan(IpPackets.udp(LAN, "8.8.8.8", 60));
            assertThat(tunnel.gateway().counters().drops()).isEqualTo(4);
            assertSilent(tunnel);
        }
    }
}
