package io.esplanade.engine.port;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Region;
import io.esplanade.engine.testing.IpPackets;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Packets that are gathered and split again. */
class SuperPacketsTest {

    private static final int ACK = 0x10;
    private static final int PSH = 0x08;
    private static final byte[] TIMESTAMP = {1, 1, 8, 10, 0, 0, 1, 2, 0, 0, 3, 4};

    private final PortMbufs mbufs = new PortMbufs(256, 1);
    private final Region region = Region.map(1 << 20, "test");
    private final List<byte[]> vnets = new ArrayList<>();
    private final List<byte[]> gathered = new ArrayList<>();
    private Coalescer coalescer = coalescer(0);

    private Coalescer coalescer(int link) {
        return new Coalescer(this::take, region.address(), link, true, true);
    }

    @AfterEach
    void close() {
        mbufs.close();
        region.close();
    }

    private void take(Burst run, int headers) {
        vnets.add(Mem.bytes(region.address(), VnetHeader.LENGTH));
        ByteBuffer packet = ByteBuffer.allocate(1 << 17);
        for (int i = 0; i < run.count(); i++) {
            long mbuf = run.get(i);
            int left = i == 0 ? 0 : headers;
            packet.put(Mem.bytes(Mbuf.data(mbuf) + left, Mbuf.length(mbuf) - left));
            mbufs.free(mbuf);
        }
        gathered.add(Arrays.copyOf(packet.array(), packet.position()));
    }

    private void gather(List<byte[]> packets) {
        packets.forEach(packet -> coalescer.add(mbufs.packet(packet, 0)));
        coalescer.finish();
    }

    /** What a TCP segment says. */
    private static final class Segment {
        boolean ipv6;
        int from = 1024;
        int sequence = 1_000_000;
        int acknowledged = 77;
        int flags = ACK;
        int window = 500;
        int urgent;
        byte[] options = TIMESTAMP;
        byte[] data = data(1, 1000);
        int trafficClass;
        int ttl = 64;
        int id = 9;
        int fragment = 0x4000;
        boolean wrong; // its checksum

        byte[] bytes() {
            ByteBuffer tcp = ByteBuffer.allocate(20 + options.length + data.length);
            tcp.putShort((short) from).putShort((short) 80).putInt(sequence);
            tcp.putInt(acknowledged).put((byte) ((20 + options.length) / 4 << 4));
            tcp.put((byte) flags).putShort((short) window).putShort((short) 0);
            tcp.putShort((short) urgent).put(options).put(data);
            tcp.putShort(
                    16, (short) (checksum(ipv6, IpPackets.TCP, tcp.array()) + (wrong ? 1 : 0)));
            return packet(this, IpPackets.TCP, tcp.array());
        }
    }

    private static byte[] packet(Segment segment, int protocol, byte[] payload) {
        byte[] packet =
                IpPackets.packet(
                        address(segment.ipv6, 1), address(segment.ipv6, 2), protocol, payload);
        ByteBuffer ip = ByteBuffer.wrap(packet);
        if (segment.ipv6) {
            ip.putInt(0, 6 << 28 | segment.trafficClass << 20);
            ip.put(7, (byte) segment.ttl);
            return packet;
        }
        ip.put(1, (byte) segment.trafficClass).putShort(4, (short) segment.id);
        ip.putShort(6, (short) segment.fragment).put(8, (byte) segment.ttl);
        return IpPackets.withChecksum(packet);
    }

    private static String address(boolean ipv6, int host) {
        return ipv6 ? "fd01::" + host : "10.1.0." + host;
    }

    /** By the textbook, word by word (RFC 1071). */
    private static int checksum(boolean ipv6, int protocol, byte[] transport) {
        byte[] a = InetAddress.ofLiteral(address(ipv6, 1)).getAddress();
        byte[] b = InetAddress.ofLiteral(address(ipv6, 2)).getAddress();
        long sum = words(a) + words(b) + protocol + transport.length + words(transport);
        while (sum > 0xffff) {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        return (int) ~sum & 0xffff;
    }

    private static long words(byte[] bytes) {
        long sum = 0;
        for (int i = 0; i < bytes.length; i++) {
            sum += i % 2 == 0 ? (bytes[i] & 0xff) << 8 : bytes[i] & 0xff;
        }
        return sum;
    }

    private static byte[] data(long seed, int length) {
        byte[] data = new byte[length];
        new SplittableRandom(seed).nextBytes(data);
        return data;
    }

    private static byte[] segment(Consumer<Segment> change) {
        Segment segment = new Segment();
        change.accept(segment);
        return segment.bytes();
    }

    /** The segment that comes {@code n} after the first, as a sender with offload makes them. */
    private static Consumer<Segment> following(int n) {
        return s -> {
            s.sequence += n * 1000;
            s.id += n;
            s.data = data(n, 1000);
        };
    }

    private static List<byte[]> run(boolean ipv6, int n) {
        List<byte[]> run = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            boolean last = i == n - 1;
            run.add(
                    segment(
                            following(i)
                                    .andThen(
                                            s -> {
                                                s.ipv6 = ipv6;
                                                s.flags |= last ? PSH : 0;
                                                s.data = last ? data(99, 301) : s.data;
                                            })));
        }
        return run;
    }

    private static byte[] datagram(boolean ipv6, int id, byte[] data, boolean checksum) {
        ByteBuffer udp = ByteBuffer.allocate(8 + data.length);
        udp.putShort((short) 1024).putShort((short) 53).putShort((short) udp.capacity());
        udp.putShort((short) 0).put(data);
        if (checksum) {
            udp.putShort(6, (short) checksum(ipv6, IpPackets.UDP, udp.array()));
        }
        Segment headers = new Segment();
        headers.ipv6 = ipv6;
        headers.id = id;
        headers.fragment = 0;
        return packet(headers, IpPackets.UDP, udp.array());
    }

    /** What the splitter makes of a gathered packet. */
    private List<byte[]> split(byte[] vnet, byte[] packet) {
        long at = region.address() + 1024;
        Mem.copyFrom(vnet, 0, at, vnet.length);
        Mem.copyFrom(packet, 0, at + 64, packet.length);
        Splitter splitter = new Splitter();
        assertThat(splitter.begin(at, at + 64, packet.length, 0)).isTrue();
        MbufFiller filler = new MbufFiller(mbufs.pool(), mbufs);
        List<byte[]> packets = new ArrayList<>();
        while (splitter.hasNext()) {
            packets.add(mbufs.consume(splitter.next(filler)));
        }
        return packets;
    }

    private static ByteBuffer vnet(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRunOfSegmentsBecomesOneAndIsSplitIntoTheSameAgain(boolean ipv6) {
        List<byte[]> run = run(ipv6, 20);
        gather(run);

        assertThat(gathered).hasSize(1);
        int headers = (ipv6 ? 40 : 20) + 32;
        assertThat(gathered.getFirst()).hasSize(headers + 19 * 1000 + 301);
        ByteBuffer vnet = vnet(vnets.getFirst());
        assertThat(vnet.get(0)).as("needs checksum").isEqualTo((byte) 1);
        assertThat(vnet.get(1)).as("type").isEqualTo((byte) (ipv6 ? 4 : 1));
        assertThat(vnet.getShort(2)).as("headers").isEqualTo((short) headers);
        assertThat(vnet.getShort(4)).as("segment size").isEqualTo((short) 1000);
        assertThat(split(vnets.getFirst(), gathered.getFirst())).containsExactlyElementsOf(run);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRunOfDatagramsBecomesOneAndIsSplitIntoTheSameAgain(boolean ipv6) {
        List<byte[]> run =
                IntStream.range(0, 10)
                        .mapToObj(i -> datagram(ipv6, i, data(i, i == 9 ? 17 : 500), true))
                        .toList();
        gather(run);

        assertThat(gathered).hasSize(1);
        assertThat(vnet(vnets.getFirst()).get(1)).as("type").isEqualTo((byte) 5);
        assertThat(split(vnets.getFirst(), gathered.getFirst())).containsExactlyElementsOf(run);
    }

    private static byte[] frame(int station, int type, byte[] packet) {
        ByteBuffer frame = ByteBuffer.allocate(14 + packet.length);
        frame.put(5, (byte) station).putShort(12, (short) type).put(14, packet);
        return frame.array();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void framesForOneStationAreGatheredUnderOneLinkHeader(boolean ipv6) {
        coalescer = coalescer(14);
        int type = ipv6 ? 0x86dd : 0x0800;
        List<byte[]> run = run(ipv6, 5);
        List<byte[]> frames = run.stream().map(packet -> frame(1, type, packet)).toList();
        gather(frames);

        assertThat(gathered).hasSize(1);
        assertThat(Arrays.copyOf(gathered.getFirst(), 14))
                .isEqualTo(Arrays.copyOf(frames.getFirst(), 14));
        ByteBuffer vnet = vnet(vnets.getFirst());
        int transport = 14 + (ipv6 ? 40 : 20);
        assertThat(vnet.getShort(2)).as("headers").isEqualTo((short) (transport + 32));
        assertThat(vnet.getShort(6)).as("checksum start").isEqualTo((short) transport);
    }

    @Test
    void framesForTwoStationsAndWhatIsNotIpAreNotMerged() {
        coalescer = coalescer(14);
        List<byte[]> run = run(false, 4);
        List<byte[]> frames =
                List.of(
                        frame(1, 0x0800, run.get(0)),
                        frame(2, 0x0800, run.get(1)),
                        frame(2, 0x88b5, run.get(2)),
                        frame(2, 0x88b5, run.get(3)));
        gather(frames);
        assertThat(gathered).containsExactlyElementsOf(frames);
    }

    static Stream<Arguments> differences() {
        return Stream.of(
                Arguments.of("a gap", change(s -> s.sequence++)),
                Arguments.of("a repetition", change(s -> s.sequence -= 1000)),
                Arguments.of("another acknowledgement", change(s -> s.acknowledged++)),
                Arguments.of("another window", change(s -> s.window++)),
                Arguments.of("urgent data", change(s -> s.urgent = 1)),
                Arguments.of("FIN", change(s -> s.flags |= 1)),
                Arguments.of("SYN", change(s -> s.flags |= 2)),
                Arguments.of("RST", change(s -> s.flags |= 4)),
                Arguments.of("URG", change(s -> s.flags |= 0x20)),
                Arguments.of("ECE", change(s -> s.flags |= 0x40)),
                Arguments.of("CWR", change(s -> s.flags |= 0x80)),
                Arguments.of("other options", change(s -> s.options = new byte[12])),
                Arguments.of("no options", change(s -> s.options = new byte[0])),
                Arguments.of("no data", change(s -> s.data = new byte[0])),
                Arguments.of("more data", change(s -> s.data = data(3, 1001))),
                Arguments.of("another port", change(s -> s.from++)),
                Arguments.of("ECN", change(s -> s.trafficClass = 3)),
                Arguments.of("DSCP", change(s -> s.trafficClass = 0xb8)),
                Arguments.of("TTL", change(s -> s.ttl--)),
                Arguments.of("no DF", change(s -> s.fragment = 0)),
                Arguments.of("more fragments", change(s -> s.fragment = 0x2000)),
                Arguments.of("a wrong checksum", change(s -> s.wrong = true)));
    }

    private static Consumer<Segment> change(Consumer<Segment> change) {
        return change;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("differences")
    void whatDiffersIsNotMerged(String what, Consumer<Segment> change) {
        List<byte[]> packets = List.of(segment(s -> {}), segment(following(1).andThen(change)));
        gather(packets);

        assertThat(gathered).containsExactlyElementsOf(packets);
        assertThat(vnets).allMatch(vnet -> vnet[1] == 0);
    }

    @Test
    void theIdOfWhatMayBeFragmentedMustFollow() {
        Consumer<Segment> fragmentable = s -> s.fragment = 0;
        List<byte[]> packets =
                List.of(
                        segment(fragmentable),
                        segment(following(1).andThen(fragmentable)),
                        segment(following(2).andThen(fragmentable).andThen(s -> s.id++)));
        gather(packets);

        assertThat(gathered).hasSize(2);
        assertThat(split(vnets.getFirst(), gathered.getFirst()))
                .containsExactlyElementsOf(packets.subList(0, 2));
        assertThat(gathered.getLast()).isEqualTo(packets.getLast());
    }

    @Test
    void nothingGoesBehindAShorterSegmentOrOneThatIsPushed() {
        byte[] first = segment(s -> {});
        byte[] shorter = segment(following(1).andThen(s -> s.data = data(1, 999)));
        byte[] behind =
                segment(
                        following(2)
                                .andThen(
                                        s -> {
                                            s.sequence--;
                                            s.flags |= PSH;
                                        }));
        byte[] last = segment(following(3).andThen(s -> s.sequence--));
        gather(List.of(first, shorter, behind, last));

        assertThat(gathered).hasSize(3);
        assertThat(split(vnets.getFirst(), gathered.getFirst())).containsExactly(first, shorter);
        assertThat(gathered.subList(1, 3)).containsExactly(behind, last);
    }

    @Test
    void datagramsWithoutAChecksumAreNotMerged() {
        List<byte[]> packets =
                List.of(
                        datagram(false, 0, data(1, 100), false),
                        datagram(false, 1, data(2, 100), false));
        gather(packets);

        assertThat(gathered).containsExactlyElementsOf(packets);
    }

    @Test
    void flowsAreGatheredSideBySideAndEachKeepsItsOrder() {
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            for (int flow = 0; flow < 3; flow++) {
                int port = 2000 + flow;
                packets.add(segment(following(i).andThen(s -> s.from = port)));
            }
        }
        packets.add(segment(following(5).andThen(s -> s.from = 2001).andThen(s -> s.flags |= 1)));
        gather(packets);

        assertThat(gathered).hasSize(4);
        List<byte[]> second = new ArrayList<>(split(vnets.getFirst(), gathered.getFirst()));
        assertThat(second).hasSize(5); // given away by the FIN behind it
        assertThat(gathered.get(1)).isEqualTo(packets.getLast());
        for (byte[] packet : second) {
            assertThat(ByteBuffer.wrap(packet).getShort(20)).isEqualTo((short) 2001);
        }
    }

    @Test
    void aRunIsNoLongerThanAPacketCanBe() {
        Consumer<Segment> large = s -> s.data = data(1, 1700);
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            int n = i;
            packets.add(
                    segment(large.andThen(s -> s.sequence += n * 1700).andThen(s -> s.id += n)));
        }
        gather(packets);

        assertThat(gathered).hasSize(2);
        assertThat(gathered.getFirst().length).isBetween(60_000, 65_535);
        List<byte[]> all = new ArrayList<>(split(vnets.get(0), gathered.get(0)));
        all.addAll(split(vnets.get(1), gathered.get(1)));
        assertThat(all).containsExactlyElementsOf(packets);
    }

    @Test
    void aPartialChecksumIsCompleted() {
        byte[] right = segment(s -> {});
        ByteBuffer partial = ByteBuffer.wrap(right.clone());
        int pseudo = ~checksum(false, IpPackets.TCP, new byte[0]) & 0xffff;
        partial.putShort(36, (short) (pseudo + right.length - 20));
        ByteBuffer header = vnet(new byte[VnetHeader.LENGTH]);
        header.put(0, (byte) 1).putShort(6, (short) 20).putShort(8, (short) 16);

        assertThat(split(header.array(), partial.array())).containsExactly(right);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x03, 0x07, 0x01, 0x04, 0x05})
    void aSuperPacketThatIsNotWhatItsHeaderSaysIsRefused(int type) {
        byte[] packet = segment(s -> {});
        long at = region.address() + 1024;
        Mem.copyFrom(packet, 0, at + 64, packet.length);
        Splitter splitter = new Splitter();
        for (int start : new int[] {0, 19, 21, 60, 1051, 1052, 0xffff}) {
            ByteBuffer header = vnet(new byte[VnetHeader.LENGTH]);
            header.put(0, (byte) 1).put(1, (byte) type).putShort(4, (short) 500);
            header.putShort(6, (short) start).putShort(8, (short) 16);
            Mem.copyFrom(header.array(), 0, at, VnetHeader.LENGTH);

            assertThat(splitter.begin(at, at + 64, packet.length, 0)).as("%d", start).isFalse();
            assertThat(splitter.hasNext()).isFalse();
        }
    }

    @Test
    void withoutAnMbufTheSameSegmentComesAgainLater() {
        List<byte[]> run = run(false, 3);
        gather(run);
        long at = region.address() + 1024;
        Mem.copyFrom(vnets.getFirst(), 0, at, VnetHeader.LENGTH);
        Mem.copyFrom(gathered.getFirst(), 0, at + 64, gathered.getFirst().length);
        Splitter splitter = new Splitter();
        splitter.begin(at, at + 64, gathered.getFirst().length, 0);
        try (PortMbufs one = new PortMbufs(1, 0)) {
            MbufFiller filler = new MbufFiller(one.pool(), one);
            for (byte[] packet : run) {
                long mbuf = splitter.next(filler);
                if (splitter.hasNext()) {
                    assertThat(splitter.next(filler)).isEqualTo(Mbuf.NULL);
                }
                assertThat(one.consume(mbuf)).isEqualTo(packet);
            }
            assertThat(filler.starved()).isEqualTo(2);
        }
    }
}
