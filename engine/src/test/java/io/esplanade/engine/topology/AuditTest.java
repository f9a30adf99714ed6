package io.esplanade.engine.topology;

import static io.esplanade.engine.testing.TunnelGateway.PEER;
import static io.esplanade.engine.testing.TunnelGateway.PEER6;
import static io.esplanade.engine.testing.TunnelGateway.SPI_IN;
import static io.esplanade.engine.testing.TunnelGateway.SPI_OUT;
import static io.esplanade.engine.testing.TunnelGateway.US;
import static io.esplanade.engine.testing.TunnelGateway.US6;
import static io.esplanade.engine.testing.TunnelGateway.inbound;
import static io.esplanade.engine.testing.TunnelGateway.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.AuditEvent;
import io.esplanade.engine.ipsec.UdpEncapsulation;
import io.esplanade.engine.testing.HandClock;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.Mode;
import io.esplanade.engine.testing.TunnelGateway;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;

/** What an audit log gets to hear (RFC 4301 §9, RFC 4302 and RFC 4303 §4), in every runtime. */
@ParameterizedClass
@EnumSource
class AuditTest {

    private static final int PER_SECOND = 5;

    private final HandClock clock = new HandClock();
    private final Mode mode;

    AuditTest(Mode mode) {
        this.mode = mode;
    }

    private TunnelGateway open(Consumer<TunnelGateway.Settings> change) {
        TunnelGateway tunnel =
                TunnelGateway.open(
                        settings -> {
                            settings.more = b -> b.runtime(mode.config()).clock(clock).address(US);
                            change.accept(settings);
                        });
        tunnel.gateway().tables().audit().perSecond(PER_SECOND, clock.nanoTime());
        return tunnel;
    }

    private TunnelGateway open() {
        return open(settings -> {});
    }

    private static AuditEvent only(TunnelGateway tunnel, DropReason reason) {
        assertThat(tunnel.gateway().audited()).singleElement().returns(reason, AuditEvent::reason);
        return tunnel.gateway().audited().getFirst();
    }

    private static void assertEnds(AuditEvent event, String source, String destination) {
        assertThat(event.source()).isEqualTo(InetAddress.ofLiteral(source));
        assertThat(event.destination()).isEqualTo(InetAddress.ofLiteral(destination));
    }

    @Test
    void anUnknownSpiIsToldWithWhatThePacketSays() {
        try (TunnelGateway tunnel = open()) {
            clock.forward(Duration.ofSeconds(1_000));
            tunnel.fromWan(IpPackets.with(tunnel.fromPeer().seal(77, inbound(60)), 23, 99));

            AuditEvent event = only(tunnel, DropReason.NO_SA);
            assertEnds(event, PEER, US);
            assertThat(event.protocol()).isEqualTo(50);
            assertThat(event.spi()).isEqualTo(SPI_IN & ~0xff | 99);
            assertThat(event.sequence()).isEqualTo(77);
            assertThat(event.sa()).isNull();
            assertThat(event.time()).isEqualTo(Instant.ofEpochSecond(1_000));
            assertThat(event)
                    .hasToString(
                            "no-sa: 192.0.2.2 > 192.0.2.1 protocol 50 SPI 0x00002063 sequence 77:"
                                    + " no SA for this SPI and destination");
        }
    }

    @Test
    void aPacketThatWasTamperedWithIsToldWithItsFlowId() {
        try (TunnelGateway tunnel = open(settings -> settings.ipv6Outside = true)) {
            byte[] packet = tunnel.fromPeer().seal(3, inbound(60));
            packet[2] = (byte) 0xab; // of the flow label
            packet[3] = (byte) 0xcd;
            packet[packet.length - 1] ^= 1;
            tunnel.fromWan(packet);

            AuditEvent event = only(tunnel, DropReason.ICV_FAILED);
            assertEnds(event, PEER6, US6);
            assertThat(event.flowLabel()).isEqualTo(0xabcd);
            assertThat(event.spi()).isEqualTo(SPI_IN);
            assertThat(event.sequence()).isEqualTo(3);
            assertThat(event.sa()).isEqualTo("in");
        }
    }

    @Test
    void whatComesAgainOrTooLateIsToldWithItsNumber() {
        try (TunnelGateway tunnel = open(settings -> settings.esn = false)) {
            tunnel.fromWan(tunnel.fromPeer().seal(200, inbound(60)));
            tunnel.fromWan(tunnel.fromPeer().seal(200, inbound(60)));
            tunnel.fromWan(tunnel.fromPeer().seal(100, inbound(60)));

            assertThat(tunnel.gateway().audited())
                    .extracting(AuditEvent::reason, AuditEvent::sequence, AuditEvent::sa)
                    .containsExactlyInAnyOrder(
                            org.assertj.core.groups.Tuple.tuple(DropReason.REPLAYED, 200L, "in"),
                            org.assertj.core.groups.Tuple.tuple(DropReason.TOO_OLD, 100L, "in"));
        }
    }

    @Test
    void whatIsOutsideItsSasSelectorsIsToldWithThem() {
        try (TunnelGateway tunnel = open()) {
            byte[] foreign = IpPackets.udp("10.9.9.9", "10.1.0.5", 60);
            tunnel.fromWan(tunnel.fromPeer().seal(9, foreign));

            AuditEvent event = only(tunnel, DropReason.POLICY_MISMATCH);
            assertEnds(event, "10.9.9.9", "10.1.0.5");
            assertThat(event.protocol()).isEqualTo(17);
            assertThat(event.destinationPort()).isPositive();
            assertThat(event.spi()).isEqualTo(SPI_IN);
            assertThat(event.sequence()).isEqualTo(9);
            assertThat(event.selectors()).isEqualTo(TunnelGateway.FROM_PEER);
        }
    }

    /** RFC 4301 §6.2. */
    @Test
    void anIcmpErrorThatNoSaIsForIsTold() {
        try (TunnelGateway tunnel = open()) {
            byte[] quote = IpPackets.udp("10.2.0.5", "10.9.0.5", 60);
            tunnel.fromLan(IpPackets.icmp("172.16.0.9", "10.2.0.5", 0xb00, 0, quote));

            AuditEvent event = only(tunnel, DropReason.NO_SA_FOR_ICMP_ERROR);
            assertEnds(event, "172.16.0.9", "10.2.0.5");
            assertThat(event.protocol()).isEqualTo(IpPackets.ICMP);
        }
    }

    @Test
    void aPacketThatNoNumberIsLeftForIsToldWithItsSa() {
        try (TunnelGateway tunnel = open(settings -> settings.firstSequence = -1L)) {
            tunnel.fromLan(outbound(60));
            tunnel.fromLan(outbound(60));

            AuditEvent event = only(tunnel, DropReason.SEQUENCE_EXHAUSTED);
            assertEnds(event, "10.1.0.5", "10.2.0.5");
            assertThat(event.spi()).isEqualTo(SPI_OUT);
            assertThat(event.sa()).isEqualTo("out");
        }
    }

    @Test
    void cleartextOfAProtectedRangeIsTold() {
        try (TunnelGateway tunnel = open()) {
            tunnel.fromWan(inbound(60));
            assertEnds(only(tunnel, DropReason.CLEARTEXT_FOR_PROTECT), "10.2.0.5", "10.1.0.5");
        }
    }

    @Test
    void espInUdpAndAhAreReadToo() {
        Consumer<TunnelGateway.Settings> inUdp =
                settings -> settings.sas = sa -> sa.encapsulation(UdpEncapsulation.DEFAULT);
        try (TunnelGateway tunnel = open(inUdp)) {
            byte[] esp = {0, 0, 0x30, 0x39, 0, 0, 0, 5, 1, 2, 3, 4};
            tunnel.fromWan(IpPackets.udp(PEER, US, 4500, 4500, esp));
            AuditEvent event = only(tunnel, DropReason.NO_SA);
            assertThat(event.spi()).isEqualTo(12345);
            assertThat(event.sequence()).isEqualTo(5);
        }
        try (TunnelGateway tunnel = open()) {
            byte[] ah = new byte[44];
            ah[0] = 4;
            ah[1] = 4;
            ah[6] = 0x30;
            ah[7] = 0x39;
            ah[11] = 6;
            tunnel.fromWan(IpPackets.packet(PEER, US, 51, ah));
            AuditEvent event = only(tunnel, DropReason.NO_SA);
            assertThat(event.spi()).isEqualTo(12345);
            assertThat(event.sequence()).isEqualTo(6);
        }
    }

    @Test
    void aFloodIsToldOfAtItsRateCountedAndHidesNoOtherEvent() {
        try (TunnelGateway tunnel = open()) {
            byte[] unknown = IpPackets.with(tunnel.fromPeer().seal(1, inbound(60)), 23, 99);
            for (int i = 0; i < 100; i++) {
                tunnel.fromWan(unknown);
            }
            tunnel.fromWan(inbound(60));
            assertThat(tunnel.gateway().audited())
                    .extracting(AuditEvent::reason)
                    .containsOnly(DropReason.NO_SA, DropReason.CLEARTEXT_FOR_PROTECT)
                    .hasSize(PER_SECOND + 1);
            assertThat(suppressed(tunnel)).isEqualTo(100 - PER_SECOND);

            clock.forward(Duration.ofSeconds(1));
            tunnel.gateway().settle();
            for (int i = 0; i < 100; i++) {
                tunnel.fromWan(unknown);
            }
            assertThat(tunnel.gateway().audited()).hasSize(2 * PER_SECOND + 1);
            assertThat(suppressed(tunnel)).isEqualTo(2 * (100 - PER_SECOND));
        }
    }

    private static long suppressed(TunnelGateway tunnel) {
        return tunnel.gateway().counters().value(Counter.AUDIT_SUPPRESSED);
    }

    @Test
    void whatIsTurnedOffTellsAndCountsNothing() {
        try (TunnelGateway tunnel = open()) {
            tunnel.gateway().tables().audit().perSecond(0, clock.nanoTime());
            tunnel.fromWan(inbound(60));
            assertThat(tunnel.gateway().audited()).isEmpty();
            assertThat(suppressed(tunnel)).isZero();
        }
    }

    @Test
    void aPacketDroppedForAnyOtherReasonIsNoEvent() {
        try (TunnelGateway tunnel = open()) {
            tunnel.fromLan(IpPackets.udp("10.1.0.5", "198.51.100.1", 60)); // POLICY_DISCARD
            tunnel.fromLan(new byte[] {0x45});
            assertThat(tunnel.gateway().drops()).hasSize(2);
            assertThat(tunnel.gateway().audited()).isEmpty();
        }
    }
}
