package io.esplanade.engine.topology;

import static io.esplanade.engine.testing.TunnelGateway.inbound;
import static io.esplanade.engine.testing.TunnelGateway.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.SaMode;
import io.esplanade.engine.ipsec.Tfc;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.runtime.config.RuntimeConfig;
import io.esplanade.engine.testing.Aggfrag;
import io.esplanade.engine.testing.EspPackets;
import io.esplanade.engine.testing.HandClock;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.Mode;
import io.esplanade.engine.testing.TunnelGateway;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Several packets in one, and one in several: IP-TFS (RFC 9347), in the runtime that keeps order.
 */
@ParameterizedClass
@EnumSource(names = {"ONE_LANE", "TWO_LANES", "TWO_WORKERS"})
class AggregationTest {

    private static final Tfc TO_PATH_MTU = new Tfc(Tfc.TO_PATH_MTU, 0, true);

    /** What a payload has of an MTU of 1500: 54 bytes are around it. */
    private static final int SIZE = 1446;

    private final HandClock clock = new HandClock();
    private final Mode mode;

    AggregationTest(Mode mode) {
        this.mode = mode;
    }

    private TunnelGateway open(Tfc tfc) {
        return TunnelGateway.open(
                settings -> {
                    settings.sas = sa -> sa.tfc(tfc);
                    settings.lanCable = Cable.DEFAULT.withMtu(9000);
                    settings.replayWindow = 1024;
                    settings.more = b -> b.runtime(mode.config()).clock(clock);
                });
    }

    /** Sends these at once, so that the gateway finds them waiting. */
    private static void send(TunnelGateway tunnel, byte[]... packets) {
        for (byte[] packet : packets) {
            assertThat(tunnel.lan().send(packet)).isTrue();
        }
        tunnel.gateway().settle();
    }

    /** The payloads sent, each opened by another implementation of the cipher. */
    private static List<byte[]> sent(TunnelGateway tunnel, long firstNumber) {
        List<byte[]> payloads = new ArrayList<>();
        long number = firstNumber;
        for (byte[] p = tunnel.wan().receive(); p != null; p = tunnel.wan().receive()) {
            byte[] opened = tunnel.toPeer().open(number++, p);
            int padding = opened[opened.length - 2];
            byte[] payload = Arrays.copyOf(opened, opened.length - 2 - padding);
            assertThat(opened).isEqualTo(EspPackets.payload(payload, Aggfrag.NEXT_HEADER));
            payloads.add(payload);
        }
        return payloads;
    }

    private static List<byte[]> received(TunnelGateway tunnel) {
        List<byte[]> packets = new ArrayList<>();
        for (byte[] p = tunnel.lan().receive(); p != null; p = tunnel.lan().receive()) {
            packets.add(p);
        }
        return packets;
    }

    private static void fromPeer(TunnelGateway tunnel, long number, byte[] payload) {
        byte[] plain = EspPackets.payload(payload, Aggfrag.NEXT_HEADER);
        tunnel.fromWan(tunnel.fromPeer().sealPayload(number, plain));
    }

    /** As it is behind a gateway. */
    private static byte[] hop(byte[] packet) {
        return packet[0] >>> 4 == 4 ? IpPackets.withTtl(packet, 63) : IpPackets.with(packet, 7, 63);
    }

    @Test
    void whatWaitsTravelsTogetherAndTheRestIsPadding() {
        try (TunnelGateway tunnel = open(TO_PATH_MTU)) {
            byte[][] packets = {outbound(60), outbound(101), outbound(1000)};
            send(tunnel, packets);

            byte[] outer = tunnel.wan().receive();
            assertThat(outer).hasSize(1500);
            assertThat(outer[1]).as("class").isZero();
            assertThat(ByteBuffer.wrap(outer).getShort(6)).as("DF").isEqualTo((short) 0x4000);
            byte[] expected =
                    Aggfrag.payload(SIZE, 0, hop(packets[0]), hop(packets[1]), hop(packets[2]));
            assertThat(tunnel.toPeer().open(1, outer))
                    .isEqualTo(EspPackets.payload(expected, Aggfrag.NEXT_HEADER));
            assertThat(tunnel.wan().receive()).isNull();
            tunnel.gateway().assertEveryMbufAtRest();
        }
    }

    @Test
    void whatDoesNotFitGoesOnInTheNextHoweverLong() {
        try (TunnelGateway tunnel = open(TO_PATH_MTU)) {
            byte[] first = outbound(1000);
            byte[] second = IpPackets.withChecksum(IpPackets.with(outbound(3000), 6, 0x40)); // DF
            send(tunnel, first, second);

            byte[] goesOn = hop(second);
            assertThat(sent(tunnel, 1))
                    .containsExactly(
                            Aggfrag.payload(SIZE, 0, hop(first), Arrays.copyOf(goesOn, 442)),
                            Aggfrag.payload(
                                    SIZE, 2558, Arrays.copyOfRange(goesOn, 442, 442 + 1442)),
                            Aggfrag.payload(SIZE, 1116, Arrays.copyOfRange(goesOn, 1884, 3000)));
            assertThat(tunnel.gateway().drops()).isEmpty();
            tunnel.gateway().assertEveryMbufAtRest();
        }
    }

    @Test
    void aPayloadThatIsJustFullHasNoPaddingAndTheNextBeginsAnew() {
        try (TunnelGateway tunnel = open(new Tfc(204, 0, true))) {
            send(tunnel, outbound(120), outbound(80), outbound(50));
            assertThat(sent(tunnel, 1))
                    .containsExactly(
                            Aggfrag.payload(204, 0, hop(outbound(120)), hop(outbound(80))),
                            Aggfrag.payload(204, 0, hop(outbound(50))));
        }
    }

    @Test
    void everythingSentIsFoundInPayloadsOfOneSize() {
        Random random = new Random(1);
        try (TunnelGateway tunnel = open(new Tfc(300, 0, true))) {
            List<byte[]> expected = new ArrayList<>();
            List<byte[]> payloads = new ArrayList<>();
            for (int round = 0; round < 50; round++) {
                byte[][] packets = new byte[1 + random.nextInt(12)][];
                for (int i = 0; i < packets.length; i++) {
                    packets[i] = anyPacket(random, "10.1.0.5", "10.2.0.5", "fd01::5", "fd02::5");
                    expected.add(hop(packets[i]));
                }
                send(tunnel, packets);
                payloads.addAll(sent(tunnel, payloads.size() + 1L));
            }
            assertThat(payloads).allMatch(payload -> payload.length == 300);
            assertThat(Aggfrag.packets(payloads)).containsExactlyElementsOf(expected);
            assertThat(tunnel.gateway().drops()).isEmpty();
            tunnel.gateway().assertEveryMbufAtRest();
        }
    }

    @Test
    void packetsComeOutHoweverAPeerHasCutThem() {
        Random random = new Random(2);
        try (TunnelGateway tunnel = open(TO_PATH_MTU)) {
            List<byte[]> packets = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                packets.add(anyPacket(random, "10.2.0.5", "10.1.0.5", "fd02::5", "fd01::5"));
            }
            List<byte[]> arrived = new ArrayList<>();
            long number = 1;
            for (byte[] payload : Aggfrag.payloads(packets, random, 5, 120)) {
                fromPeer(tunnel, number++, payload);
                arrived.addAll(received(tunnel));
            }
            assertThat(arrived)
                    .containsExactlyElementsOf(packets.stream().map(AggregationTest::hop).toList());
            assertThat(tunnel.gateway().drops()).isEmpty();
            tunnel.gateway().assertEveryMbufAtRest();
        }
    }

    private static byte[] anyPacket(
            Random random, String from, String to, String from6, String to6) {
        int length = 48 + (random.nextInt(9) == 0 ? random.nextInt(2000) : random.nextInt(100));
        return random.nextBoolean()
                ? IpPackets.udp(from, to, length)
                : IpPackets.udp(from6, to6, length);
    }

    /** Each packet is 100 bytes long; in the middle of what is lost one ends and one begins. */
    @Test
    void whatIsLostTakesNoMoreWithItThanWhatItHadPartOf() {
        try (TunnelGateway tunnel = open(TO_PATH_MTU)) {
            byte[] p = inbound(100);
            byte[] beginning = Arrays.copyOf(p, 30);
            byte[] rest = Arrays.copyOfRange(p, 30, 100);
            fromPeer(tunnel, 1, Aggfrag.payload(134, 0, p, beginning));
            byte[] lost = Aggfrag.payload(104, 70, rest, beginning);
            fromPeer(tunnel, 3, Aggfrag.payload(174, 70, rest, p));
            assertThat(received(tunnel)).containsExactly(hop(p), hop(p));
            assertThat(tunnel.gateway().drops())
                    .as("a beginning and a rest")
                    .isEqualTo(Map.of(DropReason.AGGREGATE_INCOMPLETE, 2L));

            fromPeer(tunnel, 5, Aggfrag.payload(104, 0, p));
            fromPeer(tunnel, 4, Aggfrag.payload(204, 0, p, p));
            assertThat(received(tunnel)).as("late but whole").hasSize(3);
            fromPeer(tunnel, 2, lost);
            fromPeer(tunnel, 6, Aggfrag.payload(104, 0, p));
            assertThat(received(tunnel)).as("too late").containsExactly(hop(p));
            tunnel.gateway().assertEveryMbufAtRest();
        }
    }

    @Test
    void paddingBetweenTheTwoPartsOfAPacketDoesNoHarm() {
        try (TunnelGateway tunnel = open(TO_PATH_MTU)) {
            byte[] p = inbound(100);
            fromPeer(tunnel, 1, Aggfrag.payload(34, 0, Arrays.copyOf(p, 30)));
            fromPeer(tunnel, 2, Aggfrag.payload(104, 0));
            fromPeer(tunnel, 3, Aggfrag.payload(104, 70, Arrays.copyOfRange(p, 30, 100)));
            assertThat(received(tunnel)).containsExactly(hop(p));
            assertThat(tunnel.gateway().drops()).isEqualTo(Map.of(DropReason.DUMMY, 1L));
        }
    }

    /** The peer has the key, and bad intentions. */
    @Test
    void whateverIsInAPayloadIsSentOrDroppedByName() {
        Random random = new Random(3);
        try (TunnelGateway tunnel = open(TO_PATH_MTU)) {
            long number = 1;
            for (int round = 0; round < 40; round++) {
                List<byte[]> packets = new ArrayList<>();
                for (int i = 0; i < 30; i++) {
                    packets.add(anyPacket(random, "10.2.0.5", "10.1.0.5", "fd02::5", "fd01::5"));
                }
                for (byte[] payload : Aggfrag.payloads(packets, random, 5, 300)) {
                    for (int flaws = random.nextInt(4); flaws > 0; flaws--) {
                        int at = random.nextInt(Math.min(payload.length, 12));
                        payload[at] = (byte) random.nextInt();
                    }
                    fromPeer(tunnel, number++, payload);
                    received(tunnel).forEach(p -> assertThat(p.length).isGreaterThan(19));
                    tunnel.wan().receive();
                }
            }
            assertThat(tunnel.gateway().drops())
                    .containsKeys(
                            DropReason.BAD_AGGREGATE,
                            DropReason.AGGREGATE_INCOMPLETE,
                            DropReason.UNSUPPORTED_PAYLOAD);
            tunnel.gateway().assertEveryMbufAtRest();
        }
    }

    @Test
    void whatComesOutIsHeldToTheSelectorsEachPacketForItself() {
        try (TunnelGateway tunnel = open(TO_PATH_MTU)) {
            byte[] ours = inbound(60);
            byte[] others = IpPackets.udp("10.9.0.5", "10.1.0.5", 60);
            fromPeer(tunnel, 1, Aggfrag.payload(SIZE, 0, ours, others, ours));
            assertThat(received(tunnel)).containsExactly(hop(ours), hop(ours));
            assertThat(tunnel.gateway().drops()).isEqualTo(Map.of(DropReason.POLICY_MISMATCH, 1L));
        }
    }

    @Test
    void paddingAloneIsSentAtARateAndDiscarded() {
        try (TunnelGateway tunnel = open(new Tfc(Tfc.TO_PATH_MTU, 10, true))) {
            for (int i = 0; i < 100; i++) {
                clock.forward(Duration.ofMillis(10));
                tunnel.gateway().settle();
            }
            List<byte[]> payloads = sent(tunnel, 1);
            assertThat(payloads).hasSize(10).allMatch(p -> Arrays.equals(p, new byte[SIZE]));
            fromPeer(tunnel, 1, payloads.getFirst());
            assertThat(tunnel.gateway().drops()).isEqualTo(Map.of(DropReason.DUMMY, 1L));
            tunnel.gateway().assertEveryMbufAtRest();
        }
    }

    /** DF, DSCP and ECN: packets of several kinds are in one (§2.2.5, §3.1). */
    @Test
    void nothingOfInnerHeadersShowsOutside() {
        try (TunnelGateway tunnel = open(TO_PATH_MTU)) {
            byte[] marked = IpPackets.with(outbound(60), 1, 46 << 2 | 1); // EF, ECT(1)
            send(tunnel, IpPackets.withChecksum(marked), outbound(60));
            byte[] outer = tunnel.wan().receive();
            assertThat(outer[1]).as("class").isZero();
            assertThat(outer[6]).as("DF").isEqualTo((byte) 0x40);
            assertThat(tunnel.wan().receive()).isNull();
        }
    }

    /** What only reports congestion, of which we take no note (§2.2.4). */
    @Test
    void aPayloadWithoutBlocksIsDiscarded() {
        try (TunnelGateway tunnel = open(TO_PATH_MTU)) {
            byte[] p = inbound(100);
            fromPeer(tunnel, 1, Aggfrag.payload(34, 0, Arrays.copyOf(p, 30)));
            fromPeer(tunnel, 2, new byte[4]);
            fromPeer(tunnel, 3, Aggfrag.payload(104, 70, Arrays.copyOfRange(p, 30, 100)));
            assertThat(received(tunnel)).containsExactly(hop(p));
            assertThat(tunnel.gateway().drops()).isEqualTo(Map.of(DropReason.DUMMY, 1L));
        }
    }

    @Test
    void whoWasNotToldOfItTakesNone() {
        try (TunnelGateway tunnel = open(Tfc.NONE)) {
            fromPeer(tunnel, 1, Aggfrag.payload(104, 0, inbound(100)));
            assertThat(tunnel.gateway().drops())
                    .isEqualTo(Map.of(DropReason.UNSUPPORTED_PAYLOAD, 1L));
        }
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThatThrownBy(() -> new Tfc(63, 0, true)).hasMessageContaining("64 bytes or more");
        assertThatThrownBy(
                        () ->
                                TunnelGateway.open(
                                        s ->
                                                s.sas =
                                                        sa ->
                                                                sa.tfc(TO_PATH_MTU)
                                                                        .mode(SaMode.TRANSPORT)))
                .hasMessageContaining("is for tunnel mode");
        for (RuntimeConfig other :
                List.of(RuntimeConfig.giantLock(2), RuntimeConfig.fineGrained(2))) {
            assertThatThrownBy(
                            () ->
                                    TunnelGateway.open(
                                            s -> {
                                                s.sas = sa -> sa.tfc(TO_PATH_MTU);
                                                s.more = b -> b.runtime(other);
                                            }))
                    .hasMessageContaining("choose the runtime per-core");
        }
    }
}
