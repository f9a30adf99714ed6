package io.esplanade.gateway;

import io.esplanade.gateway.file.Gateway;
import io.esplanade.gateway.file.RefusedException;

import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;

/** What the verbs that run a gateway file have in common. */
final class GatewayOptions {

    @Parameters(paramLabel = "FILE", description = "The gateway file.")
    private Path file;

    @Option(
            names = "--provider",
            paramLabel = "NAME",
            description =
                    "Use this crypto provider, whatever the file and its tunnels say:"
                            + " openssl, ipsec-mb or jce.")
    private String provider;

    Path file() {
        return file;
    }

    /** The provider asked for, or null for the file's. */
    String provider() {
        return provider;
    }

    /** Loads the file and prints its warnings. */
    Gateway load(Console console) throws RefusedException {
        Gateway gateway = Gateway.load(file);
        gateway.warnings().forEach(w -> console.err().println(w.text(file.toString())));
        return gateway;
    }
}
