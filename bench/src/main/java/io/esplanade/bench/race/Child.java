package io.esplanade.bench.race;

import io.esplanade.bench.text.JsonObject;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Runs one setting in a JVM of its own, so that no run meets what the JIT learned from another. All
 * children have the same heap and the same CPUs, those of this process.
 */
final class Child {

    /** What a run may take besides its timing: a JVM that starts, ten thousand SAs. */
    private static final int GRACE_MILLIS = 60_000;

    private static final int TOLD = 2000;

    private Child() {}

    /**
     * Measures, and waits for it.
     *
     * @throws FailedException if the child did not bring a result: the message is what it said
     */
    static RunResult run(Request request) throws FailedException, InterruptedException {
        try {
            Process process = new ProcessBuilder(command(request)).start();
            Thread killer = new Thread(process::destroyForcibly);
            Runtime.getRuntime().addShutdownHook(killer);
            try {
                return result(process, request.timing());
            } finally {
                process.destroyForcibly();
                Runtime.getRuntime().removeShutdownHook(killer);
            }
        } catch (IOException e) {
            throw new FailedException("the JVM did not start: " + e.getMessage());
        }
    }

    private static List<String> command(Request request) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch"));
        command.add(request.setting().collector().option());
        command.addAll(List.of("-XX:-CreateCoredumpOnCrash", "-XX:-UsePerfData"));
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(RaceRun.class.getName(), request.toJson()));
        return command;
    }

    private static RunResult result(Process process, Timing timing)
            throws FailedException, InterruptedException {
        CompletableFuture<String> out = read(process.getInputStream());
        CompletableFuture<String> err = read(process.getErrorStream());
        long millis = timing.warmUpMillis() + timing.measuredMillis() + GRACE_MILLIS;
        if (!process.waitFor(millis, TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
            throw new FailedException("did not end within %d s".formatted(millis / 1000));
        }
        if (process.exitValue() != 0) {
            String said = err.join().strip();
            throw new FailedException(said.substring(Math.max(0, said.length() - TOLD)));
        }
        try {
            return RunResult.from(JsonObject.read(out.join()));
        } catch (IllegalArgumentException e) {
            throw new FailedException(e.getMessage());
        }
    }

    private static CompletableFuture<String> read(InputStream stream) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try (stream) {
                        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    /** A run that brought no result. */
    static final class FailedException extends Exception {
        private static final long serialVersionUID = 1;

        FailedException(String message) {
            super(message);
        }
    }
}
