package io.esplanade.gateway.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.gateway.Main;
import io.esplanade.testing.NetworkNamespace;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * {@code esplanade run} in a namespace, as ./esplanade starts it for a user of its own, and all
 * that it says.
 */
final class GatewayProcess {

    private static final Path LAUNCH = Path.of("../tools/launch").toAbsolutePath().normalize();

    private static final String USER = user();

    /** A JVM starts in a second or two, but the machine may be busy. */
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(120);

    private final Process process;
    private final List<String> said = new CopyOnWriteArrayList<>();
    private int seen; // lines of these, by until

    private GatewayProcess(Process process) {
        this.process = process;
        Thread.ofVirtual().start(() -> listen(process.inputReader()));
    }

    /** Starts one and waits until it runs. */
    static GatewayProcess start(NetworkNamespace where, String classPath, Path file)
            throws IOException {
        GatewayProcess gateway =
                new GatewayProcess(
                        where.start(
                                List.of(
                                        LAUNCH.toString(),
                                        Path.of(System.getProperty("java.home"), "bin", "java")
                                                .toString(),
                                        "-XX:+UseSerialGC",
                                        "-Xms96m",
                                        "-Xmx96m",
                                        "-XX:+AlwaysPreTouch", // it grows no more
                                        "-XX:TieredStopAtLevel=1",
                                        "--enable-native-access=ALL-UNNAMED",
                                        "-cp",
                                        classPath,
                                        Main.class.getName(),
                                        "run",
                                        file.toString(),
                                        "--user",
                                        USER)));
        gateway.until("Runs until");
        return gateway;
    }

    /** Nobody; where only root may open the TUN device, root without root's capabilities. */
    private static String user() {
        Path tun = Path.of("/dev/net/tun");
        try {
            return !Files.exists(tun)
                            || Files.getPosixFilePermissions(tun)
                                    .contains(PosixFilePermission.OTHERS_WRITE)
                    ? "nobody"
                    : "root";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void listen(BufferedReader from) {
        from.lines().forEach(said::add);
    }

    /** Everything it has said. */
    List<String> said() {
        return List.copyOf(said);
    }

    /** Waits until it has said a line that begins so, since the last one waited for. */
    void until(String beginning) {
        long deadline = System.nanoTime() + PATIENCE;
        while (!find(beginning)) {
            assertThat(System.nanoTime()).as("'%s' in %s", beginning, said).isLessThan(deadline);
            assertThat(process.isAlive()).as("%s", said).isTrue();
            Thread.onSpinWait();
        }
    }

    private boolean find(String beginning) {
        while (seen < said.size()) {
            if (said.get(seen++).startsWith(beginning)) {
                return true;
            }
        }
        return false;
    }

    void signal(String name) {
        try {
            String pid = Long.toString(process.pid());
            assertThat(new ProcessBuilder("kill", "-" + name, pid).start().waitFor()).isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** How many descriptors it has open. */
    long descriptors() {
        try (Stream<Path> fds = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
            return fds.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How much memory it has, in MiB. */
    long residentMiB() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
            String line = lines.filter(l -> l.startsWith("VmRSS:")).findFirst().orElseThrow();
            return Long.parseLong(line.replaceAll("\\D", "")) >> 10;
        }
    }

    /** Ends it as an operator does, and answers its exit code. */
    int stop() {
        signal("TERM");
        return end();
    }

    void kill() {
        process.destroyForcibly();
        end();
    }

    private int end() {
        try {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("it ends: %s", said).isTrue();
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
