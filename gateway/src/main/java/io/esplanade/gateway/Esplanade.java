package io.esplanade.gateway;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The command itself: what its help teaches. */
@Command(
        name = "esplanade",
        header = "A userspace IPsec (ESP) gateway.",
        synopsisHeading = "%nUsage: ",
        customSynopsis = "esplanade VERB [OPTIONS] [FILE]",
        descriptionHeading = "%n",
        description = {
            "Packets enter by ports, are routed, meet policies, and go through ESP tunnels to other"
                    + " gateways and back. What a gateway does is said in a gateway file."
        },
        commandListHeading = "%nVerbs:%n",
        optionListHeading = "%nOptions of every verb:%n")
final class Esplanade {

    @Option(
            names = "--debug",
            scope = ScopeType.INHERIT,
            description = "Show stack traces of errors.")
    private boolean debug;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show help, of a verb if one is named.")
    private boolean help;

    /** What the help says behind the verbs: how to begin, an example, terms. */
    static String[] footer() {
        try (InputStream in = Esplanade.class.getResourceAsStream("help.txt")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return text.replace("%", "%%").split("\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean debug() {
        return debug;
    }
}
