package io.esplanade.bench;

import io.esplanade.bench.race.Machine;
import io.esplanade.bench.race.Plan;
import io.esplanade.bench.race.Race;
import io.esplanade.bench.race.Results;
import io.esplanade.bench.report.Report;
import io.esplanade.bench.text.ProgressLine;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZonedDateTime;

/** {@code esplanade bench}. */
@Command(
        name = "esplanade bench",
        header = "Races the three designs on this machine and writes a report.",
        synopsisHeading = "%nUsage: ",
        descriptionHeading = "%n",
        description = {
            "The same packet code under one giant lock, with fine-grained locks, and in per-core"
                + " lanes: by threads, frame sizes, ciphers and numbers of SAs; one SA over several"
                + " cores; latency. Each setting has a JVM of its own; the JVMs of those that are"
                + " compared take turns. Takes about 25 minutes, with --quick 3; do nothing else on"
                + " the machine meanwhile, and start it under taskset to spare some CPUs.",
            "",
            "Leaves report.html, report.json and the charts as SVG in a folder."
        },
        optionListHeading = "%nOptions:%n",
        commandListHeading = "%nInstead of the race:%n",
        subcommands = {
            BenchHostile.class,
            BenchLanes.class,
            BenchLineRate.class,
            BenchRekeys.class,
            BenchWire.class
        })
public final class Bench extends BenchVerb {

    @Option(names = "--quick", description = "The main points only, in three minutes.")
    private boolean quick;

    @Option(
            names = {"--out", "--output"},
            paramLabel = "FOLDER",
            defaultValue = "esplanade-bench",
            description = "Where to leave the report. Default: ${DEFAULT-VALUE}.")
    private Path folder;

    @Option(names = "--debug", description = "Show stack traces of errors.")
    private boolean debug;

    public static void main(String[] args) {
        System.exit(run(args));
    }

    /** Runs the command in this process; the exit code is the answer. */
    static int run(String... args) {
        Bench bench = new Bench();
        CommandLine line = new CommandLine(bench).setUsageHelpWidth(100);
        line.setExecutionExceptionHandler((e, _, _) -> bench.explain(e, line));
        return line.execute(args);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Files.createDirectories(folder); // now, not in 25 minutes, is the time to say that it fails
        Machine machine = Machine.here();
        System.err.printf(
                "%s, %d cores: %s race. Leave the machine alone meanwhile.%n",
                machine.cpu(), machine.cores(), quick ? "quick" : "full");
        Results results;
        boolean live = System.console() != null && System.console().isTerminal();
        try (ProgressLine progress = new ProgressLine(System.err, live)) {
            results = new Race(Plan.of(quick, machine.cores()), machine, progress).run();
        }
        Report report = new Report(results, ZonedDateTime.now());
        Path page = report.write(folder);
        report.summary().forEach(System.out::println);
        System.out.println();
        System.out.println("The report: " + page.toAbsolutePath());
        return results.failures() == 0 ? 0 : 1;
    }

    private int explain(Exception e, CommandLine line) {
        if (debug) {
            e.printStackTrace(line.getErr());
        }
        boolean users = e instanceof IOException;
        line.getErr().println("esplanade: " + (users ? "" : "internal error: ") + e);
        return users ? 1 : 70;
    }
}
