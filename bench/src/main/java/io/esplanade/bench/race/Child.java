package io.esplanade.bench.race;

import io.esplanade.bench.text.JsonObject;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A JVM with one setting, so that no setting meets what the JIT learned from another. It is killed
 * if this process ends, however that comes about, and if the thread that started it does.
 */
final class Child implements Racer {

    /** What an answer may take besides what was asked for: a JVM that starts, ten thousand SAs. */
    private static final int GRACE_MILLIS = 60_000;

    private static final int HEAP = 128;
    private static final int LARGE_HEAP = 512;

    // What a JVM and a gateway take besides the heap, and a thread's mbufs, MB.
    private static final int OFF_HEAP = 120;
    private static final int THREAD = 10;

    private static final int TOLD = 2000;
    private static final String END = "";

    private final Request request;
    private final Process process;
    private final Thread killer;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final StringBuffer errors = new StringBuffer();
    private final Thread errorReader;

    private Child(Request request) throws IOException {
        this.request = request;
        process = new ProcessBuilder(command(request)).start();
        killer = new Thread(process::destroyForcibly);
        reader("child-out", process.getInputStream(), answers::add, () -> answers.add(END));
        errorReader =
                reader(
                        "child-err",
                        process.getErrorStream(),
                        line -> errors.append(line).append('\n'),
                        () -> {});
    }

    /**
     * Starts it and waits until it is warm.
     *
     * @throws FailedException if it did not become so: the message is what it said
     */
    static Child start(Request request) throws FailedException, InterruptedException {
        Child child;
        try {
            child = new Child(request);
        } catch (IOException e) {
            throw new FailedException("the JVM did not start: " + e.getMessage());
        }
        boolean warm = false;
        try {
            Runtime.getRuntime().addShutdownHook(child.killer);
            child.answer(request.timing().mostWarmUpMillis());
            warm = true;
            return child;
        } finally {
            if (!warm) {
                child.close();
            }
        }
    }

    /** The memory that a child with {@code setting} takes, about. */
    static int megabytes(Setting setting) {
        return heap(setting) + OFF_HEAP + THREAD * setting.threads();
    }

    private static int heap(Setting setting) {
        return setting.garbage() > 0 ? LARGE_HEAP : HEAP;
    }

    private static List<String> command(Request request) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        int heap = heap(request.setting());
        command.addAll(List.of("-Xms" + heap + "m", "-Xmx" + heap + "m", "-XX:+AlwaysPreTouch"));
        command.add(request.setting().collector().option());
        command.add(
                "-XX:ObjectAlignmentInBytes=64"); // a cache line for each, as the command has it
        command.addAll(List.of("-XX:-CreateCoredumpOnCrash", "-XX:-UsePerfData"));
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(RaceRun.class.getName(), request.toJson()));
        return command;
    }

    private static Thread reader(
            String name, InputStream stream, Consumer<String> line, Runnable end) {
        Thread reader =
                new Thread(
                        () -> {
                            try (BufferedReader lines =
                                    new BufferedReader(
                                            new InputStreamReader(
                                                    stream, StandardCharsets.UTF_8))) {
                                lines.lines().forEach(line);
                            } catch (IOException | UncheckedIOException e) {
                                // The process was killed: what it said is all there is.
                            } finally {
                                end.run();
                            }
                        },
                        name);
        reader.setDaemon(true);
        reader.start();
        return reader;
    }

    /** Its process. */
    ProcessHandle process() {
        return process.toHandle();
    }

    @Override
    public void stop() {
        Signals.stop(process);
    }

    @Override
    public void resume() {
        Signals.resume(process);
    }

    @Override
    public void slice() throws FailedException, InterruptedException {
        try {
            process.outputWriter(StandardCharsets.UTF_8).append('\n').flush();
        } catch (IOException e) {
            throw failed(); // the pipe is closed: it has ended
        }
        Timing timing = request.timing();
        answer(timing.settleMillis() + timing.measuredMillis());
    }

    @Override
    public RunResult end() throws FailedException, InterruptedException {
        try {
            process.outputWriter(StandardCharsets.UTF_8).close();
        } catch (IOException e) {
            throw failed();
        }
        try {
            return RunResult.from(JsonObject.read(answer(0)));
        } catch (IllegalArgumentException e) {
            throw new FailedException(e.getMessage());
        }
    }

    /** Its next answer, which is due in {@code millis}. */
    private String answer(int millis) throws FailedException, InterruptedException {
        String answer = answers.poll(millis + GRACE_MILLIS, TimeUnit.MILLISECONDS);
        if (answer == null) {
            throw new FailedException(
                    "did not answer within %d s".formatted((millis + GRACE_MILLIS) / 1000));
        }
        if (answer.equals(END)) {
            throw failed();
        }
        return answer;
    }

    private FailedException failed() throws InterruptedException {
        process.destroyForcibly().waitFor();
        errorReader.join(1000);
        String said = errors.toString().strip();
        return new FailedException(
                said.isEmpty()
                        ? "ended with code " + process.exitValue()
                        : said.substring(Math.max(0, said.length() - TOLD)));
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
        try {
            Runtime.getRuntime().removeShutdownHook(killer);
        } catch (IllegalStateException e) {
            // This process is ending: the hook has run, or this was its work.
        }
    }
}
