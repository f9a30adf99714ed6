package io.esplanade.gateway.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.gateway.Main;
import io.esplanade.testing.Requirement;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Live traffic between real gateways: processes, namespaces, TUN devices and sockets. */
@Timeout(180)
class LabVerbTest {

    private static final String NAME = "lab-" + ProcessHandle.current().pid();

    private final Lab lab = new Lab(NAME);

    @BeforeEach
    void askForWhatItNeeds() throws Exception {
        List<String> make = List.of("ip", "netns", "add", NAME);
        boolean can = Commands.run(make).good();
        Commands.run(List.of("ip", "netns", "delete", NAME));
        boolean tools = Commands.has("iperf3") && Commands.has("ping");
        boolean tun = Files.exists(Path.of("/dev/net/tun"));
        Requirement.check(
                can && tools && tun,
                "live traffic between gateways",
                "root, /dev/net/tun, and: apt-get install -y iperf3 iputils-ping");
    }

    @AfterEach
    void leaveNothing() throws Exception {
        lab.down();
    }

    /** What the command printed, in a process of its own that must end with this status. */
    private static String esplanade(int status, String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "-Xmx256m",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Main.class.getName(),
                                "lab"));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--name", NAME));
        Commands.Result result = Commands.run(command);
        assertThat(result.status()).as(result.text()).isEqualTo(status);
        return result.text();
    }

    private static String namespaces() throws IOException, InterruptedException {
        return Commands.run(List.of("ip", "netns", "list")).text();
    }

    @ParameterizedTest
    @CsvSource({"tun+udp, tun+udp", "tun+raw, af-packet"})
    void hostsReachEachOtherThroughGatewaysThatLoseNothingAndLeakNothing(String a, String b)
            throws Exception {
        String said = esplanade(0, "test", "--seconds", "1", "--port", a, "--port-b", b);

        assertThat(said).contains("All is well; no mbuf leaked.");
        assertThat(said.lines().filter(line -> line.matches(" +IPv[46].* 5 of 5 .*"))).hasSize(4);
        Matcher streams =
                Pattern.compile("IPv[46] +[AB] +[AB] +([\\d,]+) +[\\d,]+ +\\d+%").matcher(said);
        int count = 0;
        while (streams.find()) {
            assertThat(Integer.parseInt(streams.group(1).replace(",", ""))).isPositive();
            count++;
        }
        assertThat(count).as("TCP streams").isEqualTo(4);
        Matcher drops = Pattern.compile("(?m)^  ([a-z-]+) +[\\d,]+  .*$").matcher(said);
        while (drops.find()) {
            assertThat(drops.group(1)).as(said).isIn("multicast", "neighbour-taken-note-of");
        }
        assertThat(namespaces()).doesNotContain(NAME);
        assertThat(lab.directory()).doesNotExist();
    }

    @Test
    void whatAKilledLaboratoryLeavesIsTakenDown() throws Exception {
        esplanade(0, "up");
        assertThat(namespaces().lines().filter(line -> line.startsWith(NAME))).hasSize(4);
        for (Lab.Side side : Lab.Side.values()) {
            lab.gateway(side).orElseThrow().destroyForcibly();
        }

        assertThat(esplanade(0, "down")).contains("is down");
        assertThat(namespaces()).doesNotContain(NAME);
        assertThat(lab.directory()).doesNotExist();
        assertThat(esplanade(0, "down")).contains("There was none");
    }

    @Test
    void wrongWordsAreRefused() throws Exception {
        assertThat(esplanade(1, "sideways")).contains("use up, test or down");
        assertThat(esplanade(1, "up", "--port", "pcap"))
                .contains("use one of tun+udp, tun+raw, af-packet");
        assertThat(esplanade(1, "up", "--port", "tun+raw", "--port-b", "tun+udp"))
                .contains("which tun+raw does not carry");
        assertThat(esplanade(1, "test", "--seconds", "0")).contains("use 1 to 3600");
    }
}
