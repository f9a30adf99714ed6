package io.esplanade.gateway;

import io.esplanade.gateway.file.Gateway;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.concurrent.Callable;

/** {@code esplanade check}. */
@Command(
        name = "check",
        header = "Say everything that is wrong with a gateway file.",
        description = {
            "",
            "Reads the file and its keys, opens nothing, and lists every problem as",
            "FILE:LINE:COLUMN: error: what is wrong, with a remedy below. Exits with 1 if there is"
                    + " an error; warnings alone are no reason to refuse."
        })
final class CheckVerb implements Callable<Integer> {

    private final Console console;

    @Parameters(paramLabel = "FILE", description = "The gateway file.")
    private Path file;

    CheckVerb(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws Exception {
        try (Gateway gateway = Gateway.load(file)) {
            gateway.warnings().forEach(w -> console.err().println(w.text(file.toString())));
            console.out().println(file + ": gateway " + gateway.name() + " is sound");
            gateway.summary().forEach(line -> console.out().println("  " + line));
        }
        return Exit.OK;
    }
}
