package io.esplanade.gateway;

import io.esplanade.gateway.file.Gateway;
import io.esplanade.gateway.view.Json;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code esplanade pcap}. */
@Command(
        name = "pcap",
        header = "Run a gateway over captures until they have been read.",
        description = {
            "",
            "For gateway files all of whose ports have 'type: pcap'. Needs no privileges. Ends when"
                    + " every capture has been read and every packet is written or dropped by name;"
                    + " Ctrl-C ends it earlier."
        })
final class PcapVerb implements Callable<Integer> {

    private final Console console;
    private final Termination termination;

    @Mixin private GatewayOptions options;

    @Option(
            names = "--json",
            description =
                    "Print every counter, drop reason and SA state at the end as JSON, and nothing"
                            + " else on standard output.")
    private boolean json;

    PcapVerb(Console console, Termination termination) {
        this.console = console;
        this.termination = termination;
    }

    @Override
    public Integer call() throws Exception {
        try (Gateway gateway = options.load(console)) {
            List<String> others = gateway.portsOtherThan("pcap");
            if (!others.isEmpty()) {
                throw new UserException(
                        "port %s is no capture: use 'esplanade run %s'"
                                .formatted(String.join(", ", others), options.file()));
            }
            Operation operation =
                    new Operation(
                            gateway,
                            options.provider(),
                            console,
                            termination,
                            Operation.Companion.NONE);
            operation.run(json ? new PrintWriter(Writer.nullWriter()) : console.out());
            if (json) {
                console.out().println(Json.write(operation.report().json()));
            } else {
                operation.report().lines().forEach(console.out()::println);
            }
            return operation.exitCode();
        }
    }
}
