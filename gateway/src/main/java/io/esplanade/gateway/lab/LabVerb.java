package io.esplanade.gateway.lab;

import io.esplanade.gateway.Console;
import io.esplanade.gateway.Exit;
import io.esplanade.gateway.UserException;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code esplanade lab}. */
@Command(
        name = "lab",
        header = "Two hosts, two gateways and a link, in network namespaces (root).",
        description = {
            "",
            "up    builds the laboratory: four network namespaces joined by veth devices, and two"
                + " gateways that are processes of their own, with files and keys made for them.",
            "test  does the same, pings and sends TCP both ways over IPv4 and IPv6, has the"
                    + " gateways end, prints a table, and takes it down. Exits with 1 if anything"
                    + " failed or a gateway leaked memory.",
            "down  takes it down, also what a laboratory left that was killed.",
            "",
            "While it is up:",
            "  ip netns exec esplanade-host-a ping 10.2.0.2",
            "  ip netns exec esplanade-host-b iperf3 -s -D; ip netns exec esplanade-host-a iperf3"
                    + " -c 10.2.0.2",
            "  ip netns exec esplanade-gateway-a tshark -i wan"
        })
public final class LabVerb implements Callable<Integer> {

    private static final String DEFAULT_NAME = "esplanade";

    private final Console console;

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "up|test|down", description = "What to do.")
    private String action;

    @Option(
            names = "--port",
            paramLabel = "PAIR",
            defaultValue = "tun+udp",
            description =
                    "The gateways' ports: tun+udp, tun+raw, af-packet or af-xdp. Default:"
                            + " ${DEFAULT-VALUE}.")
    private String port;

    @Option(
            names = "--port-b",
            paramLabel = "PAIR",
            description = "Those of gateway B, where they are others. Default: as gateway A's.")
    private String portB;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "5",
            description = "How long each TCP stream of the test lasts. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            defaultValue = DEFAULT_NAME,
            description =
                    "What its namespaces' names begin with, so that there can be several. Default:"
                            + " ${DEFAULT-VALUE}.")
    private String name;

    @Option(
            names = "--set",
            paramLabel = "LINE",
            description =
                    "A line for both gateway files, such as 'crypto: { provider: ipsec-mb }';"
                            + " repeatable.")
    private List<String> settings = new ArrayList<>();

    public LabVerb(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws Exception {
        PortPair a = pair("--port", port);
        Lab.Ports ports = new Lab.Ports(a, portB == null ? a : pair("--port-b", portB));
        if (ports.encapsulated() && (a == PortPair.TUN_RAW || ports.b() == PortPair.TUN_RAW)) {
            throw new UserException("tun+udp sends ESP in UDP, which tun+raw does not carry");
        }
        if (seconds < 1 || seconds > 3600) {
            throw new UserException("--seconds " + seconds + ": use 1 to 3600");
        }
        if (!name.matches("[a-z0-9][a-z0-9-]{0,31}")) {
            throw new UserException("--name " + name + ": use letters, digits and '-'");
        }
        needs();
        Lab lab = new Lab(name);
        return switch (action) {
            case "up" -> up(lab, ports);
            case "test" -> test(lab, ports);
            case "down" -> down(lab);
            default -> throw new UserException("lab " + action + ": use up, test or down");
        };
    }

    private static PortPair pair(String option, String word) throws UserException {
        return Arrays.stream(PortPair.values())
                .filter(p -> p.toString().equals(word))
                .findFirst()
                .orElseThrow(
                        () ->
                                new UserException(
                                        "%s %s: use one of %s"
                                                .formatted(option, word, PortPair.ALL)));
    }

    private void needs() throws IOException, InterruptedException, UserException {
        Commands.need("ip", "iproute2");
        Commands.need("setsid", "util-linux");
        if (action.equals("test")) {
            Commands.need("ping", "iputils-ping");
            Commands.need("iperf3", "iperf3");
        }
        if (!Files.isWritable(Path.of("/run"))) {
            throw new UserException(
                    "the laboratory makes network namespaces: run it as root (in a container, with"
                            + " docker run --privileged)");
        }
    }

    private int up(Lab lab, Lab.Ports ports) throws Exception {
        lab.up(ports, settings);
        console.out()
                .println("The laboratory is up, its files are in " + lab.directory() + ". Try:");
        String[] usage = spec.usageMessage().description();
        Arrays.stream(usage)
                .filter(line -> line.startsWith("  "))
                .map(line -> line.replace(DEFAULT_NAME + "-", name + "-"))
                .forEach(console.out()::println);
        String named = name.equals(DEFAULT_NAME) ? "" : " --name " + name;
        console.out().println("and at the end: esplanade lab down" + named);
        return Exit.OK;
    }

    private int down(Lab lab) throws IOException, InterruptedException {
        boolean wasUp = lab.isUp();
        lab.down();
        console.out().println(wasUp ? "The laboratory is down." : "There was none.");
        return Exit.OK;
    }

    private int test(Lab lab, Lab.Ports ports) throws Exception {
        try {
            lab.up(ports, settings);
            Trial trial = new Trial(lab, seconds);
            trial.run();
            trial.end();
            console.out().println("Ports " + ports + ", each TCP stream " + seconds + " s:");
            console.out().println();
            trial.lines().forEach(console.out()::println);
            console.out().println();
            trial.faults().forEach(console.out()::println);
            boolean good = trial.faults().isEmpty();
            console.out().println(good ? "All is well; no mbuf leaked." : "SOMETHING IS WRONG.");
            return good ? Exit.OK : Exit.FAILED;
        } finally {
            lab.down();
        }
    }
}
