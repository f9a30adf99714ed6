package io.esplanade.engine.port.pcap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.Packets;
import io.esplanade.engine.port.pcap.CaptureBytes.Packet;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Captures to and from Wireshark's tools, which share no code with ours. */
class CaptureToolsTest {

    private static final long TIME = 1_700_000_000_123_456_789L;

    @TempDir Path directory;

    private final List<byte[]> packets = Packets.packets(21, 300, 20, 1_500);

    @BeforeAll
    static void findTools() {
        for (String tool : List.of("tshark", "editcap", "mergecap", "text2pcap")) {
            boolean there = Files.isExecutable(Path.of("/usr/bin", tool));
            if (!there) {
                System.err.println(
                        "WARNING: captures are NOT checked against Wireshark's tools: no "
                                + tool
                                + "; apt-get install -y tshark");
            }
            assumeTrue(there, tool + " is not installed");
        }
    }

    @BeforeEach
    void writeOurs() throws IOException {
        writeOurs("ours.pcap", LinkType.RAW_IP, packets);
    }

    private void writeOurs(String name, LinkType linkType, List<byte[]> content)
            throws IOException {
        try (PcapWriter writer = new PcapWriter(directory.resolve(name), linkType)) {
            for (int i = 0; i < content.size(); i++) {
                writer.write(content.get(i), TIME + i);
            }
        }
    }

    /** Runs a tool in the test's folder and returns what it printed. */
    private List<String> run(String... command) throws Exception {
        Path out = directory.resolve("stdout");
        Path err = directory.resolve("stderr");
        Process process =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(err)).isZero();
        return Files.readAllLines(out);
    }

    private List<Packet> read(String name) throws IOException {
        return CaptureBytes.read(directory.resolve(name));
    }

    @Test
    void tsharkSeesInOurFilesWhatWeWrote() throws Exception {
        List<String> lines =
                run(
                        "tshark -r ours.pcap -T fields -e frame.time_epoch -e frame.len -e frame.encap_type"
                                .split(" "));

        List<String> expected = new ArrayList<>();
        for (int i = 0; i < packets.size(); i++) {
            // Wireshark's number of raw IP is 7.
            expected.add(
                    "%d.%09d\t%d\t7"
                            .formatted(
                                    TIME / 1_000_000_000,
                                    TIME % 1_000_000_000 + i,
                                    packets.get(i).length));
        }
        assertThat(lines).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pcap", "nsecpcap", "pcapng"})
    void whatEditcapMadeOfOurFileReadsTheSame(String format) throws Exception {
        run("editcap", "-F", format, "ours.pcap", "theirs");

        List<Packet> theirs = read("theirs");

        assertThat(theirs.stream().map(Packet::bytes)).containsExactlyElementsOf(packets);
        long unit = format.equals("pcap") ? 1_000 : 1;
        for (int i = 0; i < packets.size(); i++) {
            assertThat(theirs.get(i).time()).isEqualTo((TIME + i) / unit * unit);
        }
    }

    @Test
    void packetsThatEditcapCutKeepTheirOriginalLength() throws Exception {
        for (String format : List.of("nsecpcap", "pcapng")) {
            run("editcap", "-s", "100", "-F", format, "ours.pcap", "theirs");

            List<Packet> theirs = read("theirs");

            assertThat(theirs).hasSameSizeAs(packets);
            for (int i = 0; i < packets.size(); i++) {
                int length = packets.get(i).length;
                assertThat(theirs.get(i).bytes()).hasSize(Math.min(100, length));
                assertThat(theirs.get(i).originalLength()).isEqualTo(length);
            }
        }
    }

    @Test
    void mergecapsFileOfTwoInterfacesHasBothLinkTypes() throws Exception {
        List<byte[]> frames = Packets.packets(22, 50, 60, 1_500);
        writeOurs("frames.pcap", LinkType.ETHERNET, frames);
        run("mergecap", "-a", "-F", "pcapng", "-w", "theirs", "ours.pcap", "frames.pcap");

        List<Packet> theirs = read("theirs");

        assertThat(theirs.subList(0, 300).stream().map(Packet::bytes))
                .containsExactlyElementsOf(packets);
        assertThat(theirs.subList(0, 300)).allMatch(packet -> packet.linkType() == 101);
        assertThat(theirs.subList(300, 350).stream().map(Packet::bytes))
                .containsExactlyElementsOf(frames);
        assertThat(theirs.subList(300, 350)).allMatch(packet -> packet.linkType() == 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 12, 14, 101, 228, 229})
    void whatText2pcapMadeHasTheBytesAndTheLinkType(int linkType) throws Exception {
        StringBuilder text = new StringBuilder();
        for (byte[] packet : packets) {
            text.append(hexDump(packet));
        }
        Files.writeString(directory.resolve("text"), text, StandardCharsets.US_ASCII);
        run("text2pcap", "-q", "-l", String.valueOf(linkType), "text", "theirs");

        List<Packet> theirs = read("theirs");

        assertThat(theirs.stream().map(Packet::bytes)).containsExactlyElementsOf(packets);
        try (CaptureReader reader = CaptureReader.open(directory.resolve("theirs"))) {
            assertThat(reader.next()).isTrue();
            assertThat(reader.linkType())
                    .isEqualTo(linkType == 1 ? LinkType.ETHERNET : LinkType.RAW_IP);
        }
    }

    private static String hexDump(byte[] packet) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < packet.length; i += 16) {
            text.append("%06x ".formatted(i).toLowerCase(Locale.ROOT))
                    .append(
                            HexFormat.ofDelimiter(" ")
                                    .formatHex(packet, i, Math.min(i + 16, packet.length)))
                    .append('\n');
        }
        return text.toString();
    }

    @Test
    void aBigPcapngIsReadToItsEnd() throws Exception {
        run(
                "mergecap",
                "-a",
                "-F",
                "pcapng",
                "-w",
                "big",
                "ours.pcap",
                "ours.pcap",
                "ours.pcap",
                "ours.pcap",
                "ours.pcap",
                "ours.pcap",
                "ours.pcap",
                "ours.pcap",
                "ours.pcap");
        run("mergecap", "-a", "-F", "pcapng", "-w", "theirs", "big", "big", "big", "big", "big");

        List<Packet> theirs = read("theirs");

        assertThat(directory.resolve("theirs").toFile().length()).isGreaterThan(10_000_000);
        assertThat(theirs).hasSize(45 * 300);
        for (int i = 0; i < theirs.size(); i++) {
            assertThat(theirs.get(i).bytes()).isEqualTo(packets.get(i % 300));
        }
    }
}
