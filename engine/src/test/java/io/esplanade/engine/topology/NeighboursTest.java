package io.esplanade.engine.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.engine.port.memory.Plug;
import io.esplanade.engine.testing.DrivenGateway;
import io.esplanade.engine.testing.HandClock;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.Mode;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;

/** A router that asks its neighbours for their link-layer addresses, and tells them its own. */
@ParameterizedClass
@EnumSource
class NeighboursTest {

    private static final long LEFT = 0x02_00_00_00_00_01L;
    private static final long RIGHT = 0x02_00_00_00_00_02L;
    private static final long HOST = 0x02_00_00_00_00_aaL;
    private static final long OTHER = 0x02_00_00_00_00_abL;
    private static final long SENDER = 0x02_00_00_00_00_ccL;
    private static final long BROADCAST = 0xffff_ffff_ffffL;
    private static final Cable CABLE = Cable.DEFAULT.withLinkType(LinkType.ETHERNET);

    private final HandClock clock = new HandClock();
    private final MemoryHost left = MemoryHost.on(new Plug("left", Side.PROTECTED, LEFT), CABLE);
    private final MemoryHost right = MemoryHost.on(new Plug("right", Side.PROTECTED, RIGHT), CABLE);
    private final Mode mode;
    private DrivenGateway gateway;

    NeighboursTest(Mode mode) {
        this.mode = mode;
    }

    @BeforeEach
    void open() {
        gateway =
                DrivenGateway.builder()
                        .port(left.port())
                        .port(right.port())
                        .runtime(mode.config())
                        .clock(clock)
                        .address(0, "10.1.0.1")
                        .address(1, "10.2.0.1")
                        .address(1, "fd02::1")
                        .route("10.1.0.0/16", "left")
                        .route("10.2.0.0/16", "right")
                        .route("fd02::/32", "right")
                        .neighbour(0, "10.1.0.5", SENDER)
                        .build();
    }

    @AfterEach
    void close() {
        left.close();
        right.close();
        gateway.close();
    }

    // What RFC 826 and RFC 4861 say that the messages look like, written out.

    private static byte[] arp(
            long to, long from, int operation, String sender, long targetMac, String target) {
        return frame(
                to,
                from,
                "0806",
                "00010800060400%02x%012x%s%012x%s"
                        .formatted(operation, from, hex(sender), targetMac, hex(target)));
    }

    private static byte[] discovery(
            long to, long from, String source, String destination, int type, String rest) {
        byte[] message = HexFormat.of().parseHex("%02x000000%s".formatted(type, rest));
        byte[] packet = IpPackets.packet(source, destination, IpPackets.ICMPV6, message);
        packet[7] = (byte) 255;
        return IpPackets.frame(to, from, IpPackets.withIcmpChecksum(packet));
    }

    private static byte[] solicitation(long to, String source, String destination, String target) {
        return discovery(
                to,
                RIGHT,
                source,
                destination,
                135,
                "00000000%s0101%012x".formatted(hex(target), RIGHT));
    }

    private static byte[] advertisement(long mac, String target, int flags) {
        return discovery(
                RIGHT,
                mac,
                target,
                "fd02::1",
                136,
                "%02x000000%s0201%012x".formatted(flags, hex(target), mac));
    }

    private static byte[] frame(long to, long from, String type, String payload) {
        byte[] bytes = HexFormat.of().parseHex("%012x%012x%s%s".formatted(to, from, type, payload));
        return Arrays.copyOf(bytes, Math.max(60, bytes.length));
    }

    private static String hex(String address) {
        return HexFormat.of().formatHex(java.net.InetAddress.ofLiteral(address).getAddress());
    }

    private static byte[] question(long to) {
        return arp(to, RIGHT, 1, "10.2.0.1", 0, "10.2.0.5");
    }

    private static byte[] answer(long mac) {
        return arp(RIGHT, mac, 2, "10.2.0.5", RIGHT, "10.2.0.1");
    }

    private static byte[] packet(int length) {
        return IpPackets.udp("10.1.0.5", "10.2.0.5", length);
    }

    private static byte[] forwarded(long mac, byte[] packet) {
        return IpPackets.frame(mac, RIGHT, IpPackets.withTtl(packet, 63));
    }

    private void fromLeft(byte[] packet) {
        assertThat(left.send(IpPackets.frame(LEFT, SENDER, packet))).isTrue();
        gateway.settle();
    }

    private void fromRight(byte[] frame) {
        assertThat(right.send(frame)).isTrue();
        gateway.settle();
    }

    private void pass(Duration time) {
        clock.forward(time);
        gateway.settle();
    }

    private void resolve() {
        fromLeft(packet(100));
        assertThat(right.receive()).isEqualTo(question(BROADCAST));
        fromRight(answer(HOST));
        assertThat(right.receive()).isEqualTo(forwarded(HOST, packet(100)));
    }

    @Test
    void packetsWaitForTheAnswerAndLeaveInOrder() {
        fromLeft(packet(100));
        fromLeft(packet(200));
        assertThat(right.receive()).isEqualTo(question(BROADCAST));
        assertThat(right.receive()).as("asks once").isNull();
        assertThat(gateway.mbufs()).containsEntry(Owner.NEIGHBOUR, 2L);

        fromRight(answer(HOST));
        assertThat(right.receive()).isEqualTo(forwarded(HOST, packet(100)));
        assertThat(right.receive()).isEqualTo(forwarded(HOST, packet(200)));

        fromLeft(packet(300));
        assertThat(right.receive()).isEqualTo(forwarded(HOST, packet(300)));
        assertThat(gateway.drops()).isEqualTo(Map.of(DropReason.NEIGHBOUR_TAKEN_NOTE_OF, 1L));
    }

    @Test
    void ipv6NeighboursAreSolicited() {
        byte[] packet = IpPackets.udp("fd01::5", "fd02::12:3456", 100);
        fromLeft(packet);
        assertThat(right.receive())
                .isEqualTo(
                        solicitation(
                                0x33_33_ff_12_34_56L,
                                "fd02::1",
                                "ff02::1:ff12:3456",
                                "fd02::12:3456"));
        fromRight(advertisement(HOST, "fd02::12:3456", 0x60));
        assertThat(right.receive()).isEqualTo(forwarded(HOST, packet));
    }

    @Test
    void ofManyPacketsTheNewestWait() {
        for (int i = 0; i < 6; i++) {
            fromLeft(packet(100 + i));
        }
        assertThat(gateway.mbufs()).containsEntry(Owner.NEIGHBOUR, 4L);
        assertThat(gateway.drops()).isEqualTo(Map.of(DropReason.NEIGHBOUR_QUEUE_FULL, 2L));
        right.receive();
        fromRight(answer(HOST));
        for (int i = 2; i < 6; i++) {
            assertThat(right.receive()).isEqualTo(forwarded(HOST, packet(100 + i)));
        }
    }

    @Test
    void asManyHopsAreAskedForAsThereIsRoomFor() {
        for (int i = 0; i < 70; i++) {
            fromLeft(IpPackets.udp("10.1.0.5", "10.2.1." + i, 100));
        }
        assertThat(gateway.mbufs()).containsEntry(Owner.NEIGHBOUR, 64L);
        assertThat(gateway.drops()).isEqualTo(Map.of(DropReason.NEIGHBOUR_QUEUE_FULL, 6L));
    }

    /** RFC 1812 §5.2.7.1: the sender is told. */
    @Test
    void whoDoesNotAnswerIsAskedThreeTimesAndGivenUp() {
        fromLeft(packet(100));
        for (int i = 0; i < 3; i++) {
            assertThat(right.receive()).isEqualTo(question(BROADCAST));
            pass(Duration.ofMillis(1100));
        }
        assertThat(right.receive()).isNull();
        assertThat(gateway.drops()).isEqualTo(Map.of(DropReason.NO_NEIGHBOUR, 1L));
        byte[] error = left.receive();
        assertThat(error[14 + 9]).isEqualTo((byte) IpPackets.ICMP);
        assertThat(ByteBuffer.wrap(error).getShort(14 + 20))
                .as("host unreachable")
                .isEqualTo((short) 0x0301);
        gateway.assertEveryMbufAtRest();

        fromLeft(packet(100));
        assertThat(right.receive()).as("asks anew").isEqualTo(question(BROADCAST));
    }

    @Test
    void whoIsKnownIsAskedAgainAloneBeforeTheAnswerIsOld() {
        resolve();
        pass(Duration.ofSeconds(45));
        assertThat(right.receive()).isEqualTo(question(HOST));
        fromRight(answer(HOST));
        pass(Duration.ofSeconds(14));
        assertThat(right.receive()).isNull();
        fromLeft(packet(200));
        assertThat(right.receive()).isEqualTo(forwarded(HOST, packet(200)));
    }

    @Test
    void whoIsGoneIsForgotten() {
        resolve();
        pass(Duration.ofSeconds(45));
        for (int i = 0; i < 3; i++) {
            assertThat(right.receive()).isEqualTo(question(HOST));
            pass(Duration.ofMillis(1100));
        }
        fromLeft(packet(200));
        assertThat(right.receive()).isEqualTo(question(BROADCAST));
    }

    @Test
    void aNeighbourThatMovedIsFollowed() {
        resolve();
        // Says so unasked, to all.
        fromRight(arp(BROADCAST, OTHER, 1, "10.2.0.5", 0, "10.2.0.5"));
        fromLeft(packet(200));
        assertThat(right.receive()).isEqualTo(forwarded(OTHER, packet(200)));
    }

    /** Nothing is learned that was not asked for, and nothing that was configured is changed. */
    @Test
    void aStrangersWordChangesNothing() {
        fromRight(arp(RIGHT, OTHER, 2, "10.2.0.5", RIGHT, "10.2.0.1"));
        fromLeft(packet(100));
        assertThat(right.receive()).isEqualTo(question(BROADCAST));

        assertThat(left.send(arp(LEFT, OTHER, 2, "10.1.0.5", LEFT, "10.1.0.1"))).isTrue();
        fromRight(answer(HOST));
        right.receive();
        fromRight(IpPackets.frame(RIGHT, HOST, IpPackets.udp("10.2.0.5", "10.1.0.5", 100)));
        assertThat(Arrays.copyOf(left.receive(), 6))
                .isEqualTo(HexFormat.of().parseHex("0200000000cc"));
    }

    @Test
    void itAnswersForItsAddressOnThatPortAlone() {
        fromRight(arp(BROADCAST, HOST, 1, "10.2.0.5", 0, "10.2.0.1"));
        assertThat(right.receive()).isEqualTo(arp(HOST, RIGHT, 2, "10.2.0.1", HOST, "10.2.0.5"));

        fromRight(arp(BROADCAST, HOST, 1, "10.2.0.5", 0, "10.1.0.1"));
        fromRight(arp(BROADCAST, HOST, 1, "10.2.0.5", 0, "10.2.0.77"));
        assertThat(right.receive()).isNull();
    }

    /** RFC 5227: who does not have an address yet asks from none. */
    @Test
    void itAnswersWhoWouldTakeItsAddress() {
        fromRight(arp(BROADCAST, HOST, 1, "0.0.0.0", 0, "10.2.0.1"));
        assertThat(right.receive()).isEqualTo(arp(HOST, RIGHT, 2, "10.2.0.1", HOST, "0.0.0.0"));

        fromRight(
                discovery(
                        0x33_33_ff_00_00_01L,
                        HOST,
                        "::",
                        "ff02::1:ff00:1",
                        135,
                        "00000000" + hex("fd02::1")));
        assertThat(right.receive())
                .isEqualTo(
                        discovery(
                                0x33_33_00_00_00_01L,
                                RIGHT,
                                "fd02::1",
                                "ff02::1",
                                136,
                                "a0000000%s0201%012x".formatted(hex("fd02::1"), RIGHT)));
    }

    /** Its link-local address (RFC 4291) is the one that its link-layer address gives. */
    @ParameterizedTest
    @ValueSource(strings = {"fd02::1", "fe80::ff:fe00:2"})
    void itAnswersSolicitations(String own) {
        fromRight(
                discovery(
                        RIGHT,
                        HOST,
                        "fd02::5",
                        own,
                        135,
                        "00000000%s0101%012x".formatted(hex(own), HOST)));
        assertThat(right.receive())
                .isEqualTo(
                        discovery(
                                HOST,
                                RIGHT,
                                own,
                                "fd02::5",
                                136,
                                "e0000000%s0201%012x".formatted(hex(own), RIGHT)));
    }

    /** RFC 4861 §7.1: each of these is to be discarded. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a hop limit of less",
                "a checksum that is wrong",
                "a code",
                "an option of no length",
                "an option cut off",
                "a target for many",
                "no source, but its address"
            })
    void unsoundSolicitationsAreNotAnswered(String flaw) {
        byte[] sound =
                discovery(
                        RIGHT,
                        HOST,
                        flaw.startsWith("no source") ? "::" : "fd02::5",
                        "fd02::1",
                        135,
                        "00000000%s0101%012x".formatted(hex("fd02::1"), HOST));
        byte[] ip = Arrays.copyOfRange(sound, 14, sound.length);
        switch (flaw) {
            case "a hop limit of less" -> ip[7] = (byte) 254;
            case "a code" -> ip[41] = 1;
            case "an option of no length" -> ip[40 + 25] = 0;
            case "an option cut off" -> ip[40 + 25] = 2;
            case "a target for many" -> ip[40 + 8] = (byte) 0xff;
            default -> {}
        }
        ip = IpPackets.withIcmpChecksum(ip);
        if (flaw.startsWith("a checksum")) {
            ip[42] ^= 1;
        }
        fromRight(IpPackets.frame(RIGHT, HOST, ip));
        assertThat(right.receive()).isNull();
    }
}
