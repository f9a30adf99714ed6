package io.esplanade.gateway.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.esplanade.gateway.Console;
import io.esplanade.gateway.view.ProgressLine;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

final class DemoTest {

    private static final int PASSES = 3;

    @TempDir static Path directory;

    private static String said;
    private static int exitCode;

    @BeforeAll
    static void runTheDemo() {
        StringWriter out = new StringWriter();
        PrintWriter writer = new PrintWriter(out);
        exitCode =
                new CommandLine(new DemoVerb(new Console(writer, writer, false)))
                        .execute("--repeat", "" + PASSES, "--output", directory.toString());
        said = out.toString();
    }

    @Test
    void everythingComesOutAsItWentInAndNothingLeaks() {
        assertThat(said)
                .contains(
                        "yes  2,778 packets came out byte for byte as they went in",
                        "yes  2,778 packets were between A and B, every one of them ESP",
                        "yes  jce decrypts esp.pcap to the same 926 packets",
                        "All is well.")
                .containsPattern("packets dropped +0 +0")
                .containsPattern("mbufs leaked +0 +0")
                .containsPattern("ns per packet \\(thread CPU\\) +[1-9]");
        assertThat(exitCode).isZero();
    }

    @Test
    void theCaptureHasTheFirstPassInTheOrderOfTime() throws IOException {
        List<Traffic.Packet> packets = Traffic.read(directory.resolve("esp.pcap"));

        assertThat(packets).hasSize(926).allMatch(p -> Ip.isEsp(p.bytes()));
        assertThat(packets).extracting(Traffic.Packet::time).isSorted();
    }

    @Test
    void saysHowToOpenTheCapture() {
        assertThat(said)
                .contains("WIRESHARK_CONFIG_DIR=%1$s wireshark %1$s/esp.pcap".formatted(directory));
    }

    @Test
    void tsharkReadsTheCaptureWithTheKeysThatWereLeft() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/tshark")), "tshark is installed");
        ProcessBuilder tshark =
                new ProcessBuilder(
                        "tshark",
                        "-r",
                        directory.resolve("esp.pcap").toString(),
                        "-Y",
                        "esp && (tcp || dns || icmp || icmpv6)",
                        "-T",
                        "fields",
                        "-e",
                        "esp.spi");
        tshark.environment().put("WIRESHARK_CONFIG_DIR", directory.toString());
        Process process = tshark.redirectError(ProcessBuilder.Redirect.DISCARD).start();

        assertThat(new String(process.getInputStream().readAllBytes()).lines())
                .as("packets that tshark sees TCP, DNS or ICMP in")
                .hasSize(926);
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void aFullDiskIsNamed() throws IOException {
        Path full = Files.createDirectory(directory.resolve("full"));
        Files.createSymbolicLink(full.resolve("esp.pcap"), Path.of("/dev/full"));
        Demo demo = new Demo(full, new Demo.Schedule(1, Duration.ZERO));

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(
                        () ->
                                demo.run(
                                        new ProgressLine(
                                                new PrintWriter(new StringWriter()), false)))
                .withMessage(full + ": No space left on device");
    }

    @Test
    void aTimeLimitGoesOnForThatLongAndEndsWithWholePasses() throws IOException {
        DemoResult result =
                new Demo(directory.resolve("timed"), new Demo.Schedule(1, Duration.ofMillis(200)))
                        .run(new ProgressLine(new PrintWriter(new StringWriter()), true));

        assertThat(result.good()).isTrue();
        assertThat(result.elapsed()).isGreaterThanOrEqualTo(200_000_000);
        assertThat(result.sides().getFirst().snapshot().counters())
                .containsEntry(
                        io.esplanade.engine.counters.Counter.RX_PACKETS, result.passes() * 926);
    }
}
