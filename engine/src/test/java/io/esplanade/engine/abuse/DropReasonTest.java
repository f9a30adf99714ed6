package io.esplanade.engine.abuse;

import static io.esplanade.engine.testing.IpPackets.ESP;
import static io.esplanade.engine.testing.IpPackets.icmp;
import static io.esplanade.engine.testing.IpPackets.packet;
import static io.esplanade.engine.testing.IpPackets.udp;
import static io.esplanade.engine.testing.IpPackets.with;
import static io.esplanade.engine.testing.IpPackets.withChecksum;
import static io.esplanade.engine.testing.IpPackets.withTtl;
import static io.esplanade.engine.testing.TunnelGateway.PEER;
import static io.esplanade.engine.testing.TunnelGateway.SPI_IN;
import static io.esplanade.engine.testing.TunnelGateway.US;
import static io.esplanade.engine.testing.TunnelGateway.inbound;
import static io.esplanade.engine.testing.TunnelGateway.key;
import static io.esplanade.engine.testing.TunnelGateway.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.ipsec.IpsecProtocol;
import io.esplanade.engine.ipsec.KeyOrigin;
import io.esplanade.engine.ipsec.SaMode;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.Tfc;
import io.esplanade.engine.ipsec.UdpEncapsulation;
import io.esplanade.engine.runtime.config.RuntimeConfig;
import io.esplanade.engine.testing.Aggfrag;
import io.esplanade.engine.testing.EspPackets;
import io.esplanade.engine.testing.HandClock;
import io.esplanade.engine.testing.Mode;
import io.esplanade.engine.testing.TunnelGateway;

import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Provokes every drop reason there is, in every way that differs in the code. A reason that is
 * added without a way to provoke it does not compile here.
 */
@ParameterizedClass
@EnumSource
class DropReasonTest {

    private static final EspPackets FROM_PEER =
            new EspPackets(PEER, US, SPI_IN, key(2), true); // as TunnelGateway's

    private final Mode mode;

    DropReasonTest(Mode mode) {
        this.mode = mode;
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void everyReasonIsProvokedAndLeavesEveryMbufFree(DropReason reason) {
        for (Way way : waysTo(reason)) {
            try (TunnelGateway tunnel = TunnelGateway.open(inMode(way.settings()))) {
                way.act().accept(tunnel);
                assertThat(tunnel.gateway().drops()).isEqualTo(Map.of(reason, way.packets()));
                tunnel.gateway().assertEveryMbufAtRest();
            }
        }
    }

    private Consumer<TunnelGateway.Settings> inMode(Consumer<TunnelGateway.Settings> way) {
        return settings -> {
            settings.more = builder -> builder.runtime(mode.config());
            way.accept(settings);
        };
    }

    private static List<Way> waysTo(DropReason reason) {
        return switch (reason) {
            case NONE -> throw new AssertionError("is no reason");
            case RUNT -> runts();
            case NOT_IP -> List.of(HardWays.lldp(), Way.fromLan(with(outbound(100), 0, 0x55)));
            case BAD_IP_HEADER -> badIpHeaders();
            case BAD_CHECKSUM -> List.of(Way.fromLan(with(outbound(100), 10, 1)));
            case FRAGMENT ->
                    List.of(
                            FragmentWays.withoutPorts(),
                            inTransportMode(
                                    Way.fromLan(withChecksum(with(outbound(100), 6, 0x20)))));
            case OVERSIZED -> FragmentWays.oversized();
            case BAD_FRAGMENT -> FragmentWays.bad();
            case DUPLICATE_FRAGMENT -> List.of(FragmentWays.duplicate());
            case REASSEMBLY_OVERLAP -> FragmentWays.overlapping();
            case REASSEMBLY_TIMEOUT -> List.of(FragmentWays.late());
            case REASSEMBLY_FULL -> List.of(FragmentWays.tooMany());
            case NO_MBUF_FOR_DATAGRAM -> List.of(FragmentWays.noMbufForDatagram());
            case NO_MBUF_FOR_FRAGMENT -> List.of(FragmentWays.noMbufForFragment());
            case TTL_EXPIRED -> ttlExpired();
            case MULTICAST -> unroutable();
            case NOT_FOR_US -> List.of(Way.fromLan(udp("10.1.0.5", US, 60)), Way.fromWan(ping()));
            case ICMP_TAKEN_NOTE_OF -> List.of(FragmentWays.tooBigMessage(1400));
            case ICMP_NOT_OURS -> List.of(FragmentWays.tooBigMessage(1500));
            case NO_ROUTE -> List.of(Way.fromLan(udp("10.1.0.5", "8.8.8.8", 60)), noRouteToPeer());
            case NO_NEIGHBOUR -> List.of(HardWays.noNeighbour());
            case NEIGHBOUR_QUEUE_FULL -> List.of(HardWays.longArp());
            case NEIGHBOUR_TAKEN_NOTE_OF -> List.of(HardWays.arp());
            case NO_SA -> List.of(Way.fromWan(with(sealed(100), 23, 99)));
            case ENCAPSULATION_MISMATCH ->
                    List.of(
                            Way.fromWan(inUdp(sealed(100))).on(UDP_PORT_ALONE),
                            Way.fromWan(sealed(100)).on(UDP));
            case KEEPALIVE -> List.of(Way.fromWan(datagram((byte) 0xff)).on(UDP));
            case IKE -> List.of(Way.fromWan(datagram(new byte[32]), datagram(new byte[4])).on(UDP));
            case NO_OUTBOUND_SA -> List.of(HardWays.outboundSaRemoved());
            case ESP_RUNT -> espRunts();
            case AH_RUNT -> ahRunts();
            case ESP_ALIGNMENT -> List.of(Way.fromWan(FROM_PEER.sealPayload(1, new byte[41])));
            case REPLAYED -> List.of(HardWays.replayed());
            case TOO_OLD -> List.of(HardWays.tooOld());
            case ICV_FAILED -> List.of(Way.fromWan(tampered()));
            case CRYPTO_ERROR -> List.of(HardWays.cryptoError());
            case BAD_PADDING -> badPadding();
            case DUMMY -> List.of(Way.fromWan(payload(new byte[50], 59), payload(2, 59)));
            case BAD_AGGREGATE -> badAggregates();
            case AGGREGATE_INCOMPLETE -> incompleteAggregates();
            case PACING_QUEUE_FULL -> pacingQueueFull();
            case BAD_INNER_HEADER -> badInnerHeaders();
            case CONGESTION -> congestion();
            case UNSUPPORTED_PAYLOAD -> List.of(Way.fromWan(payload(inbound(60), 6)));
            case POLICY_MISMATCH -> policyMismatches();
            case POLICY_DISCARD -> discarded();
            case CLEARTEXT_FOR_PROTECT -> List.of(Way.fromWan(inbound(60)));
            case NO_POLICY -> noPolicy();
            case NO_SA_FOR_ICMP_ERROR ->
                    List.of(
                            Way.fromLan(
                                    icmp("172.16.0.9", "10.2.0.5", 0xb00, 0, new byte[0]),
                                    icmp("172.16.0.9", "10.2.0.5", 0xb00, 0, outbound(60))));
            case NOT_SEALED -> List.of(HardWays.notSealed());
            case TRANSPORT_ADDRESS -> List.of(inTransportMode(Way.fromLan(outbound(60))));
            case SEQUENCE_EXHAUSTED -> HardWays.sequenceExhausted();
            case LIFETIME_EXPIRED -> List.of(HardWays.lifetimeExpired());
            case NONCE_BLOCK_EXHAUSTED -> List.of(HardWays.nonceBlockExhausted());
            case SA_RETIRED -> HardWays.saRetired();
            case NO_HEADROOM -> HardWays.noHeadroom();
            case NO_TAILROOM -> List.of(HardWays.noTailroom());
            case LOOP_LIMIT -> List.of(HardWays.loopLimit());
            case LOOP_FULL -> List.of(HardWays.loopFull());
            case HAND_OVER_FULL -> List.of(LaneWays.handOverFull());
            case TRANSMIT_FULL -> List.of(HardWays.transmitFull());
            case PORT_CLOSED -> List.of(HardWays.portClosed());
            case LANE_FAILED -> HardWays.laneFailed();
            case CLOSING -> List.of(HardWays.closingWithFullSink());
        };
    }

    private static List<Way> runts() {
        byte[] v6 = udp("fd01::5", "fd02::5", 100);
        return List.of(
                Way.fromLan(new byte[0], new byte[] {0x45}, Arrays.copyOf(outbound(100), 19)),
                Way.fromLan(Arrays.copyOf(outbound(100), 99), Arrays.copyOf(v6, 99)),
                Way.fromLan(Arrays.copyOf(v6, 39)),
                Way.fromWan(
                                withUdpLength(inUdp(sealed(100)), 7),
                                withUdpLength(inUdp(sealed(100)), 500),
                                withChecksum(with(Arrays.copyOf(datagram(), 24), 3, 24)))
                        .on(UDP),
                HardWays.cutFrame());
    }

    private static List<Way> badIpHeaders() {
        byte[] v4 = outbound(100);
        byte[] v6 = udp("fd01::5", "fd02::5", 100);
        return List.of(
                Way.fromLan(with(v4, 0, 0x44)),
                Way.fromLan(
                        withChecksum(ByteBuffer.wrap(v4.clone()).putShort(2, (short) 19).array())),
                // A hop-by-hop header behind another extension, and one that is cut off.
                Way.fromLan(packet("fd01::5", "fd02::5", 60, new byte[16])),
                Way.fromLan(with(with(v6, 6, 0), 41, 200)),
                Way.fromLan(mapped("::ffff:10.1.0.5", "::ffff:10.2.0.5")));
    }

    /** An IPv6 packet between mapped IPv4 addresses, which must not pass for IPv4 (RFC 4942). */
    private static byte[] mapped(String source, String destination) {
        byte[] packet = udp("fd01::5", "fd02::5", 100);
        mapInto(packet, 8, source);
        mapInto(packet, 24, destination);
        return packet;
    }

    private static void mapInto(byte[] packet, int at, String mapped) {
        byte[] v4 = InetAddress.ofLiteral(mapped.substring(7)).getAddress();
        Arrays.fill(packet, at, at + 10, (byte) 0);
        Arrays.fill(packet, at + 10, at + 12, (byte) 0xff);
        System.arraycopy(v4, 0, packet, at + 12, 4);
    }

    private static Way inTransportMode(Way way) {
        return way.on(settings -> settings.sas = sa -> sa.mode(SaMode.TRANSPORT));
    }

    private static List<Way> ttlExpired() {
        return List.of(
                Way.fromLan(withTtl(outbound(60), 1), withTtl(outbound(60), 0)),
                Way.fromLan(withTtl(udp("fd01::5", "fd02::5", 60), 1)),
                Way.fromWan(FROM_PEER.seal(1, withTtl(inbound(60), 1))));
    }

    private static List<Way> unroutable() {
        return List.of(
                Way.fromLan(udp("10.1.0.5", "224.0.0.1", 60), udp("10.1.0.5", "127.0.0.1", 60)),
                Way.fromLan(udp("10.1.0.5", "255.255.255.255", 60), udp("0.0.0.0", "10.2.0.5", 60)),
                Way.fromLan(udp("10.1.0.5", "169.254.1.1", 60), udp("fe80::1", "fd02::5", 60)),
                Way.fromLan(udp("fd01::5", "ff02::1", 60), udp("fd01::5", "::1", 60)));
    }

    private static byte[] ping() {
        return packet("203.0.113.9", US, 1, new byte[] {8, 0, -9, -1, 0, 0, 0, 0});
    }

    private static Way noRouteToPeer() {
        return Way.act(
                1,
                tunnel -> {
                    HardWays.removeRoute(tunnel, "192.0.2.0/24");
                    tunnel.fromLan(outbound(60));
                });
    }

    private static byte[] sealed(int innerLength) {
        return FROM_PEER.seal(1, inbound(innerLength));
    }

    private static byte[] tampered() {
        byte[] sealed = sealed(100);
        return with(sealed, 60, sealed[60] ^ 1);
    }

    private static List<Way> espRunts() {
        byte[] sealed = sealed(100);
        byte[][] cut = new byte[34][]; // from no ESP header at all to a trailer cut in two
        for (int i = 0; i < cut.length; i++) {
            byte[] shorter = Arrays.copyOf(sealed, 20 + i);
            shorter[3] = (byte) shorter.length;
            shorter[2] = 0;
            cut[i] = withChecksum(shorter);
        }
        byte[][] datagrams = new byte[34][];
        for (int i = 0; i < datagrams.length; i++) {
            datagrams[i] = inUdp(Arrays.copyOf(sealed, 20 + i));
        }
        datagrams[1][28] = 1; // which alone is no keepalive
        return List.of(
                Way.fromWan(datagrams).on(UDP),
                Way.fromWan(Arrays.copyOf(cut, 8)),
                Way.fromWan(Arrays.copyOfRange(cut, 8, 34)));
    }

    private static byte[] payload(byte[] inner, int nextHeader) {
        return FROM_PEER.sealPayload(1, EspPackets.payload(inner, nextHeader));
    }

    private static byte[] payload(long sequence, int nextHeader) {
        return FROM_PEER.sealPayload(sequence, EspPackets.payload(new byte[0], nextHeader));
    }

    private static List<Way> badAggregates() {
        byte[] whole = inbound(60);
        byte[] version5 = with(whole, 0, 0x55);
        byte[] shorterThanItsHeader = with(with(whole, 2, 0), 3, 19);
        return List.of(
                aggregates(new byte[0]),
                aggregates(new byte[3]),
                aggregates(Aggfrag.payload(80, 0, version5)),
                aggregates(Aggfrag.payload(80, 0, shorterThanItsHeader)),
                aggregates(
                        Aggfrag.payload(6, 0, Arrays.copyOf(whole, 2)),
                        new byte[] {0, 0, 0, 1, 9}));
    }

    private static List<Way> incompleteAggregates() {
        byte[] whole = inbound(60);
        byte[] beginning = Aggfrag.payload(24, 0, Arrays.copyOf(whole, 20));
        return List.of(
                aggregates(Aggfrag.payload(44, 40, Arrays.copyOfRange(whole, 20, 60))),
                aggregates(Aggfrag.payload(24, 60000, Arrays.copyOf(whole, 20))),
                aggregates(beginning, Aggfrag.payload(45, 41, Arrays.copyOfRange(whole, 20, 60))),
                aggregates(beginning, Aggfrag.payload(24, 39, new byte[20])),
                aggregates(beginning, Aggfrag.payload(64, 0, whole)));
    }

    /** A packet for each payload, of a peer that puts packets together. */
    private static Way aggregates(byte[]... payloads) {
        byte[][] packets = new byte[payloads.length][];
        for (int i = 0; i < payloads.length; i++) {
            byte[] payload = EspPackets.payload(payloads[i], Aggfrag.NEXT_HEADER);
            packets[i] = FROM_PEER.sealPayload(i + 1L, payload);
        }
        return new Way(
                s -> {
                    s.sas = sa -> sa.tfc(new Tfc(Tfc.TO_PATH_MTU, 0, true));
                    s.more = b -> b.runtime(RuntimeConfig.perCore(1)); // not of every runtime
                },
                Way.fromWan(packets).act(),
                1);
    }

    /**
     * Of a tunnel whose next payload is due in a second as many wait as may, and three more come:
     * where there is room for that many, and where a lane's mbufs are fewer.
     */
    private static List<Way> pacingQueueFull() {
        return List.of(pacingQueueFull(4096, 256), pacingQueueFull(256, 64));
    }

    private static Way pacingQueueFull(int mbufs, int room) {
        HandClock clock = new HandClock();
        return new Way(
                s -> {
                    s.sas = sa -> sa.tfc(new Tfc(Tfc.TO_PATH_MTU, 0, true, 1));
                    s.more = b -> b.runtime(RuntimeConfig.perCore(1)).mbufs(mbufs, 0).clock(clock);
                },
                tunnel -> {
                    for (int i = 0; i < room + 3; i++) {
                        tunnel.fromLan(outbound(60));
                    }
                    for (int i = 0; i < 12; i++) { // 24 go in each
                        clock.forward(Duration.ofSeconds(1));
                        tunnel.gateway().settle();
                    }
                },
                3);
    }

    private static List<Way> ahRunts() {
        Consumer<TunnelGateway.Settings> ah =
                s -> {
                    s.sas =
                            sa ->
                                    sa.protocol(IpsecProtocol.AH)
                                            .suite(Suite.ofKeyword("null-sha1").orElseThrow());
                };
        byte[] header =
                ByteBuffer.allocate(24).putInt(0x0404_0000).putInt(SPI_IN).putInt(1).array();
        return List.of(
                Way.fromWan(
                                ah(Arrays.copyOf(header, 0)),
                                ah(Arrays.copyOf(header, 11)),
                                ah(Arrays.copyOf(header, 23)), // an ICV cut off
                                ah(with(header, 1, 3)), // no room in it for the ICV
                                ah(with(header, 1, 5))) // longer than the packet
                        .on(ah));
    }

    private static byte[] ah(byte[] header) {
        return packet(PEER, US, 51, header);
    }

    private static List<Way> badPadding() {
        byte[] right = EspPackets.payload(inbound(61), 4); // padded by one
        byte[] wrong = with(right, 61, 2);
        byte[] tooLong = with(right, right.length - 2, 255);
        byte[] all = with(right, right.length - 2, 62);
        return List.of(
                Way.fromWan(FROM_PEER.sealPayload(1, wrong), FROM_PEER.sealPayload(2, tooLong)),
                Way.fromWan(FROM_PEER.sealPayload(1, all)));
    }

    private static final Consumer<TunnelGateway.Settings> UDP =
            s -> s.sas = sa -> sa.encapsulation(UdpEncapsulation.DEFAULT);

    /** Another SA is in UDP, and so there is a port for it. */
    private static final Consumer<TunnelGateway.Settings> UDP_PORT_ALONE =
            s ->
                    s.more =
                            s.more.andThen(
                                    b ->
                                            b.sa(
                                                    SecurityAssociation.builder("udp")
                                                            .inbound()
                                                            .spi(0x2001)
                                                            .from(InetAddress.ofLiteral(PEER))
                                                            .to(InetAddress.ofLiteral(US))
                                                            .key(KeyMaterial.takeFrom(key(77)))
                                                            .origin(KeyOrigin.STATIC_UNSAFE)
                                                            .encapsulation(UdpEncapsulation.DEFAULT)
                                                            .build()));

    private static byte[] inUdp(byte[] esp) {
        return datagram(Arrays.copyOfRange(esp, 20, esp.length));
    }

    private static byte[] datagram(byte... payload) {
        return udp(PEER, US, 4500, 4500, payload);
    }

    private static byte[] withUdpLength(byte[] datagram, int length) {
        return with(with(datagram, 24, length >>> 8), 25, length);
    }

    private static List<Way> congestion() {
        byte[] inner6 = udp("fd02::5", "fd01::5", 60);
        return List.of(
                Way.fromWan(withChecksum(with(sealed(100), 1, 3))),
                Way.fromWan(withChecksum(with(FROM_PEER.seal(1, inner6), 1, 0xbb))));
    }

    private static List<Way> badInnerHeaders() {
        byte[] v4 = inbound(60);
        return List.of(
                HardWays.badInnerChecksumOffloaded(),
                Way.fromWan(payload(v4, 41), payload(2, 4), payload(3, 41)),
                Way.fromWan(payload(udp("fd02::5", "fd01::5", 60), 4)),
                Way.fromWan(payload(Arrays.copyOf(v4, 56), 4)),
                Way.fromWan(payload(with(v4, 10, 1), 4)),
                Way.fromWan(payload(with(v4, 0, 0x75), 4)),
                Way.fromWan(payload(mapped("::ffff:10.2.0.5", "::ffff:10.1.0.5"), 41)));
    }

    private static List<Way> policyMismatches() {
        return List.of(
                Way.fromWan(FROM_PEER.seal(1, udp("10.3.0.5", "10.1.0.5", 60))),
                Way.fromWan(FROM_PEER.seal(1, udp("10.2.0.5", "10.9.0.5", 60))),
                // Twice: the second time the flow cache knows.
                Way.fromWan(
                        FROM_PEER.seal(1, udp("fd03::5", "fd01::5", 60)),
                        FROM_PEER.seal(2, udp("fd03::5", "fd01::5", 60))));
    }

    private static List<Way> discarded() {
        return List.of(
                Way.fromLan(udp("10.1.0.5", "198.51.100.9", 60)),
                Way.fromWan(udp("198.51.100.9", "10.1.0.5", 60)));
    }

    private static List<Way> noPolicy() {
        return List.of(
                Way.fromLan(udp("10.1.0.5", "10.9.0.5", 60)),
                Way.fromWan(udp("10.9.0.5", "10.1.0.5", 60)),
                // ESP that is for somebody else is a packet like any other.
                Way.fromWan(packet("10.9.0.5", "10.1.0.5", ESP, new byte[40])));
    }
}
