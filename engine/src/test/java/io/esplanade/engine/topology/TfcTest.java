package io.esplanade.engine.topology;

import static io.esplanade.engine.testing.TunnelGateway.US;
import static io.esplanade.engine.testing.TunnelGateway.inbound;
import static io.esplanade.engine.testing.TunnelGateway.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.SaMode;
import io.esplanade.engine.ipsec.Tfc;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.testing.EspPackets;
import io.esplanade.engine.testing.HandClock;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.Mode;
import io.esplanade.engine.testing.TunnelGateway;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Traffic flow confidentiality (RFC 4303 §2.6, §2.7), in every runtime. */
@ParameterizedClass
@EnumSource
class TfcTest {

    private final HandClock clock = new HandClock();
    private final Mode mode;

    TfcTest(Mode mode) {
        this.mode = mode;
    }

    private TunnelGateway open(Tfc tfc, SaMode saMode) {
        return TunnelGateway.open(
                settings -> {
                    settings.sas = sa -> sa.tfc(tfc).mode(saMode);
                    settings.more = b -> b.runtime(mode.config()).clock(clock);
                });
    }

    private static List<byte[]> sent(TunnelGateway tunnel) {
        List<byte[]> sent = new ArrayList<>();
        for (byte[] p = tunnel.wan().receive(); p != null; p = tunnel.wan().receive()) {
            sent.add(p);
        }
        return sent;
    }

    @Test
    void shorterPacketsAllLookTheSameAndLongerOnesAreAsTheyWere() {
        try (TunnelGateway tunnel = open(new Tfc(500, 0), SaMode.TUNNEL)) {
            for (int length = 28; length <= 520; length += 4) {
                tunnel.fromLan(outbound(length));
            }
            List<byte[]> sent = sent(tunnel);
            for (int i = 0; i < sent.size(); i++) {
                int length = 28 + 4 * i;
                byte[] opened = tunnel.toPeer().open(i + 1L, sent.get(i));
                byte[] expected =
                        Arrays.copyOf(
                                IpPackets.withTtl(outbound(length), 63), Math.max(500, length));
                assertThat(opened).isEqualTo(EspPackets.payload(expected, 4));
                assertThat(sent.get(i)).hasSize(Math.max(504, length + 4) + 52);
            }
            assertThat(sent).hasSize(124);
        }
    }

    /** Or every short packet would be lost where no long one has to be. */
    @Test
    void noPacketIsPaddedBeyondWhatFits() {
        try (TunnelGateway tunnel =
                TunnelGateway.open(
                        settings -> {
                            settings.sas = sa -> sa.tfc(new Tfc(1400, 0));
                            settings.wanCable = Cable.DEFAULT.withMtu(600);
                            settings.more = b -> b.runtime(mode.config());
                        })) {
            tunnel.fromLan(outbound(60));
            assertThat(tunnel.wan().receive()).hasSize(600);
            assertThat(tunnel.gateway().drops()).isEmpty();
        }
    }

    /** 1446 bytes of packet, and a trailer of 2, around which are 52 more: an MTU of 1500. */
    @Test
    void everyPacketIsAsLongAsFitsThePathWhichMayGetWorseAndBetter() {
        try (TunnelGateway tunnel = open(new Tfc(Tfc.TO_PATH_MTU, 0), SaMode.TUNNEL)) {
            assertThat(lengths(tunnel, 28, 1000, 1446)).containsExactly(1500, 1500, 1500);

            tunnel.fromLan(outbound(100));
            byte[] esp = tunnel.wan().receive();
            byte[] tooBig = IpPackets.icmp("203.0.113.9", US, 0x304, 1399, Arrays.copyOf(esp, 28));
            tunnel.fromWan(tooBig);
            assertThat(lengths(tunnel, 28, 1000)).containsExactly(1396, 1396);

            clock.forward(Duration.ofMinutes(11));
            tunnel.gateway().settle();
            assertThat(lengths(tunnel, 28, 1000)).containsExactly(1500, 1500);
            tunnel.gateway().assertEveryMbufAtRest();
        }
    }

    /** What was cut before is alike too; no fragment is longer than fits. */
    @Test
    void fragmentsArePaddedToThePathMtuAsWell() {
        try (TunnelGateway tunnel = open(new Tfc(Tfc.TO_PATH_MTU, 0), SaMode.TUNNEL)) {
            assertThat(lengths(tunnel, 1500)).containsExactly(1500, 1500);
        }
    }

    /** The lengths of what is sent of packets with these. */
    private static List<Integer> lengths(TunnelGateway tunnel, int... inner) {
        for (int length : inner) {
            tunnel.fromLan(outbound(length));
        }
        return sent(tunnel).stream().map(packet -> packet.length).toList();
    }

    @Test
    void whatAPeerPaddedComesOutUnpadded() {
        try (TunnelGateway tunnel = open(Tfc.NONE, SaMode.TUNNEL)) {
            byte[] inner = inbound(60);
            byte[] padded = Arrays.copyOf(inner, 1000);
            Arrays.fill(padded, 60, 1000, (byte) 0xa5);
            byte[] esp = tunnel.fromPeer().sealPayload(1, EspPackets.payload(padded, 4));
            tunnel.fromWan(esp);
            assertThat(tunnel.lan().receive()).isEqualTo(IpPackets.withTtl(inner, 63));
            assertThat(tunnel.gateway().drops()).isEmpty();
        }
    }

    @Test
    void dummiesAreSentAtTheirRateAndLookLikePaddedPackets() {
        try (TunnelGateway tunnel = open(new Tfc(500, 10), SaMode.TUNNEL)) {
            for (int i = 0; i < 100; i++) {
                clock.forward(Duration.ofMillis(10));
                tunnel.gateway().settle();
            }
            List<byte[]> sent = sent(tunnel);
            assertThat(sent).hasSize(10);
            for (int i = 0; i < 10; i++) {
                byte[] opened = tunnel.toPeer().open(i + 1L, sent.get(i));
                assertThat(opened).hasSize(504);
                assertThat(opened[503]).as("no next header").isEqualTo((byte) 59);
            }
            tunnel.gateway().assertEveryMbufAtRest();
        }
    }

    /** Packets arrive in mbufs as small as they are, and are moved where padding needs more. */
    @Test
    void jumboPaddingHasRoomInWhateverMbufAPacketCame() {
        try (TunnelGateway tunnel =
                TunnelGateway.open(
                        settings -> {
                            settings.sas = sa -> sa.tfc(new Tfc(4000, 10));
                            settings.wanCable = Cable.DEFAULT.withMtu(9000);
                            settings.more = b -> b.runtime(mode.config()).clock(clock);
                        })) {
            tunnel.fromLan(outbound(60));
            tunnel.fromLan(outbound(1000));
            tunnel.fromLan(outbound(3000));
            tunnel.fromLan(outbound(5000));
            clock.forward(Duration.ofMillis(100));
            tunnel.gateway().settle();
            List<byte[]> sent = sent(tunnel);
            assertThat(sent.stream().map(packet -> packet.length))
                    .containsExactly(4056, 4056, 4056, 5056, 4056);
            int[] lengths = {60, 1000, 3000, 5000};
            for (int i = 0; i < lengths.length; i++) {
                byte[] opened = tunnel.toPeer().open(i + 1L, sent.get(i));
                assertThat(Arrays.copyOf(opened, lengths[i]))
                        .isEqualTo(IpPackets.withTtl(outbound(lengths[i]), 63));
            }
            assertThat(tunnel.gateway().drops()).isEmpty();
            tunnel.gateway().assertEveryMbufAtRest();
        }
    }

    @Test
    void dummiesFitASmallPath() {
        try (TunnelGateway tunnel =
                TunnelGateway.open(
                        settings -> {
                            settings.sas = sa -> sa.tfc(new Tfc(0, 1000));
                            settings.wanCable = Cable.DEFAULT.withMtu(300);
                            settings.more = b -> b.runtime(mode.config()).clock(clock);
                        })) {
            for (int i = 0; i < 100; i++) {
                clock.forward(Duration.ofMillis(1));
                tunnel.gateway().settle();
            }
            List<byte[]> sent = sent(tunnel);
            assertThat(sent).hasSize(100).allMatch(packet -> packet.length <= 300);
            assertThat(sent.stream().map(packet -> packet.length).distinct().count())
                    .isGreaterThan(10);
            assertThat(tunnel.gateway().drops()).isEmpty();
        }
    }

    @Test
    void dummiesOfATransportModeSaAreTakenOffByAnyReceiver() {
        try (TunnelGateway tunnel = open(new Tfc(0, 100), SaMode.TRANSPORT)) {
            clock.forward(Duration.ofMillis(50));
            tunnel.gateway().settle();
            List<byte[]> sent = sent(tunnel);
            assertThat(sent).hasSize(5);
            for (int i = 0; i < 5; i++) {
                byte[] opened = tunnel.toPeer().open(i + 1L, sent.get(i));
                assertThat(opened[opened.length - 1]).isEqualTo((byte) 59);
                tunnel.fromWan(tunnel.fromPeer().sealPayload(i + 1L, opened));
            }
            assertThat(tunnel.gateway().drops()).isEqualTo(Map.of(DropReason.DUMMY, 5L));
        }
    }

    @Test
    void aConductorThatWasHeldUpDoesNotMakeUpForIt() {
        try (TunnelGateway tunnel = open(new Tfc(0, 1000), SaMode.TUNNEL)) {
            clock.forward(Duration.ofSeconds(10));
            tunnel.gateway().settle();
            assertThat(sent(tunnel)).hasSizeBetween(1, 32);
        }
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThatThrownBy(() -> new Tfc(-2, 0)).hasMessageContaining("0 to 65535");
        assertThatThrownBy(() -> new Tfc(0, 100_001)).hasMessageContaining("0 to 100000");
        assertThatThrownBy(() -> open(new Tfc(1, 0), SaMode.TRANSPORT))
                .hasMessageContaining("is for tunnel mode");
    }
}
