package io.esplanade.engine.port.pcap;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.port.Packets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Whatever a file holds, a reader ends, by its last packet or by an exception that says where: it
 * reads nothing outside its buffer, and never more packets than the file has room for.
 */
@Timeout(60)
class HostileCaptureTest {

    private static final int ROUNDS = 4_000;

    @TempDir Path directory;

    private int readable;
    private int refused;

    @Test
    void randomBytesBehindAGoodHeader() throws Exception {
        SplittableRandom random = new SplittableRandom(1);
        byte[][] headers = {
            new byte[0],
            CaptureBytes.pcap(ByteOrder.LITTLE_ENDIAN, 0xa1b2c3d4, 1).bytes(),
            CaptureBytes.pcap(ByteOrder.BIG_ENDIAN, 0xa1b23c4d, 101).bytes(),
            CaptureBytes.pcapng(ByteOrder.BIG_ENDIAN).interfaceBlock(1, 0).bytes()
        };
        for (int round = 0; round < ROUNDS; round++) {
            byte[] header = headers[round % headers.length];
            byte[] file = new byte[header.length + random.nextInt(600)];
            random.nextBytes(file);
            System.arraycopy(header, 0, file, 0, header.length);
            readAll(file, round);
        }
        assertThat(refused).as("most are refused").isGreaterThan(ROUNDS / 2);
    }

    @Test
    void goodCapturesWithSomeBytesChanged() throws Exception {
        SplittableRandom random = new SplittableRandom(2);
        List<byte[]> good = List.of(pcap().bytes(), pcapng().bytes());
        for (int round = 0; round < ROUNDS; round++) {
            byte[] file = good.get(round & 1).clone();
            int changes = random.nextInt(1, 5);
            for (int i = 0; i < changes; i++) {
                file[random.nextInt(file.length)] = interesting(random);
            }
            readAll(file, round);
        }
        assertThat(refused).isPositive();
        assertThat(readable).as("a change within a packet's bytes hurts nothing").isPositive();
    }

    private static byte interesting(SplittableRandom random) {
        byte[] edges = {0, 1, 4, 0x7f, (byte) 0x80, (byte) 0xff};
        return random.nextBoolean()
                ? edges[random.nextInt(edges.length)]
                : (byte) random.nextInt(256);
    }

    private static CaptureBytes pcap() {
        CaptureBytes file = CaptureBytes.pcap(ByteOrder.LITTLE_ENDIAN, 0xa1b2c3d4, 1);
        Packets.packets(3, 5, 0, 60).forEach(p -> file.pcapPacket(1, 2, p.length, p));
        return file;
    }

    private static CaptureBytes pcapng() {
        CaptureBytes file = CaptureBytes.pcapng(ByteOrder.LITTLE_ENDIAN);
        file.interfaceBlock(1, 0, file.option(9, (byte) 9), file.option(0));
        for (byte[] packet : Packets.packets(4, 3, 0, 60)) {
            file.enhanced(0, 1, packet.length, packet, file.option(1, (byte) 'x'))
                    .simple(packet.length, packet)
                    .old(0, 0, 1, packet)
                    .block(5, 8);
        }
        return file;
    }

    private void readAll(byte[] bytes, int round) throws IOException {
        Path file = directory.resolve("hostile");
        Files.write(file, bytes);
        int packets = 0;
        try (CaptureReader reader = CaptureReader.open(file)) {
            while (reader.next()) {
                packets++;
                assertThat(reader.bytes()).hasSizeLessThan(bytes.length);
                reader.linkType();
            }
            readable++;
        } catch (CaptureFormatException e) {
            refused++;
            assertThat(e.offset()).as("round %d: %s", round, e).isBetween(0L, (long) bytes.length);
        }
        assertThat(packets).as("round %d", round).isLessThanOrEqualTo(bytes.length / 12);
    }
}
