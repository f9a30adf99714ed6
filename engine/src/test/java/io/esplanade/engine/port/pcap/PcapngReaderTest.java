package io.esplanade.engine.port.pcap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.esplanade.engine.port.pcap.CaptureBytes.Packet;

import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

class PcapngReaderTest {

    private static final byte[] PING = {0x45, 1, 2, 3, 4, 5, 6};
    private static final byte[] PONG = {0x60, 9, 8};

    @TempDir Path directory;

    private static ByteOrder order(String name) {
        return name.equals("big") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    }

    private Path file() {
        return directory.resolve("test.pcapng");
    }

    private List<Packet> read(CaptureBytes capture) throws Exception {
        return CaptureBytes.read(capture.write(file()));
    }

    private ThrowableAssertAlternative<CaptureFormatException> assertRefused(CaptureBytes bytes) {
        return assertThatExceptionOfType(CaptureFormatException.class)
                .isThrownBy(() -> read(bytes));
    }

    @ParameterizedTest
    @ValueSource(strings = {"big", "little"})
    void itReadsEnhancedPacketsOfSeveralInterfaces(String order) throws Exception {
        CaptureBytes file = CaptureBytes.pcapng(order(order));
        byte[] nanoseconds = file.option(9, (byte) 9);
        byte[] comment = file.option(1, (byte) 'h', (byte) 'i', (byte) '!');
        byte[] end = file.option(0);
        file.interfaceBlock(1, 0)
                .interfaceBlock(101, 65_535, comment, nanoseconds, end)
                .enhanced(1, 1_700_000_000_123_456_789L, PING.length, PING, comment, end)
                .enhanced(0, 1_700_000_000_123_456L, 1_500, PONG);

        List<Packet> packets = read(file);

        assertThat(packets).hasSize(2);
        assertThat(packets.get(0).bytes()).isEqualTo(PING);
        assertThat(packets.get(0).linkType()).isEqualTo(101);
        assertThat(packets.get(0).time()).isEqualTo(1_700_000_000_123_456_789L);
        assertThat(packets.get(1).bytes()).isEqualTo(PONG);
        assertThat(packets.get(1).originalLength()).isEqualTo(1_500);
        assertThat(packets.get(1).linkType()).isEqualTo(1);
        assertThat(packets.get(1).time()).isEqualTo(1_700_000_000_123_456_000L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"big", "little"})
    void itReadsSimplePacketsAndTheObsoleteOnes(String order) throws Exception {
        CaptureBytes file =
                CaptureBytes.pcapng(order(order))
                        .interfaceBlock(101, 3)
                        .simple(3, PONG)
                        .simple(1_400, PONG)
                        .old(0, 7, 5, PING);

        List<Packet> packets = read(file);

        assertThat(packets.stream().map(Packet::bytes)).containsExactly(PONG, PONG, PING);
        assertThat(packets.stream().map(Packet::originalLength)).containsExactly(3, 1_400, 7);
        assertThat(packets.stream().map(Packet::time)).containsExactly(0L, 0L, 5_000L);
    }

    @Test
    void aSectionHasItsOwnByteOrderAndInterfaces() throws Exception {
        CaptureBytes big = CaptureBytes.pcapng(ByteOrder.BIG_ENDIAN);
        big.interfaceBlock(1, 0).enhanced(0, 1, PING.length, PING);
        CaptureBytes little = CaptureBytes.pcapng(ByteOrder.LITTLE_ENDIAN);
        little.interfaceBlock(101, 0).enhanced(0, 2, PONG.length, PONG);

        List<Packet> packets = read(big.append(little));

        assertThat(packets.stream().map(Packet::bytes)).containsExactly(PING, PONG);
        assertThat(packets.stream().map(Packet::linkType)).containsExactly(1, 101);

        CaptureBytes empty = CaptureBytes.pcapng(ByteOrder.BIG_ENDIAN).interfaceBlock(1, 0);
        assertRefused(empty.section().enhanced(0, 1, PING.length, PING))
                .withMessageContaining("interface 0")
                .withMessageContaining("describes 0");
    }

    @Test
    void otherBlocksAreSkippedHoweverLong() throws Exception {
        CaptureBytes file =
                CaptureBytes.pcapng(ByteOrder.LITTLE_ENDIAN)
                        .block(4, 40)
                        .interfaceBlock(101, 0)
                        .block(0x80000bad, 3_000_000)
                        .enhanced(0, 0, PING.length, PING)
                        .block(5, 0);

        assertThat(read(file).stream().map(Packet::bytes)).containsExactly(PING);
    }

    @Test
    void thePositionInTheFileIsRightBehindALongBlock() {
        CaptureBytes file =
                CaptureBytes.pcapng(ByteOrder.LITTLE_ENDIAN).block(0x80000bad, 3_000_000);
        int size = file.size();

        assertRefused(file.simple(7, PING)).satisfies(e -> assertThat(e.offset()).isEqualTo(size));
    }

    @ParameterizedTest
    @CsvSource({
        // resolution, offset in s, ticks, ns
        "6, 0, 1, 1000",
        "0, 0, 17, 17000000000",
        "3, 0, 1700000000123, 1700000000123000000",
        "9, 0, 1700000000123456789, 1700000000123456789",
        "12, 0, 5999, 5",
        "19, 0, -1, 1844674407",
        "28, 0, -1, 1",
        "29, 0, -1, 0",
        "127, 0, -1, 0",
        "6, 1700000000, 5, 1700000000000005000",
        "6, -1, 1000000, 0",
        "128, 0, 3, 3000000000",
        "138, 0, 1025, 1000976562", // 1025 / 1024 s
        "160, 0, 7301444405347483648, 1700000000500000000", // 1700000000.5 · 2³²
        "191, 0, -1, 1999999999", // (2⁶⁴ − 1) / 2⁶³ s
        "192, 0, -1, 999999999",
        "255, 0, -1, 0",
    })
    void ticksBecomeNanoseconds(int resolution, long offset, long ticks, long nanos) {
        assertThat(new TimeScale(resolution, offset).nanos(ticks)).isEqualTo(nanos);
    }

    @Test
    void anInterfaceMayShiftItsTime() throws Exception {
        CaptureBytes file = CaptureBytes.pcapng(ByteOrder.BIG_ENDIAN);
        byte[] offset = ByteBuffer.allocate(8).putLong(1_000_000_000).array();
        file.interfaceBlock(101, 0, file.option(14, offset), file.option(9, (byte) 3))
                .enhanced(0, 7, PING.length, PING);

        assertThat(read(file).getFirst().time()).isEqualTo(1_000_000_000_007_000_000L);
    }

    @Test
    void everyTruncationIsReportedBehindTheWholePackets() throws Exception {
        CaptureBytes file = CaptureBytes.pcapng(ByteOrder.BIG_ENDIAN);
        List<Integer> boundaries = new ArrayList<>(List.of(file.size()));
        file.interfaceBlock(101, 0, file.option(9, (byte) 9), file.option(0));
        boundaries.add(file.size());
        file.enhanced(0, 1, PING.length, PING);
        boundaries.add(file.size());
        file.block(5, 12);
        boundaries.add(file.size());
        file.simple(PONG.length, PONG);
        boundaries.add(file.size());
        byte[] whole = file.bytes();
        for (int length = 0; length <= whole.length; length++) {
            Files.write(file(), Arrays.copyOf(whole, length));
            int cut = length;
            if (boundaries.contains(length)) {
                long expected =
                        List.of(2, 4).stream().filter(i -> boundaries.get(i) <= cut).count();
                assertThat(CaptureBytes.read(file())).hasSize((int) expected);
            } else {
                assertThatExceptionOfType(CaptureFormatException.class)
                        .as("cut to %d bytes", length)
                        .isThrownBy(() -> CaptureBytes.read(file()))
                        .withMessageContaining("truncated")
                        .satisfies(e -> assertThat(e.offset()).isLessThanOrEqualTo(cut));
            }
        }
    }

    @Test
    void lengthsThatCannotBeAreNotBelieved() {
        assertRefused(raw(0xbad, 8, 8)).withMessageContaining("8 bytes");
        assertRefused(raw(0xbad, 14, 14)).withMessageContaining("14 bytes");
        assertRefused(raw(0xbad, 12, 16)).withMessageContaining("ends with length 16");
        assertRefused(raw(6, 12, 12)).withMessageContaining("no room");
        assertRefused(raw(1, 12, 12)).withMessageContaining("no room");
        assertRefused(raw(3, 12, 12)).withMessageContaining("no room");
        assertRefused(raw(0xbad, -4, -4)).withMessageContaining("truncated");
    }

    /** A section and a block without a body, with these lengths at its ends. */
    private static CaptureBytes raw(int type, int first, int second) {
        CaptureBytes file = CaptureBytes.pcapng(ByteOrder.LITTLE_ENDIAN);
        return file.append(file.buffer(12).putInt(type).putInt(first).putInt(second));
    }

    @Test
    void capturedLengthsThatCannotBeAreNotBelieved() {
        CaptureBytes file = CaptureBytes.pcapng(ByteOrder.LITTLE_ENDIAN).interfaceBlock(1, 0);
        ByteBuffer packet = file.buffer(36).putInt(6).putInt(36).putInt(0).putLong(0);
        file.append(packet.putInt(-2).putInt(-2).putInt(0).putInt(36));
        assertRefused(file).withMessageContaining("no room");

        CaptureBytes simple = CaptureBytes.pcapng(ByteOrder.LITTLE_ENDIAN).interfaceBlock(1, 0);
        assertRefused(simple.simple(-1, PING)).withMessageContaining("no room");
    }

    @Test
    void anOptionThatRunsOverItsBlockIsRefused() {
        CaptureBytes file = CaptureBytes.pcapng(ByteOrder.BIG_ENDIAN);
        byte[] option = file.option(9, (byte) 9, (byte) 0, (byte) 0, (byte) 0);
        option[3] = 5;

        assertRefused(file.interfaceBlock(1, 0, option)).withMessageContaining("option 9");
    }

    @Test
    void anotherVersionOrByteOrderMarkIsRefused() {
        CaptureBytes version = new CaptureBytes(ByteOrder.BIG_ENDIAN);
        ByteBuffer header = version.buffer(28).putInt(0x0a0d0d0a).putInt(28).putInt(0x1a2b3c4d);
        version.append(header.putShort((short) 2).position(24).putInt(28));
        assertRefused(version).withMessageContaining("version 2");

        CaptureBytes mark = new CaptureBytes(ByteOrder.BIG_ENDIAN);
        mark.append(mark.buffer(28).putInt(0x0a0d0d0a).putInt(28).putInt(0x1a2b3c4e));
        assertRefused(mark).withMessageContaining("0x1a2b3c4e");
    }
}
