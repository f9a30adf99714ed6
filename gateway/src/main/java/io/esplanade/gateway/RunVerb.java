package io.esplanade.gateway;

import io.esplanade.gateway.file.Gateway;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.concurrent.Callable;

/** {@code esplanade run}. */
@Command(
        name = "run",
        header = "Run a gateway until SIGTERM or SIGINT.",
        description = {
            "",
            "Starts what the file says, reports it, and goes on until SIGTERM or SIGINT (Ctrl-C);"
                    + " then drains what is under way, closes, and prints a last table. If all its"
                    + " ports are captures, it ends by itself when they have been read."
        })
final class RunVerb implements Callable<Integer> {

    private final Console console;
    private final Termination termination;

    @Mixin private GatewayOptions options;

    @Option(
            names = "--allow-heap-keys",
            description =
                    "Let --provider jce be used although its keys are on the Java heap, where they"
                            + " can be copied and swapped.")
    private boolean allowHeapKeys;

    RunVerb(Console console, Termination termination) {
        this.console = console;
        this.termination = termination;
    }

    @Override
    public Integer call() throws Exception {
        try (Gateway gateway = options.load(console)) {
            boolean named = gateway.provider().equals("jce"); // for one tunnel is not for all
            if ("jce".equals(options.provider()) && !named && !allowHeapKeys) {
                throw new UserException(
                        "the provider jce keeps keys on the Java heap: add --allow-heap-keys, name"
                                + " it in the gateway file (crypto: { provider: jce }), or use"
                                + " openssl");
            }
            Operation operation = new Operation(gateway, options.provider(), console, termination);
            operation.run(console.out());
            operation.report().lines().forEach(console.out()::println);
            return operation.exitCode();
        }
    }
}
