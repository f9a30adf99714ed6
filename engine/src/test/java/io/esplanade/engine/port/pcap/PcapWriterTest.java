package io.esplanade.engine.port.pcap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Region;
import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.Packets;
import io.esplanade.engine.port.pcap.CaptureBytes.Packet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

class PcapWriterTest {

    private static final Path FULL = Path.of("/dev/full");

    @TempDir Path directory;

    private Path file() {
        return directory.resolve("test.pcap");
    }

    @Test
    void theFileIsByteForByteWhatTheFormatSays() throws Exception {
        byte[] packet = {0x45, 1, 2};
        try (PcapWriter writer = new PcapWriter(file(), LinkType.RAW_IP)) {
            writer.write(packet, 1_700_000_000_123_456_789L);
        }

        CaptureBytes expected = new CaptureBytes(ByteOrder.LITTLE_ENDIAN);
        expected.append(
                expected.buffer(24)
                        .putInt(0xa1b23c4d)
                        .putShort((short) 2)
                        .putShort((short) 4)
                        .putLong(0)
                        .putInt(262_144)
                        .putInt(101));
        expected.pcapPacket(1_700_000_000L, 123_456_789, 3, packet);
        assertThat(Files.readAllBytes(file())).isEqualTo(expected.bytes());
    }

    @ParameterizedTest
    @EnumSource(LinkType.class)
    void theReaderGivesBackWhatWasWritten(LinkType linkType) throws Exception {
        List<byte[]> packets = new ArrayList<>(Packets.packets(8, 2_000, 0, 2_000));
        packets.addAll(Packets.packets(9, 5, 262_144, 262_144));
        long time = 4_000_000_000_999_999_999L;
        try (PcapWriter writer = new PcapWriter(file(), linkType);
                Region memory = Region.map(262_144, "a test's packet")) {
            for (byte[] packet : packets) {
                Mem.copyFrom(packet, 0, memory.address(), packet.length);
                writer.write(memory.address(), packet.length, time);
            }
        }

        List<Packet> read = CaptureBytes.read(file());

        assertThat(read.stream().map(Packet::bytes)).containsExactlyElementsOf(packets);
        assertThat(read).allMatch(p -> p.time() == time && p.originalLength() == p.bytes().length);
        try (CaptureReader reader = CaptureReader.open(file())) {
            assertThat(reader.linkType()).isEqualTo(linkType);
        }
    }

    @Test
    void whatWasFlushedIsInTheFileBeforeItIsClosed() throws Exception {
        try (PcapWriter writer = new PcapWriter(file(), LinkType.ETHERNET)) {
            assertThat(CaptureBytes.read(file())).as("the header at once").isEmpty();
            writer.write(new byte[60], 1);
            assertThat(CaptureBytes.read(file())).isEmpty();

            writer.flush();

            assertThat(CaptureBytes.read(file())).hasSize(1);
        }
    }

    @Test
    void anOlderFileIsReplaced() throws Exception {
        Files.write(file(), new byte[100_000]);

        new PcapWriter(file(), LinkType.RAW_IP).close();

        assertThat(file()).hasSize(24);
    }

    @Test
    void aFullDiskIsAnErrorAtOnce() throws Exception {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> new PcapWriter(FULL, LinkType.RAW_IP))
                .withMessageContaining("No space left");
    }

    @Test
    void twoWritersDoNotShareAFile() throws Exception {
        PcapWriter first = new PcapWriter(file(), LinkType.RAW_IP);
        first.write(new byte[60], 1);
        first.flush();

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> new PcapWriter(file(), LinkType.RAW_IP))
                .withMessageContaining(file().toString())
                .withMessageContaining("somebody else");

        assertThat(CaptureBytes.read(file())).hasSize(1);
        first.close();
        new PcapWriter(file(), LinkType.RAW_IP).close();
    }

    @Test
    void itRefusesWhatNoReaderWouldBelieveAndAnythingOnceClosed() throws Exception {
        PcapWriter writer = new PcapWriter(file(), LinkType.RAW_IP);
        assertThatIllegalArgumentException().isThrownBy(() -> writer.write(new byte[262_145], 0));

        writer.close();
        writer.close();

        assertThatIllegalStateException().isThrownBy(() -> writer.write(new byte[60], 0));
        assertThat(CaptureBytes.read(file())).isEmpty();
    }

    @Test
    void aFolderThatIsNotThereIsAnError() {
        assertThatExceptionOfType(NoSuchFileException.class)
                .isThrownBy(() -> new PcapWriter(directory.resolve("no/x.pcap"), LinkType.RAW_IP));
    }
}
