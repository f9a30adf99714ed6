package io.esplanade.gateway.lab;

import io.esplanade.gateway.UserException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Programs of the system that the laboratory is made with. */
final class Commands {

    private Commands() {}

    /**
     * What a program printed, and how it ended.
     *
     * @param text what it printed, errors included
     */
    record Result(int status, String text) {

        boolean good() {
            return status == 0;
        }
    }

    /** Runs a program to its end. */
    static Result run(List<String> command) throws IOException, InterruptedException {
        return run(command, "");
    }

    /** The same, with something to read. */
    static Result run(List<String> command, String input) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var in = process.outputWriter()) {
            in.write(input);
        } catch (IOException e) {
            // it does not read
        }
        String text = new String(process.getInputStream().readAllBytes());
        return new Result(process.waitFor(), text);
    }

    /** Runs lines of {@code ip -batch}. */
    static void ip(List<String> lines) throws IOException, InterruptedException, UserException {
        Result result = run(List.of("ip", "-batch", "-"), String.join("\n", lines) + "\n");
        if (!result.good()) {
            throw new UserException("ip: " + result.text().strip());
        }
    }

    /** A program in a namespace. */
    static List<String> in(String namespace, List<String> command) {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        all.addAll(command);
        return all;
    }

    /** Whether there is such a program. */
    static boolean has(String program) throws IOException, InterruptedException {
        return run(List.of("sh", "-c", "command -v " + program)).good();
    }

    /** Refuses to go on without a program. */
    static void need(String program, String debianPackage)
            throws IOException, InterruptedException, UserException {
        if (!has(program)) {
            throw new UserException(
                    "the laboratory needs %s: apt-get install -y %s"
                            .formatted(program, debianPackage));
        }
    }
}
