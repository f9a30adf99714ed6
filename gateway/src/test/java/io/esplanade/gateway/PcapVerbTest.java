package io.esplanade.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.gateway.Verbs.Outcome;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

final class PcapVerbTest {

    private static final int HOPS = 2;

    @TempDir Path directory;

    private List<byte[]> packets;

    @BeforeEach
    void writeWhatTheHostsSend() throws IOException {
        packets = Samples.packets(directory);
        Samples.write(directory.resolve("lan.pcap"), packets, 1);
    }

    @Test
    void whatOneGatewayEncryptsTheOtherDecryptsToTheSame() throws Exception {
        assertThat(Verbs.run("pcap", Samples.a(directory)).exitCode()).isZero();
        assertThat(Verbs.run("pcap", Samples.b(directory)).exitCode()).isZero();

        assertThat(Samples.read(directory.resolve("esp.pcap")))
                .hasSameSizeAs(packets)
                .allMatch(p -> p[9] == 50, "is ESP");
        List<byte[]> out = Samples.read(directory.resolve("out.pcap"));
        assertThat(out).hasSameSizeAs(packets);
        for (int i = 0; i < out.size(); i++) {
            assertThat(masked(out.get(i))).isEqualTo(masked(packets.get(i)));
            assertThat(out.get(i)[8]).isEqualTo((byte) (packets.get(i)[8] - HOPS));
        }
    }

    @Test
    void byAhPacketsArriveTheSameTooAndWhatIsBetweenCanBeRead() throws Exception {
        assertThat(Verbs.run("pcap", byAh(Samples.a(directory))).exitCode()).isZero();
        assertThat(Verbs.run("pcap", byAh(Samples.b(directory))).exitCode()).isZero();

        List<byte[]> ah = Samples.read(directory.resolve("esp.pcap"));
        List<byte[]> out = Samples.read(directory.resolve("out.pcap"));
        assertThat(ah).hasSameSizeAs(packets).allMatch(p -> p[9] == 51, "is AH");
        assertThat(out).hasSameSizeAs(packets);
        for (int i = 0; i < out.size(); i++) {
            assertThat(masked(out.get(i))).isEqualTo(masked(packets.get(i)));
            byte[] inside = Arrays.copyOfRange(ah.get(i), 20 + 12 + 16, ah.get(i).length);
            assertThat(masked(inside)).isEqualTo(masked(packets.get(i)));
        }
    }

    @Test
    void putTogetherTheyAreOneSizeAndArriveTheSame() throws Exception {
        Verbs.run("pcap", putTogether(Samples.a(directory)));
        Verbs.run("pcap", putTogether(Samples.b(directory)));

        List<byte[]> esp = Samples.read(directory.resolve("esp.pcap"));
        List<byte[]> out = Samples.read(directory.resolve("out.pcap"));
        assertThat(esp).isNotEmpty().allMatch(packet -> packet.length == 20 + 16 + 602 + 2 + 16);
        assertThat(out).hasSameSizeAs(packets);
        for (int i = 0; i < out.size(); i++) {
            assertThat(masked(out.get(i))).isEqualTo(masked(packets.get(i)));
        }
    }

    private static Path putTogether(Path file) throws IOException {
        String tfc = "    tfc: { aggregate: true, pad: 602 }\n    out: ";
        return Files.writeString(file, Files.readString(file).replace("    out: ", tfc));
    }

    private static Path byAh(Path file) throws IOException {
        return Files.writeString(
                file,
                Files.readString(file)
                        .replace("esp-proposal: aes128gcm16-esn", "ah-proposal: sha256-esn")
                        .replaceAll("(\"0x[0-9a-f]{40})\"", "$1" + "a5".repeat(12) + "\""));
    }

    @Test
    void jsonHasEveryCounterDropReasonAndSaAndNothingElseIsOnStandardOutput() throws Exception {
        Outcome outcome = Verbs.run("pcap", "--json", Samples.a(directory));

        assertThat(outcome.exitCode()).isZero();
        Map<?, ?> json = parse(outcome.out());
        assertThat(json.get("gateway")).isEqualTo("a");
        assertThat(labels(json.get("counters")))
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Counter.values()).map(Counter::label).toList());
        assertThat(labels(json.get("drops")))
                .containsExactlyInAnyOrderElementsOf(
                        Stream.of(DropReason.values())
                                .filter(r -> r != DropReason.NONE)
                                .map(DropReason::label)
                                .toList());
        assertThat(((Map<?, ?>) json.get("counters")).get("encrypted-packets"))
                .isEqualTo(packets.size());
        assertThat(json.get("mbufs-leaked")).isEqualTo(0);
        assertThat((List<?>) json.get("sas"))
                .extracting(
                        sa -> ((Map<?, ?>) sa).get("name"), sa -> ((Map<?, ?>) sa).get("packets"))
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple("to-b.out", packets.size()),
                        org.assertj.core.groups.Tuple.tuple("to-b.in", 0));
    }

    @Test
    void theTableNamesDropsAndSaysThatNothingLeaked() throws Exception {
        Path file = Samples.a(directory);
        Files.writeString(
                file, Files.readString(file).replace("remote-ts: 10.2.0", "remote-ts: 10.3.0"));

        Outcome outcome = Verbs.run("pcap", file);

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out())
                .containsPattern("no-policy +" + packets.size() + " .*XfrmInNoPols")
                .contains("no mbuf leaked");
    }

    @Test
    void noMorePacketsAreEncryptedThanTheLifetimeSays() throws Exception {
        Path file = Samples.a(directory);
        Files.writeString(
                file,
                Files.readString(file)
                        .replace(
                                "    out: {",
                                "    lifetime: { rekey-time: 60, life-packets: 7 }\n    out: {"));

        Outcome outcome = Verbs.run("pcap", "--json", file);

        Map<?, ?> json = parse(outcome.out());
        assertThat(Samples.read(directory.resolve("esp.pcap"))).hasSize(7);
        Map<?, ?> drops = (Map<?, ?>) json.get("drops");
        assertThat(((Number) drops.get("lifetime-expired")).longValue())
                .as("with those that came when the SA had been removed")
                .isEqualTo(packets.size() - 7 - ((Number) drops.get("no-outbound-sa")).longValue());
        assertThat((List<?>) json.get("sas"))
                .last()
                .extracting(sa -> ((Map<?, ?>) sa).get("lifetime"))
                .isEqualTo(Map.of("rekey-time", 60, "life-packets", 7));
    }

    @Test
    void whatIsForgedIsTold() throws Exception {
        Verbs.run("pcap", Samples.a(directory));
        List<byte[]> esp = Samples.read(directory.resolve("esp.pcap"));
        esp.getFirst()[50] ^= 1;
        Samples.write(directory.resolve("esp.pcap"), esp, 1);

        Outcome outcome = Verbs.run("pcap", Samples.b(directory));

        assertThat(outcome.err())
                .contains(
                        "esplanade: icv-failed: 192.0.2.1 > 192.0.2.2 protocol 50 SPI 0xc0000001 SA"
                                + " to-a.in sequence 1: integrity check value is wrong");
    }

    @Test
    void aSecondRunDoesNotUseASequenceNumberAgain() throws Exception {
        Path file = Samples.a(directory);
        Verbs.run("pcap", file);
        int last = sequence(Samples.read(directory.resolve("esp.pcap")).getLast());

        Verbs.run("pcap", file);

        assertThat(sequence(Samples.read(directory.resolve("esp.pcap")).getFirst()))
                .isGreaterThan(last);
    }

    @Test
    void aCaptureThatIsCutOffIsNamedAndTheExitCodeSaysSo() throws Exception {
        Path lan = directory.resolve("lan.pcap");
        byte[] bytes = Files.readAllBytes(lan);
        Files.write(lan, Arrays.copyOf(bytes, bytes.length - 1));

        Outcome outcome = Verbs.run("pcap", "--json", Samples.a(directory));

        assertThat(outcome.exitCode()).isEqualTo(Exit.FAILED);
        assertThat(outcome.err()).contains("port lan: ", "truncated");
        assertThat(((Map<?, ?>) parse(outcome.out()).get("counters")).get("encrypted-packets"))
                .isEqualTo(packets.size() - 1);
    }

    @Test
    void aFullDiskIsAnErrorAndNotALoss() throws Exception {
        Path file = Samples.a(directory);
        Files.writeString(file, Files.readString(file).replace("esp.pcap", "/dev/full"));

        Outcome outcome = Verbs.run("pcap", file);

        assertThat(outcome.exitCode()).isEqualTo(Exit.FAILED);
        assertThat(outcome.err()).contains("wan", "No space left on device");
    }

    @Test
    void aRequestToEndDrainsAndPrintsTheTable() throws Exception {
        Termination termination = Termination.byRequest();
        termination.request();

        Outcome outcome = Verbs.run(termination, "pcap", Samples.a(directory));

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).contains("no mbuf leaked");
    }

    @Test
    void jceDoesTheSame() throws Exception {
        Verbs.run("pcap", Samples.a(directory));
        Outcome outcome = Verbs.run("pcap", "--provider", "jce", Samples.b(directory));

        assertThat(outcome.exitCode()).isZero();
        assertThat(Samples.read(directory.resolve("out.pcap"))).hasSameSizeAs(packets);
    }

    @Test
    void anUnknownProviderIsRefusedAndTheOthersNamed() throws Exception {
        Outcome outcome = Verbs.run("pcap", "--provider", "ibm", Samples.a(directory));

        assertThat(outcome.exitCode()).isEqualTo(Exit.FAILED);
        assertThat(outcome.err()).contains("'ibm'", "jce, openssl");
    }

    /** A packet without what a router changes: TTL and header checksum. */
    private static byte[] masked(byte[] packet) {
        byte[] masked = packet.clone();
        masked[8] = 0;
        masked[10] = 0;
        masked[11] = 0;
        return masked;
    }

    private static int sequence(byte[] esp) {
        return java.nio.ByteBuffer.wrap(esp).getInt(24);
    }

    private static List<String> labels(Object map) {
        return ((Map<?, ?>) map).keySet().stream().map(Object::toString).toList();
    }

    private static Map<?, ?> parse(String json) {
        assertThat(json).startsWith("{").endsWith("}" + System.lineSeparator());
        return (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(json);
    }
}
