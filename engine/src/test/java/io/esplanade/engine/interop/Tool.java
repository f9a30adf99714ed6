package io.esplanade.engine.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.testing.Requirement;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A program that is not ours. Where it is missing the test is skipped, which is said aloud; in
 * continuous integration (CI=true) that is a failure.
 */
public final class Tool {

    private static final long LIMIT_SECONDS = 120;

    private final List<String> command;

    private Tool(List<String> command) {
        this.command = command;
    }

    public static Tool tshark() {
        return new Tool(List.of(find(List.of("--version"), "tshark", "tshark")));
    }

    /** A script beside this class, to be run by a Python that has scapy. */
    static Tool scapy(String script, Path directory) throws IOException {
        String probe = "import cryptography; from scapy.layers.ipsec import ESP";
        String python = find(List.of("-c", probe), "python3-scapy python3-cryptography", "python3");
        Path copy = directory.resolve(script);
        try (InputStream source = Tool.class.getResourceAsStream(script)) {
            Files.copy(source, copy);
        }
        return new Tool(List.of(python, copy.toString()));
    }

    /** The first of the program's places where it passes the probe: Debian's own comes first. */
    private static String find(List<String> probe, String packages, String program) {
        for (String candidate : List.of("/usr/bin/" + program, program)) {
            List<String> command = new ArrayList<>(List.of(candidate));
            command.addAll(probe);
            if (works(command)) {
                return candidate;
            }
        }
        Requirement.check(false, "agreement with " + packages, "apt-get install -y " + packages);
        throw new AssertionError("not reached");
    }

    private static boolean works(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false; // not there
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What one run of a program printed. */
    public record Output(List<String> lines, String errors) {}

    /** Runs it to its end, which must be a good one. */
    public Output run(Path directory, Map<String, String> environment, Object... arguments)
            throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(command);
        Stream.of(arguments).map(Object::toString).forEach(all::add);
        Path out = Files.createTempFile(directory, "out", "");
        Path err = Files.createTempFile(directory, "err", "");
        ProcessBuilder builder =
                new ProcessBuilder(all)
                        .directory(directory.toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS))
                    .as("%s ends within %d s", all, LIMIT_SECONDS)
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        String errors = Files.readString(err);
        assertThat(process.exitValue()).as("%s: %s", all, errors).isZero();
        return new Output(Files.readAllLines(out), errors);
    }
}
