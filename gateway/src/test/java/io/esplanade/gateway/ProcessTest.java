package io.esplanade.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The command as a process of its own: exit codes, streams and signals. */
@Timeout(120)
final class ProcessTest {

    private static final int MANY = 500_000;

    @TempDir Path directory;

    @Test
    void refusalsExitWithOne() throws Exception {
        Process process = start("check", "nowhere.yaml");

        assertThat(new String(process.getErrorStream().readAllBytes()))
                .isEqualTo(
                        """
                        nowhere.yaml: error: there is no such file
                            remedy: check the name and the directory
                        """);
        assertThat(process.waitFor()).isEqualTo(1);
    }

    @Test
    void wrongCommandLinesExitWithTwo() throws Exception {
        Process process = start("no-such-verb");

        assertThat(process.getInputStream().readAllBytes()).isEmpty();
        assertThat(process.waitFor()).isEqualTo(2);
    }

    @Test
    void aResultThatCouldNotBeWrittenIsNoSuccess() throws Exception {
        Process process = start(Redirect.to(new File("/dev/full")), "version");

        assertThat(new String(process.getErrorStream().readAllBytes()))
                .contains("standard output did not take all");
        assertThat(process.waitFor()).isEqualTo(1);
    }

    @Test
    void sigtermEndsAStartThatWaitsForAPipeToBeRead() throws Exception {
        Samples.write(directory.resolve("lan.pcap"), Samples.packets(directory), 1);
        Path file = Samples.a(directory);
        Path pipe = directory.resolve("esp.pcap");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();

        Process process = start("run", file.toString());
        try {
            while (!Files.exists(directory.resolve("a.nonces")) && process.isAlive()) {
                Thread.onSpinWait(); // it opens its nonce store before its ports
            }
            process.toHandle().destroy(); // SIGTERM

            assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("it has ended").isTrue();
            assertThat(process.exitValue()).isEqualTo(128 + 15);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void sigtermDrainsPrintsTheTableAndExitsWithZero() throws Exception {
        byte[] packet = Arrays.copyOf(Samples.packets(directory).getFirst(), 60);
        packet[2] = 0;
        packet[3] = 60; // total length; the checksum is set to match
        fixChecksum(packet);
        Samples.write(directory.resolve("lan.pcap"), List.of(packet), MANY);
        Path file = Samples.a(directory);
        // A packet a burst and every access checked: slow enough to be interrupted.
        Files.writeString(
                file,
                Files.readString(file) + "lanes: { burst: 1 }\nmbufs: { invariants: true }\n");

        Process process = start("run", file.toString());
        List<String> said = new ArrayList<>();
        try (BufferedReader out = process.inputReader()) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                said.add(line);
                if (line.startsWith("Runs until")) {
                    process.toHandle().destroy(); // SIGTERM
                }
            }
        }

        assertThat(process.waitFor()).isZero();
        assertThat(said).contains("  no mbuf leaked");
        Matcher received =
                Pattern.compile("rx-packets +([0-9,]+)")
                        .matcher(said.stream().collect(Collectors.joining("\n")));
        int packets = received.find() ? Integer.parseInt(received.group(1).replace(",", "")) : 0;
        assertThat(packets).isLessThan(MANY);
        assertThat(Samples.read(directory.resolve("esp.pcap"))).hasSize(packets);
    }

    private static void fixChecksum(byte[] packet) {
        packet[10] = 0;
        packet[11] = 0;
        int sum = 0;
        for (int i = 0; i < 20; i += 2) {
            sum += (packet[i] & 0xff) << 8 | packet[i + 1] & 0xff;
        }
        sum = (sum & 0xffff) + (sum >>> 16);
        packet[10] = (byte) (~sum >>> 8);
        packet[11] = (byte) ~sum;
    }

    private Process start(String... args) throws IOException {
        return start(Redirect.PIPE, args);
    }

    private Process start(Redirect out, String... args) throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-ea",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Main.class.getName()));
        command.addAll(List.of(args));
        return new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out)
                .start();
    }
}
