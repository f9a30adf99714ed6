package io.esplanade.engine.port.pcap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.port.Capability;
import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.Packets;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.PortContract;
import io.esplanade.engine.port.PortFactory;
import io.esplanade.engine.port.PortMbufs;
import io.esplanade.engine.port.PortSpec;
import io.esplanade.engine.port.RxQueue;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.TxQueue;
import io.esplanade.engine.port.pcap.CaptureBytes.Packet;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

class PcapPortTest extends PortContract {

    private static final int MICROS = 0xa1b2c3d4;
    private static final String MAC = "02:00:00:00:00:0a";

    @TempDir Path directory;

    private final PortMbufs mbufs = new PortMbufs(64, 1);
    private final Burst burst = new Burst(64);
    private final List<Port> open = new ArrayList<>();

    @Override
    protected Port newPort() {
        return port(Map.of("write", file("contract.pcap")));
    }

    @AfterEach
    void everyMbufIsHome() throws IOException {
        for (Port port : open) {
            port.close();
        }
        mbufs.close();
    }

    private String file(String name) {
        return directory.resolve(name).toString();
    }

    private Port port(Map<String, String> options) {
        Port port =
                new PcapPortFactory()
                        .create(new PortSpec("lan", "pcap", Side.PROTECTED, 0, options));
        open.add(port);
        return port;
    }

    private RxQueue reading(String link, CaptureBytes capture) throws IOException {
        capture.write(directory.resolve("in"));
        return reading(link);
    }

    private RxQueue reading(String link) throws IOException {
        Map<String, String> options =
                link.equals("ethernet")
                        ? Map.of("read", file("in"), "link", link, "mac", MAC)
                        : Map.of("read", file("in"), "link", link);
        Port port = port(options);
        port.attach(mbufs.pool());
        return port.rxQueue(0, mbufs);
    }

    private List<byte[]> receiveAll(RxQueue queue) {
        List<byte[]> received = new ArrayList<>();
        while (!queue.ended()) {
            burst.clear();
            int n = queue.receive(burst, 7);
            assertThat(n).isEqualTo(burst.count()).isLessThanOrEqualTo(7);
            for (int i = 0; i < n; i++) {
                received.add(mbufs.consume(burst.get(i)));
            }
        }
        return received;
    }

    @Test
    void theServiceLoaderFindsItsFactory() {
        assertThat(ServiceLoader.load(PortFactory.class))
                .anySatisfy(factory -> assertThat(factory.type()).isEqualTo("pcap"));
    }

    @Test
    void itDeliversTheWholeCaptureThenEnds() throws Exception {
        List<byte[]> packets = Packets.packets(1, 200, 20, 1_500);
        CaptureBytes capture = CaptureBytes.pcap(ByteOrder.BIG_ENDIAN, MICROS, 101);
        packets.forEach(packet -> capture.pcapPacket(3, 4, packet.length, packet));
        RxQueue queue = reading("raw", capture);

        assertThat(queue.ended()).isFalse();
        assertThat(queue.receive(burst, 1)).isEqualTo(1);
        assertThat(Mbuf.time(burst.get(0))).isEqualTo(3_000_004_000L);
        assertThat(mbufs.consume(burst.get(0))).isEqualTo(packets.getFirst());
        assertThat(receiveAll(queue)).containsExactlyElementsOf(packets.subList(1, 200));
        assertThat(queue.failure()).isNull();
        burst.clear();
        assertThat(queue.receive(burst, 1)).isZero();
    }

    @Test
    void aRawPortTakesTheLinkLayerHeaderOff() throws Exception {
        CaptureBytes capture = CaptureBytes.pcap(ByteOrder.LITTLE_ENDIAN, MICROS, 1);
        byte[][] frames = {
            frame(0x0800, 0x45, 7),
            frame(0x86dd, 0x60, 8),
            frame(0x8100, 0, 5, 0x08, 0x00, 0x45, 9), // VLAN 5
            frame(0x88a8, 0, 1, 0x81, 0, 0, 2, 0x86, 0xdd, 0x60, 10), // Q in Q
            frame(0x0806, 0, 1, 8, 0), // ARP
            new byte[13],
            {},
        };
        for (byte[] frame : frames) {
            capture.pcapPacket(0, 0, frame.length, frame);
        }

        List<byte[]> received = receiveAll(reading("raw", capture));

        assertThat(received)
                .containsExactly(
                        new byte[] {0x45, 7},
                        new byte[] {0x60, 8},
                        new byte[] {0x45, 9},
                        new byte[] {0x60, 10},
                        new byte[] {8, 6, 0, 1, 8, 0}, // from the EtherType: not IP
                        new byte[0],
                        new byte[0]);
    }

    private static byte[] frame(int etherType, int... rest) {
        byte[] frame = new byte[14 + rest.length];
        Arrays.fill(frame, 0, 12, (byte) 0x66);
        frame[12] = (byte) (etherType >> 8);
        frame[13] = (byte) etherType;
        for (int i = 0; i < rest.length; i++) {
            frame[14 + i] = (byte) rest[i];
        }
        return frame;
    }

    @Test
    void anEthernetPortDeliversWholeFramesAndRefusesRawIp() throws Exception {
        byte[] frame = frame(0x0800, 0x45, 7);
        CaptureBytes capture = CaptureBytes.pcapng(ByteOrder.BIG_ENDIAN);
        capture.interfaceBlock(1, 0)
                .interfaceBlock(101, 0)
                .enhanced(0, 0, frame.length, frame)
                .enhanced(1, 0, frame.length, frame);
        RxQueue queue = reading("ethernet", capture);

        assertThat(receiveAll(queue)).containsExactly(frame);
        assertThat(queue.failure()).hasMessageContaining("lan").hasMessageContaining("link: raw");
    }

    @Test
    void packetsStayInTheFileWhileThereIsNoMbuf() throws Exception {
        List<byte[]> packets = Packets.packets(1, 66, 20, 100);
        CaptureBytes capture = CaptureBytes.pcap(ByteOrder.LITTLE_ENDIAN, MICROS, 101);
        packets.forEach(packet -> capture.pcapPacket(0, 0, packet.length, packet));
        RxQueue queue = reading("raw", capture);
        Burst all = new Burst(70);

        assertThat(queue.receive(all, 70)).isEqualTo(64);
        assertThat(queue.receive(all, 2)).isZero();
        assertThat(queue.starved()).isEqualTo(2);
        assertThat(queue.ended()).isFalse();

        mbufs.consume(all.get(0));
        assertThat(queue.receive(all, 2)).isEqualTo(1);
        for (int i = 1; i < 65; i++) {
            assertThat(mbufs.consume(all.get(i))).isEqualTo(packets.get(i));
        }
        assertThat(receiveAll(queue)).containsExactly(packets.get(65));
    }

    @Test
    void aTruncatedCaptureIsReportedBehindItsWholePackets() throws Exception {
        byte[] packet = {0x45, 1, 2, 3};
        CaptureBytes capture = CaptureBytes.pcap(ByteOrder.LITTLE_ENDIAN, MICROS, 101);
        capture.pcapPacket(0, 0, 4, packet).pcapPacket(0, 0, 4, packet);
        byte[] bytes = capture.bytes();
        Files.write(directory.resolve("in"), Arrays.copyOf(bytes, bytes.length - 1));
        RxQueue queue = reading("raw");

        assertThat(receiveAll(queue)).containsExactly(packet);

        assertThat(queue.failure())
                .hasMessageContaining("lan")
                .hasMessageContaining("byte 60")
                .hasMessageContaining("truncated")
                .hasCauseInstanceOf(CaptureFormatException.class);
    }

    @Test
    void whatIsSentIsInTheFileOnceFlushed() throws Exception {
        List<byte[]> packets = Packets.packets(5, 40, 20, 1_500);
        Port port = port(Map.of("write", file("out.pcap")));
        port.attach(mbufs.pool());
        TxQueue queue = port.txQueue(0, mbufs);
        packets.forEach(packet -> burst.add(mbufs.packet(packet, 7_000_000_001L)));

        assertThat(queue.send(burst, 40)).isEqualTo(40);
        queue.flush();

        assertThat(mbufs.away()).isZero();
        List<Packet> written = CaptureBytes.read(directory.resolve("out.pcap"));
        assertThat(written.stream().map(Packet::bytes)).containsExactlyElementsOf(packets);
        assertThat(written).allMatch(packet -> packet.time() == 7_000_000_001L);
        assertThat(written).allMatch(packet -> packet.linkType() == 101);
    }

    @Test
    void pipesAndDevicesAreNotReadForTheyWouldHoldUpTheLane() {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> port(Map.of("read", "/dev/null")).attach(mbufs.pool()))
                .withMessageContainingAll("lan", "/dev/null", "no regular file");
    }

    @Test
    void aFileThatTakesNoMoreFailsTheQueueAndTheClose() throws Exception {
        Path pipe = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        Port port = port(Map.of("write", pipe.toString()));
        RandomAccessFile reader = new RandomAccessFile(pipe.toFile(), "rw");
        try (reader) {
            port.attach(mbufs.pool());
        }
        TxQueue queue = port.txQueue(0, mbufs);
        burst.add(mbufs.packet(new byte[60], 1));
        burst.add(mbufs.packet(new byte[60], 1));

        assertThat(queue.send(burst, 1)).as("into the buffer").isEqualTo(1);
        queue.flush();

        assertThat(queue.failure()).hasMessageContaining("lan").hasMessageContaining("Broken pipe");
        burst.removeFirst(1);
        assertThat(queue.send(burst, 1)).isZero();
        mbufs.free(burst.get(0));
        open.remove(port);
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(port::close)
                .withMessageContaining("Broken pipe");
    }

    @Test
    void aPacketWithoutATimeGetsThePresent() throws Exception {
        Port port = port(Map.of("write", file("out.pcap"), "link", "ethernet", "mac", MAC));
        port.attach(mbufs.pool());
        burst.add(mbufs.packet(new byte[60], 0));
        long before = Clock.system().epochNanos();

        port.txQueue(0, mbufs).send(burst, 1);
        port.close();

        Packet written = CaptureBytes.read(directory.resolve("out.pcap")).getFirst();
        assertThat(written.time()).isBetween(before, Clock.system().epochNanos());
        assertThat(written.linkType()).isEqualTo(1);
    }

    @Test
    void aPortThatOnlyReadsRefusesPacketsAndSaysWhy() throws Exception {
        CaptureBytes.pcap(ByteOrder.LITTLE_ENDIAN, MICROS, 101).write(directory.resolve("in"));
        Port port = port(Map.of("read", file("in")));
        port.attach(mbufs.pool());
        TxQueue queue = port.txQueue(0, mbufs);
        assertThat(port.capabilities()).isEmpty();
        assertThat(queue.failure()).isNull();
        burst.add(mbufs.packet(new byte[60], 0));

        assertThat(queue.send(burst, 1)).isZero();

        assertThat(queue.failure()).hasMessageContaining("lan").hasMessageContaining("write: FILE");
        mbufs.free(burst.get(0));
    }

    @Test
    void aPortThatOnlyWritesHasEndedAndIsLossless() throws Exception {
        Port port = port(Map.of("write", file("out.pcap")));
        port.attach(mbufs.pool());

        assertThat(port.rxQueue(0, mbufs).ended()).isTrue();
        assertThat(port.capabilities()).containsExactly(Capability.LOSSLESS);
        assertThat(port.linkType()).isEqualTo(LinkType.RAW_IP);
        assertThat(port.mtu()).isEqualTo(1_500);
    }

    @Test
    void whatCannotBeOpenedSaysSoAtAttachAndNamesThePort() throws Exception {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> port(Map.of("read", file("none"))).attach(mbufs.pool()))
                .withMessageContaining("port lan")
                .withMessageContaining("no such file");
        Files.writeString(directory.resolve("text"), "hello");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> port(Map.of("read", file("text"))).attach(mbufs.pool()))
                .withMessageContaining("neither pcap nor pcapng");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> port(Map.of("write", "/dev/full")).attach(mbufs.pool()))
                .withMessageContaining("No space left");
    }

    @Test
    void itNeverOverwritesWhatItReads() throws Exception {
        CaptureBytes.pcap(ByteOrder.LITTLE_ENDIAN, MICROS, 101).write(directory.resolve("in"));
        Files.createSymbolicLink(directory.resolve("alias"), directory.resolve("in"));
        Port port = port(Map.of("read", file("in"), "write", file("alias")));

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> port.attach(mbufs.pool()))
                .withMessageContaining("write another");

        assertThat(directory.resolve("in")).hasSize(24);
        refused(Map.of("read", file("in"), "write", file("./in")), "same file");
    }

    @Test
    void wrongOptionsAreRefusedByName() {
        refused(Map.of(), "read: FILE");
        refused(Map.of("read", ""), "read names no file");
        refused(Map.of("read", "a", "snaplen", "5"), "snaplen");
        refused(Map.of("read", "a", "link", "token-ring"), "token-ring");
        refused(Map.of("read", "a", "link", "ethernet"), "mac");
        refused(Map.of("read", "a", "link", "ethernet", "mac", "01:00:5e:00:00:01"), "mac");
        refused(Map.of("read", "a", "mac", MAC), "mac");
    }

    private void refused(Map<String, String> options, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> port(options))
                .withMessageContaining("port lan")
                .withMessageContaining(message);
    }
}
