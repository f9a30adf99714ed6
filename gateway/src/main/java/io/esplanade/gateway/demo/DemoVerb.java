package io.esplanade.gateway.demo;

import io.esplanade.gateway.Console;
import io.esplanade.gateway.Exit;
import io.esplanade.gateway.UserException;
import io.esplanade.gateway.view.ProgressLine;

import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;

/** {@code esplanade demo}. */
@Command(
        name = "demo",
        header = "Two gateways, real packets and a proof; nothing to set up.",
        description = {
            "",
            "Runs two gateways, A and B, in this process over a capture of real traffic: TCP, DNS"
                    + " and ICMP, IPv4 and IPv6. Hosts behind A and B send it to each other, A"
                    + " encrypts and B decrypts and the other way round. Then it compares what came"
                    + " out with what went in, looks at every packet that was between the two, and"
                    + " decrypts the capture of them with another implementation. Exits with 1 if"
                    + " anything differs.",
            "",
            "Leaves the traffic, the ESP capture and Wireshark's keys for it in a folder."
        })
public final class DemoVerb implements Callable<Integer> {

    private static final Duration DEFAULT_TIME = Duration.ofSeconds(3);

    private final Console console;

    @ArgGroup private Limit limit;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            defaultValue = "esplanade-demo",
            description = "Where to leave the files. Default: ${DEFAULT-VALUE}.")
    private Path directory;

    /** How long; one of the two. */
    private static final class Limit {

        @Option(
                names = "--repeat",
                paramLabel = "N",
                description = "Send the traffic N times. The first times are the JIT's, not ours.")
        private Long passes;

        @Option(
                names = "--seconds",
                paramLabel = "N",
                description = "Send it again for N seconds. Default: 3.")
        private Integer seconds;
    }

    public DemoVerb(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws Exception {
        console.out()
                .println(
                        "A's hosts -- lan [gateway A] wan == ESP == wan [gateway B] lan -- B's"
                                + " hosts");
        console.out().println();
        console.out().flush();
        DemoResult result;
        try (ProgressLine progress = new ProgressLine(console.err(), console.live())) {
            result = new Demo(directory, schedule()).run(progress);
        }
        result.lines().forEach(console.out()::println);
        console.out().println();
        console.out().println("Look into the tunnels (apt-get install wireshark, or tshark):");
        Wireshark.commands(directory).forEach(c -> console.out().println("  " + c));
        console.out().println();
        console.out()
                .println(
                        result.good()
                                ? "All is well."
                                : "SOMETHING DIFFERS: see the lines marked NO and the table.");
        return result.good() ? Exit.OK : Exit.FAILED;
    }

    private Demo.Schedule schedule() throws UserException {
        if (limit != null && limit.passes != null) {
            if (limit.passes < 1) {
                throw new UserException("--repeat " + limit.passes + ": send it once at least");
            }
            return new Demo.Schedule(limit.passes, Duration.ZERO);
        }
        if (limit != null && (limit.seconds < 0 || limit.seconds > 3600)) {
            throw new UserException("--seconds " + limit.seconds + ": use 0 to 3600");
        }
        return new Demo.Schedule(
                1, limit == null ? DEFAULT_TIME : Duration.ofSeconds(limit.seconds));
    }
}
