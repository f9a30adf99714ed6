package io.esplanade.engine.topology;

import static io.esplanade.engine.testing.TunnelGateway.PEER;
import static io.esplanade.engine.testing.TunnelGateway.US;
import static io.esplanade.engine.testing.TunnelGateway.US6;
import static io.esplanade.engine.testing.TunnelGateway.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.control.Command;
import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ip.IpConfig;
import io.esplanade.engine.ipsec.KeyOrigin;
import io.esplanade.engine.ipsec.MtuRules;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.testing.EspPackets;
import io.esplanade.engine.testing.HandClock;
import io.esplanade.engine.testing.IpFragments;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.Mode;
import io.esplanade.engine.testing.TunnelGateway;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A gateway learns from routers how long its ESP packets may be, but only about its own packets.
 */
@ParameterizedClass
@EnumSource
class PathMtuTest {

    private static final String ROUTER = "203.0.113.9";

    private final Mode mode;
    private final HandClock clock = new HandClock();

    PathMtuTest(Mode mode) {
        this.mode = mode;
    }

    private TunnelGateway open(Consumer<TunnelGateway.Settings> more) {
        return TunnelGateway.open(
                settings -> {
                    settings.more =
                            b -> b.runtime(mode.config()).clock(clock).address(0, "10.1.0.1");
                    more.accept(settings);
                });
    }

    /** Sends a packet of the tunnel's full length and answers its ESP packet. */
    private static byte[] send(TunnelGateway tunnel, int length) {
        tunnel.fromLan(outbound(length));
        byte[] esp = tunnel.wan().receive();
        assertThat(esp).isNotNull();
        assertThat(tunnel.wan().receive()).as("another fragment").isNull();
        return esp;
    }

    /** A router tells that the packet, of which it quotes so many bytes, needs this MTU. */
    private static void tell(TunnelGateway tunnel, byte[] packet, int mtu, int quoted) {
        boolean ipv4 = packet[0] >>> 4 == 4;
        byte[] quote = Arrays.copyOf(packet, quoted);
        tunnel.fromWan(
                ipv4
                        ? IpPackets.icmp(ROUTER, US, 0x304, mtu, quote)
                        : IpPackets.icmp("2001:db8::9", US6, 0x200, mtu, quote));
    }

    /** What the tunnel says fits, by the ICMP error about a packet that does not. */
    private static int fits(TunnelGateway tunnel) {
        tunnel.fromLan(IpPackets.withChecksum(IpPackets.with(outbound(1500), 6, 0x40)));
        byte[] error = tunnel.lan().receive();
        assertThat(error).isNotNull();
        return ByteBuffer.wrap(error).getInt(24);
    }

    @Test
    void whatARouterTellsOfAnEspPacketHoldsForTheNextOnes() {
        try (TunnelGateway tunnel = open(s -> {})) {
            assertThat(fits(tunnel)).isEqualTo(1446);
            byte[] esp = send(tunnel, 1446);
            tell(tunnel, esp, 1400, 28); // the header and eight bytes: all a router must quote
            assertThat(fits(tunnel)).isEqualTo(1346);
            assertThat(send(tunnel, 1346)).hasSize(1400);
            tunnel.fromLan(outbound(1347));
            assertThat(tunnel.wan().receive()).hasSizeLessThanOrEqualTo(1400);
            assertThat(tunnel.wan().receive()).hasSizeLessThanOrEqualTo(1400);
            assertThat(tunnel.gateway().drops(DropReason.ICMP_TAKEN_NOTE_OF)).isOne();
            assertThat(tunnel.gateway().counters().value(Counter.PATH_MTU_LOWERED)).isOne();
        }
    }

    @Test
    void overIpv6Too() {
        try (TunnelGateway tunnel = open(s -> s.ipv6Outside = true)) {
            assertThat(fits(tunnel)).isEqualTo(1426);
            byte[] esp = send(tunnel, 1426);
            tell(tunnel, esp, 1400, 48);
            assertThat(fits(tunnel)).isEqualTo(1326);
            tell(tunnel, esp, 600, 1232); // never below what IPv6 asks of every link
            assertThat(fits(tunnel)).isEqualTo(1206);
        }
    }

    @Test
    void anErrorNeverRaisesItNorLowersItWithoutEnd() {
        try (TunnelGateway tunnel = open(s -> {})) {
            byte[] esp = send(tunnel, 1446);
            tell(tunnel, esp, 1300, 28);
            tell(tunnel, esp, 1400, 28);
            assertThat(fits(tunnel)).isEqualTo(1246);
            tell(tunnel, esp, 68, 28);
            assertThat(fits(tunnel)).isEqualTo(522); // an outer MTU of 576
        }
    }

    /** RFC 1191 §5: old routers tell no MTU; the next one that links have is taken. */
    @Test
    void aRouterThatTellsNoMtuIsBelievedThatThereIsASmallerOne() {
        try (TunnelGateway tunnel = open(s -> {})) {
            tell(tunnel, send(tunnel, 1446), 0, 28);
            assertThat(fits(tunnel)).isEqualTo(1492 - 54);
        }
    }

    /** RFC 1191 §6.3. */
    @Test
    void whatWasLearnedIsForgottenAfterTenMinutes() {
        try (TunnelGateway tunnel = open(s -> {})) {
            tell(tunnel, send(tunnel, 1446), 1400, 28);
            clock.forward(Duration.ofSeconds(599));
            tunnel.gateway().settle();
            assertThat(fits(tunnel)).isEqualTo(1346);
            clock.forward(Duration.ofSeconds(2));
            tunnel.gateway().settle();
            assertThat(fits(tunnel)).isEqualTo(1446);
        }
    }

    /** RFC 4301 §8.2.1: who does not see our packets cannot quote them. */
    @Test
    void anErrorThatQuotesNoPacketOfOursIsNotBelieved() {
        try (TunnelGateway tunnel = open(s -> {})) {
            byte[] esp = send(tunnel, 1446);
            byte[][] quotes = {
                IpPackets.with(esp, 23, 1), // another SPI
                IpPackets.with(esp, 12, 1), // another source
                IpPackets.with(esp, 19, 1), // another destination
                IpPackets.with(esp, 27, 2), // a number not yet given
                IpPackets.with(esp, 24, 0x80), // one long ago
                IpPackets.with(esp, 7, 1), // a later fragment
                IpPackets.with(esp, 9, 6), // not ESP
                IpPackets.with(IpPackets.with(esp, 2, 5), 3, 0x78), // one that would have fitted
            };
            for (byte[] quote : quotes) {
                tell(tunnel, quote, 1400, 28);
            }
            tell(tunnel, esp, 1400, 27); // cut off before the number's end
            byte[] damaged = IpPackets.icmp(ROUTER, US, 0x304, 1400, Arrays.copyOf(esp, 28));
            tunnel.fromWan(IpPackets.with(damaged, 27, 0x77)); // a wrong checksum
            assertThat(tunnel.gateway().drops())
                    .isEqualTo(Map.of(DropReason.ICMP_NOT_OURS, quotes.length + 2L));
            assertThat(fits(tunnel)).isEqualTo(1446);
        }
    }

    @Test
    void whoDoesNotTrustIcmpDoesNotLearnFromIt() {
        IpConfig d = IpConfig.DEFAULT;
        IpConfig deaf = new IpConfig(1000, false, d.pathMtuAge(), 128, d.reassemblyTime());
        try (TunnelGateway tunnel = open(s -> s.more = s.more.andThen(b -> b.ip(deaf)))) {
            tell(tunnel, send(tunnel, 1446), 1400, 28);
            assertThat(fits(tunnel)).isEqualTo(1446);
            assertThat(tunnel.gateway().drops(DropReason.NOT_FOR_US)).isOne();
        }
    }

    /** A rekey does not have to learn again. */
    @Test
    void aSuccessorBeginsWithWhatItsPredecessorLearned() {
        try (TunnelGateway tunnel = open(s -> {})) {
            tell(tunnel, send(tunnel, 1446), 1400, 28);
            EspPackets next = new EspPackets(US, PEER, 0x1001, TunnelGateway.key(77), true);
            SecurityAssociation sa =
                    SecurityAssociation.builder("next")
                            .outbound()
                            .tunnel("peer")
                            .spi(next.spi())
                            .from(InetAddress.ofLiteral(US))
                            .to(InetAddress.ofLiteral(PEER))
                            .key(next.keyMaterial())
                            .origin(KeyOrigin.STATIC_UNSAFE)
                            .build();
            tunnel.gateway().apply(new Command.AddSa(sa, new CompletableFuture<>()));
            assertThat(fits(tunnel)).isEqualTo(1346);
        }
    }

    @Test
    void synsInBothDirectionsTellWhatFitsThePath() {
        MtuRules rules = MtuRules.DEFAULT.withMss(MtuRules.MSS_BY_PATH);
        try (TunnelGateway tunnel = open(s -> s.mtuRules = rules)) {
            tell(tunnel, send(tunnel, 1446), 1400, 28);
            tunnel.fromLan(IpPackets.tcp("10.1.0.5", "10.2.0.5", 2, mss(1460)));
            byte[] opened = tunnel.toPeer().open(2, tunnel.wan().receive());
            assertThat(Arrays.copyOf(opened, 44))
                    .isEqualTo(syn("10.1.0.5", "10.2.0.5", 2, 1346 - 40));
            byte[] answer = IpPackets.tcp("fd02::5", "fd01::5", 18, mss(1440));
            tunnel.fromWan(tunnel.fromPeer().seal(1, answer));
            assertThat(tunnel.lan().receive()).isEqualTo(syn("fd02::5", "fd01::5", 18, 1346 - 60));
            assertThat(tunnel.gateway().counters().value(Counter.MSS_CLAMPED)).isEqualTo(2);
        }
    }

    @Test
    void orAFixedNumber() {
        MtuRules rules = MtuRules.DEFAULT.withMss(1000);
        try (TunnelGateway tunnel = open(s -> s.mtuRules = rules)) {
            tunnel.fromWan(
                    tunnel.fromPeer().seal(1, IpPackets.tcp("10.2.0.5", "10.1.0.5", 2, mss(1460))));
            assertThat(tunnel.lan().receive()).isEqualTo(syn("10.2.0.5", "10.1.0.5", 2, 1000));
        }
    }

    /** A later fragment begins with data, whatever that looks like. */
    @Test
    void aLaterFragmentOutOfTheTunnelIsTakenForNoSyn() {
        MtuRules rules = MtuRules.DEFAULT.withMss(1000);
        try (TunnelGateway tunnel = open(s -> s.mtuRules = rules)) {
            byte[] syn = IpPackets.tcp("10.2.0.5", "10.1.0.5", 2, mss(1460));
            byte[] data = Arrays.copyOfRange(syn, 20, syn.length);
            byte[] fragment = IpFragments.piece(syn, data, 512, false, 7);
            tunnel.fromWan(tunnel.fromPeer().seal(1, fragment));
            assertThat(tunnel.lan().receive()).isEqualTo(IpPackets.withTtl(fragment, 63));
        }
    }

    private static byte[] mss(int bytes) {
        return new byte[] {2, 4, (byte) (bytes >>> 8), (byte) bytes};
    }

    private static byte[] syn(String source, String destination, int flags, int mss) {
        return IpPackets.withTtl(IpPackets.tcp(source, destination, flags, mss(mss)), 63);
    }
}
