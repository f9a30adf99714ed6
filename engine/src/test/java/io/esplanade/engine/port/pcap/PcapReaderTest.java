package io.esplanade.engine.port.pcap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.Packets;
import io.esplanade.engine.port.pcap.CaptureBytes.Packet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

class PcapReaderTest {

    private static final int MICROS = 0xa1b2c3d4;
    private static final int NANOS = 0xa1b23c4d;
    private static final byte[] PING = {0x45, 1, 2, 3, 4, 5, 6};

    @TempDir Path directory;

    private static ByteOrder order(String name) {
        return name.equals("big") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    }

    private Path file() {
        return directory.resolve("test.pcap");
    }

    @ParameterizedTest
    @CsvSource({"big, us", "little, us", "big, ns", "little, ns"})
    void itReadsBothByteOrdersAndBothTimeScales(String order, String scale) throws Exception {
        boolean nanos = scale.equals("ns");
        CaptureBytes.pcap(order(order), nanos ? NANOS : MICROS, 1)
                .pcapPacket(1_700_000_000L, 123_456, PING.length, PING)
                .pcapPacket(0xffff_ffffL, 999_999, 1_500, new byte[] {9})
                .write(file());

        List<Packet> packets = CaptureBytes.read(file());

        int tick = nanos ? 1 : 1_000;
        assertThat(packets).hasSize(2);
        assertThat(packets.get(0).bytes()).isEqualTo(PING);
        assertThat(packets.get(0).originalLength()).isEqualTo(PING.length);
        assertThat(packets.get(0).linkType()).isEqualTo(1);
        assertThat(packets.get(0).time()).isEqualTo(1_700_000_000_000_000_000L + 123_456L * tick);
        assertThat(packets.get(1).bytes()).containsExactly(9);
        assertThat(packets.get(1).originalLength()).as("cut when captured").isEqualTo(1_500);
        assertThat(packets.get(1).time()).isEqualTo(4_294_967_295_000_000_000L + 999_999L * tick);
    }

    @ParameterizedTest
    @CsvSource({
        "1, ETHERNET",
        "12, RAW_IP",
        "14, RAW_IP",
        "101, RAW_IP",
        "228, RAW_IP",
        "229, RAW_IP"
    })
    void itKnowsTheLinkTypesOfEthernetAndRawIp(int number, LinkType expected) throws Exception {
        CaptureBytes.pcap(ByteOrder.LITTLE_ENDIAN, MICROS, number).write(file());

        try (CaptureReader reader = CaptureReader.open(file())) {
            assertThat(reader.linkType()).isEqualTo(expected);
        }
    }

    @Test
    void anotherLinkTypeIsAnErrorThatNamesIt() throws Exception {
        CaptureBytes.pcap(ByteOrder.LITTLE_ENDIAN, MICROS, 113).write(file());

        try (CaptureReader reader = CaptureReader.open(file())) {
            assertThatExceptionOfType(CaptureFormatException.class)
                    .isThrownBy(reader::linkType)
                    .withMessageContaining("113")
                    .withMessageContaining("Ethernet");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"big", "little"})
    void aFrameCheckSequenceInTheLinkTypeIsNotPartOfIt(String order) throws Exception {
        CaptureBytes.pcap(order(order), MICROS, 0x5400_0001).write(file());

        try (CaptureReader reader = CaptureReader.open(file())) {
            assertThat(reader.linkTypeNumber()).isEqualTo(1);
        }
    }

    @Test
    void packetsMayBeLongAndMoreThanTheBufferHolds() throws Exception {
        List<byte[]> packets = new ArrayList<>(Packets.packets(5, 3_000, 0, 3_000));
        packets.addAll(Packets.packets(6, 20, 250_000, 262_144));
        CaptureBytes file = CaptureBytes.pcap(ByteOrder.BIG_ENDIAN, NANOS, 101);
        packets.forEach(packet -> file.pcapPacket(1, 2, packet.length, packet));
        file.write(file());

        assertThat(CaptureBytes.read(file()).stream().map(Packet::bytes))
                .containsExactlyElementsOf(packets);
    }

    @Test
    void aCaptureWithoutPacketsEndsAtOnce() throws Exception {
        CaptureBytes.pcap(ByteOrder.BIG_ENDIAN, MICROS, 1).write(file());

        assertThat(CaptureBytes.read(file())).isEmpty();
    }

    @Test
    void everyTruncationIsReportedBehindTheWholePackets() throws Exception {
        CaptureBytes file = CaptureBytes.pcap(ByteOrder.LITTLE_ENDIAN, MICROS, 1);
        List<Integer> boundaries = new ArrayList<>(List.of(file.size()));
        for (int i = 0; i < 3; i++) {
            file.pcapPacket(i, 0, PING.length, PING);
            boundaries.add(file.size());
        }
        byte[] whole = file.bytes();
        for (int length = 0; length <= whole.length; length++) {
            Files.write(file(), Arrays.copyOf(whole, length));
            List<Packet> packets = new ArrayList<>();
            if (boundaries.contains(length)) {
                packets.addAll(CaptureBytes.read(file()));
            } else {
                int cut = length;
                assertThatExceptionOfType(CaptureFormatException.class)
                        .as("cut to %d bytes", length)
                        .isThrownBy(() -> readInto(packets))
                        .withMessageContaining(file().toString())
                        .withMessageContaining("truncated")
                        .satisfies(e -> assertThat(e.offset()).isLessThanOrEqualTo(cut));
            }
            int cut = length;
            long complete = boundaries.stream().skip(1).filter(b -> b <= cut).count();
            assertThat(packets).as("cut to %d bytes", length).hasSize((int) complete);
        }
    }

    private void readInto(List<Packet> packets) throws IOException {
        try (CaptureReader reader = CaptureReader.open(file())) {
            CaptureBytes.readRest(reader, packets);
        }
    }

    @Test
    void aLengthThatCannotBeIsNotBelieved() throws Exception {
        CaptureBytes file = CaptureBytes.pcap(ByteOrder.LITTLE_ENDIAN, MICROS, 1);
        file.append(file.buffer(16).putInt(1).putInt(1).putInt(-1).putInt(-1));
        file.write(file());

        assertThatExceptionOfType(CaptureFormatException.class)
                .isThrownBy(() -> CaptureBytes.read(file()))
                .withMessageContaining("4294967295")
                .satisfies(e -> assertThat(e.offset()).isEqualTo(40));
    }

    @Test
    void whatIsNoCaptureSaysWhatItIs() throws Exception {
        assertRefused("no capture", "0x6e6f2063");
        assertRefused(new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0}, "gunzip");
        assertRefused("", "truncated");
        CaptureBytes file = new CaptureBytes(ByteOrder.LITTLE_ENDIAN);
        file.append(file.buffer(24).putInt(MICROS).putShort((short) 3));
        assertRefused(file.bytes(), "version 3.0");
    }

    private void assertRefused(String content, String message) throws IOException {
        assertRefused(content.getBytes(StandardCharsets.US_ASCII), message);
    }

    private void assertRefused(byte[] content, String message) throws IOException {
        Files.write(file(), content);
        assertThatExceptionOfType(CaptureFormatException.class)
                .isThrownBy(() -> CaptureReader.open(file()))
                .withMessageContaining(message)
                .satisfies(e -> assertThat(e.file()).isEqualTo(file()))
                .satisfies(e -> assertThat(e.offset()).isZero());
    }

    @Test
    void aMissingFileIsSaidToBeMissing() {
        assertThatExceptionOfType(NoSuchFileException.class)
                .isThrownBy(() -> CaptureReader.open(file()));
    }

    @Test
    void aClosedReaderReadsNoMore() throws Exception {
        CaptureBytes.pcap(ByteOrder.BIG_ENDIAN, MICROS, 1)
                .pcapPacket(1, 1, PING.length, PING)
                .pcapPacket(1, 1, PING.length, PING)
                .write(file());
        CaptureReader reader = CaptureReader.open(file());
        assertThat(reader.next()).isTrue();

        reader.close();
        reader.close();

        assertThat(reader.bytes()).isEmpty();
        assertThatExceptionOfType(IOException.class).isThrownBy(reader::next);
    }
}
