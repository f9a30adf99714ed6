package io.esplanade.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.esplanade.testing.Requirement;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * {@code esplanade run} as a service: a process of its own, started as {@code ./esplanade} starts
 * it, on two devices in a network namespace.
 */
@Timeout(120)
final class DaemonTest {

    /** The bit of CAP_NET_RAW, which is all that af-packet needs. */
    private static final String NET_RAW = "%016x".formatted(1L << 13);

    private static final Path LAUNCH = Path.of("../tools/launch").toAbsolutePath().normalize();

    private static final String FILE =
            """
            name: a
            ports:
              lan: { type: af-packet, device: esp0, side: protected, addresses: 10.1.0.1 }
              wan: { type: af-packet, device: esp1, side: unprotected, addresses: 192.0.2.1 }
            routes:
              - { to: 10.1.0.0/24, port: lan }
              - { to: 0.0.0.0/0, port: wan, via: 192.0.2.2 }
            tunnels:
              to-b:
                local: 192.0.2.1
                remote: 192.0.2.2
                local-ts: [10.1.0.0/24]
                remote-ts: [10.2.0.0/24]
                esp-proposal: aes128gcm16-esn
                unsafe-volatile-sequence: true
                out: { spi: 0xc0000001, key: 0xf20102030405060708090a0b0c0d0e0f10111213 }
                in: { spi: 0xc0000002, key: 0x202122232425262728292a2b2c2d2e2f30313233 }
            """;

    @TempDir Path directory;
    private Path file;
    private Process process;
    private BufferedReader out;

    @BeforeAll
    static void needRoot() {
        Requirement.root("esplanade run as a service");
    }

    @BeforeEach
    void writeFile() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        file = Files.writeString(directory.resolve("gw.yaml"), FILE);
    }

    @AfterEach
    void killWhatIsLeft() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    @Test
    void sighupChangesWhatTheFileChangedAndSigtermEndsIt() throws Exception {
        start(System.getProperty("java.class.path"));
        assertThat(until("Runs until"))
                .contains(
                        "  SA to-b.out: outbound, SPI 0xc0000001, lane 0, worker 0",
                        "  reads " + file + " again on SIGHUP");

        hangUp();
        assertThat(until("  nothing changed")).contains(file + " read again:");

        rewrite("remote-ts: [10.2.0.0/24]", "remote-ts: [10.2.0.0/24, 10.3.0.0/24]");
        rewrite("routes:", "routes:\n  - { to: 10.3.0.0/24, port: wan, via: 192.0.2.3 }");
        hangUp();
        assertThat(until("  policy to-b.in changed"))
                .contains(
                        "  SA to-b.in: other traffic may come out of it",
                        "  route 10.3.0.0/24 via 192.0.2.3 dev wan added",
                        "  policy to-b.out changed");

        rewrite("0xc0000002, key: 0x20", "0xc0000012, key: 0x21");
        hangUp();
        until("  SA to-b.in replaced, SPI 0xc0000012");

        process.toHandle().destroy(); // SIGTERM
        List<String> last = until("  no mbuf leaked");
        assertThat(last).anyMatch(line -> line.startsWith("  to-b.in.again  in "));
        assertThat(last).noneMatch(line -> line.startsWith("  to-b.in  "));
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void aFileThatIsRefusedChangesNothing() throws Exception {
        start(System.getProperty("java.class.path"));
        until("Runs until");

        rewrite("name: a", "name: b\naudit-events: 5");
        rewrite("device: esp0", "device: esp9");
        rewrite("key: 0xf2", "key: 0xf3");
        rewrite("spi: 0xc0000002, key", "spi: 0xc0000003, key");
        hangUp();
        assertThat(untilError("esplanade: the file was refused; all goes on as before"))
                .contains(
                        file + ": error: audit-events is changed: not while it runs",
                        file + ": error: name is changed: not while it runs",
                        file + ": error: ports.lan is changed: not while it runs",
                        file + ": error: SA to-b.in is changed, but not its key: not while it runs",
                        "    remedy: restart, or take the change back");

        Files.writeString(file, "tunnels: [");
        hangUp();
        untilError("esplanade: the file was refused; all goes on as before");

        Files.writeString(file, FILE);
        hangUp();
        until("  nothing changed");
        process.toHandle().destroy();
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void aStormOfHangUpsIsOneOrSome() throws Exception {
        start(System.getProperty("java.class.path"));
        until("Runs until");
        String storm = "i=0; while [ $i -lt 5000 ]; do kill -HUP $1; i=$((i + 1)); done";
        assertThat(new ProcessBuilder("sh", "-c", storm, "sh", pid()).start().waitFor()).isZero();
        rewrite("routes:", "routes:\n  - { to: 10.3.0.0/24, port: wan, via: 192.0.2.3 }");
        hangUp();
        until("  route 10.3.0.0/24 via 192.0.2.3 dev wan added");
        process.toHandle().destroy();
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void everyThreadHasJustTheCapabilitiesThatThePortsNeed() throws Exception {
        start(ClassPath.readableByAll(directory), "--user", "nobody");
        assertThat(until("Runs until"))
                .anyMatch(
                        line ->
                                line.matches(
                                        "  runs as user \\d+ with net_raw; none to be gained"));

        List<Map<String, String>> threads = threads();
        assertThat(threads).hasSizeGreaterThan(10);
        for (Map<String, String> thread : threads) {
            assertThat(thread.get("Uid").split("\\s+")).doesNotContain("0");
            assertThat(thread.get("NoNewPrivs")).isEqualTo("1");
            for (String set : List.of("CapEff", "CapPrm", "CapInh", "CapBnd", "CapAmb")) {
                assertThat(thread.get(set))
                        .as("%s of %s", set, thread.get("Name"))
                        .isEqualTo(NET_RAW);
            }
        }
        process.toHandle().destroy();
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void withoutTheCapabilityItSaysInOneLineWhatToGrant() throws Exception {
        process =
                run(
                        "setpriv --bounding-set -all --inh-caps -all ",
                        System.getProperty("java.class.path"));
        assertThat(process.waitFor()).isEqualTo(1);
        String said = new String(process.getErrorStream().readAllBytes());
        assertThat(said.strip().lines().toList()).hasSize(1);
        assertThat(said).contains("port lan").contains("NET_RAW");
    }

    @Test
    void withoutTheDeviceItSaysInOneLineWhatToDo() throws Exception {
        rewrite("device: esp0", "device: esp9");
        process = run("", System.getProperty("java.class.path"));
        assertThat(process.waitFor()).isEqualTo(1);
        String said = new String(process.getErrorStream().readAllBytes());
        assertThat(said.strip().lines().toList()).hasSize(1);
        assertThat(said).contains("port lan", "no network device esp9", "create it");
    }

    @Test
    void theExampleUnitIsSound() throws Exception {
        assumeTrue(Files.exists(Path.of("/usr/bin/systemd-analyze")), "needs systemd-analyze");
        String unit = Files.readString(LAUNCH.resolve("../../docs/esplanade@.service").normalize());
        String here = unit.replace("/opt/esplanade/esplanade", "/bin/true");
        assertThat(here).isNotEqualTo(unit);
        Path copy = Files.writeString(directory.resolve("esplanade@a.service"), here);

        Process verify =
                new ProcessBuilder("systemd-analyze", "verify", "--man=no", copy.toString())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(verify.getInputStream().readAllBytes());
        assertThat(verify.waitFor()).as(said).isZero();
        assertThat(said.lines().filter(line -> line.contains("esplanade"))).isEmpty();
    }

    private List<Map<String, String>> threads() throws IOException {
        List<Map<String, String>> threads = new ArrayList<>();
        try (Stream<Path> tasks = Files.list(Path.of("/proc/" + process.pid() + "/task"))) {
            for (Path task : tasks.toList()) {
                Map<String, String> status = new TreeMap<>();
                for (String line : Files.readAllLines(task.resolve("status"))) {
                    status.put(line.replaceFirst(":.*", ""), line.replaceFirst("^[^:]*:\\s*", ""));
                }
                threads.add(status);
            }
        }
        return threads;
    }

    private void rewrite(String old, String now) throws IOException {
        String text = Files.readString(file);
        assertThat(text).contains(old);
        Files.writeString(file, text.replace(old, now));
    }

    private void start(String classPath, String... more) throws IOException {
        process = run("", classPath, more);
        out = process.inputReader();
    }

    private Process run(String before, String classPath, String... more) throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "unshare",
                                "--net",
                                "sh",
                                "-c",
                                "for n in 0 1; do ip link add esp$n type veth peer name far$n;"
                                        + " ip link set esp$n up; ip link set far$n up; done; exec "
                                        + before
                                        + "\"$@\"",
                                "sh",
                                LAUNCH.toString(),
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                classPath,
                                Main.class.getName(),
                                "run",
                                file.toString()));
        command.addAll(Arrays.asList(more));
        return new ProcessBuilder(command).directory(directory.toFile()).start();
    }

    private void hangUp() throws Exception {
        assertThat(new ProcessBuilder("kill", "-HUP", pid()).start().waitFor()).isZero();
    }

    /** The JVM's, which unshare, sh, setpriv and env have become. */
    private String pid() {
        return Long.toString(process.pid());
    }

    /** What it says up to and with a line that begins so. */
    private List<String> until(String beginning) throws IOException {
        return until(out, beginning);
    }

    private List<String> untilError(String beginning) throws IOException {
        return until(process.errorReader(), beginning);
    }

    private List<String> until(BufferedReader from, String beginning) throws IOException {
        List<String> lines = new ArrayList<>();
        String line;
        do {
            line = from.readLine();
            if (line == null) {
                fail("%s did not come, but %s; and %s".formatted(beginning, lines, errors()));
            }
            lines.add(line);
        } while (!line.startsWith(beginning));
        return lines;
    }

    private String errors() {
        return process.errorReader().lines().collect(Collectors.joining("\n"));
    }
}
