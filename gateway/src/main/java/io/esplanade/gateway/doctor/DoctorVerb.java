package io.esplanade.gateway.doctor;

import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.gateway.Console;
import io.esplanade.gateway.Exit;
import io.esplanade.gateway.file.Gateway;
import io.esplanade.gateway.file.Providers;
import io.esplanade.gateway.file.RefusedException;
import io.esplanade.gateway.view.Json;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code esplanade doctor}. */
@Command(
        name = "doctor",
        header = "Say what this machine has for a gateway, what it lacks, and what to do.",
        description = {
            "",
            "Looks at processor, kernel, privileges and crypto libraries, measures each suite for a"
                    + " moment, and gives advice. Changes nothing and needs no privileges."
        })
public final class DoctorVerb implements Callable<Integer> {

    /** How long a measurement waits for bursts to become faster, ms. */
    private static final int MILLIS = 60;

    private static final int QUICK_MILLIS = 10;

    private final Console console;

    @Parameters(
            paramLabel = "FILE",
            arity = "0..1",
            description = "A gateway file, whose crypto section counts.")
    private Path file;

    @Option(
            names = "--all",
            description = "Measure every suite, not only those of RFC 8221's MUST and SHOULD.")
    private boolean all;

    @Option(names = "--quick", description = "Measure for a sixth of the time.")
    private boolean quick;

    @Option(names = "--json", description = "Print what was found as JSON, and nothing else.")
    private boolean json;

    public DoctorVerb(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, RefusedException, CryptoException {
        Diagnosis diagnosis;
        if (file == null) {
            diagnosis = examine(null);
        } else {
            try (Gateway gateway = Gateway.load(file)) {
                diagnosis = examine(gateway);
            }
        }
        if (json) {
            console.out().println(Json.write(diagnosis.json()));
        } else {
            diagnosis.lines().forEach(console.out()::println);
        }
        return Exit.OK;
    }

    private Diagnosis examine(Gateway gateway) throws CryptoException {
        Machine machine = new Machine(Path.of("/"));
        List<Finding> findings = new ArrayList<>(machine.findings());
        Libraries libraries = new Libraries(gateway, machine);
        findings.addAll(libraries.findings());
        Speeds speeds =
                new Speeds(
                        libraries.usable(),
                        gateway == null ? Providers.DEFAULT : gateway.provider(),
                        quick ? QUICK_MILLIS : MILLIS);
        return new Diagnosis(List.copyOf(findings), speeds.of(Speeds.suites(all)));
    }
}
