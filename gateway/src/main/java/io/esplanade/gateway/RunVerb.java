package io.esplanade.gateway;

import io.esplanade.engine.WarmUp;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.gateway.file.Gateway;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/** {@code esplanade run}. */
@Command(
        name = "run",
        header = "Run a gateway until SIGTERM or SIGINT.",
        description = {
            "",
            "Starts what the file says, reports it, and goes on until SIGTERM or SIGINT (Ctrl-C);"
                    + " then drains what is under way, closes, and prints a last table. If all its"
                    + " ports are captures, it ends by itself when they have been read.",
            "",
            "SIGHUP has it read the file again and make the changes of routes, tunnels and policies"
                + " without losing a packet. A file that is wrong, or changes what only a restart"
                + " can change, is refused and nothing changes. A service manager is told by"
                + " NOTIFY_SOCKET when it is ready, how it goes, and that it lives."
        })
final class RunVerb implements Callable<Integer> {

    private static final int LONGEST_WARM_UP = 60;

    private final Console console;
    private final Termination termination;

    @Mixin private GatewayOptions options;

    @Option(
            names = "--allow-heap-keys",
            description =
                    "Let --provider jce be used although its keys are on the Java heap, where they"
                            + " can be copied and swapped.")
    private boolean allowHeapKeys;

    @Option(
            names = "--user",
            paramLabel = "NAME",
            description =
                    "Run as this user, with only those capabilities that the file's ports need, and"
                            + " none to be gained. Started by root through ./esplanade.")
    private String user;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            defaultValue = "0",
            description =
                    "For so long, before its ports are opened, have two gateways in memory exchange"
                        + " packets and change keys, so that the JIT has compiled what packets meet"
                        + " on their way. Default: ${DEFAULT-VALUE}.")
    private int warmUp;

    @Option(names = "--privileges", hidden = true) // tools/launch asks
    private boolean privileges;

    RunVerb(Console console, Termination termination) {
        this.console = console;
        this.termination = termination;
    }

    @Override
    public Integer call() throws Exception {
        if (privileges) {
            return printPrivileges();
        }
        if (user != null && !user.equals(System.getProperty("user.name"))) {
            throw new UserException(
                    "this process is not of user %s, and cannot become it: start it by ./esplanade"
                            .formatted(user));
        }
        try (Gateway gateway = options.load(console)) {
            boolean named = gateway.provider().equals("jce"); // for one tunnel is not for all
            if ("jce".equals(options.provider()) && !named && !allowHeapKeys) {
                throw new UserException(
                        "the provider jce keeps keys on the Java heap: add --allow-heap-keys, name"
                                + " it in the gateway file (crypto: { provider: jce }), or use"
                                + " openssl");
            }
            warmUp(gateway);
            try (Daemon daemon = new Daemon(gateway, options, console)) {
                Operation operation =
                        new Operation(gateway, options.provider(), console, termination, daemon);
                operation.run(console.out());
                operation.report().lines().forEach(console.out()::println);
                return operation.exitCode();
            }
        }
    }

    private void warmUp(Gateway gateway) throws UserException {
        if (warmUp < 0 || warmUp > LONGEST_WARM_UP) {
            throw new UserException("--warm-up: 0 to %d seconds".formatted(LONGEST_WARM_UP));
        }
        if (warmUp > 0 && gateway.suite().isPresent()) {
            String asked = options.provider();
            String provider = asked != null ? asked : gateway.provider();
            Suite suite = gateway.suite().get();
            long packets =
                    WarmUp.run(gateway.runtime(), suite, provider, Duration.ofSeconds(warmUp));
            console.out().println("warmed up by %,d packets of %s".formatted(packets, suite));
            console.out().flush();
        }
    }

    /** What the ports need, in the form in which setpriv(1) takes what is kept. */
    private int printPrivileges() throws Exception {
        try (Gateway gateway = Gateway.load(options.file())) {
            String kept =
                    gateway.capabilities().stream()
                            .map(c -> ",+" + c)
                            .collect(Collectors.joining());
            console.out().println("-all" + kept);
            return Exit.OK;
        }
    }
}
