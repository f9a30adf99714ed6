package io.esplanade.engine.abuse;

import com.lmax.disruptor.RingBuffer;

import io.esplanade.engine.Engine;
import io.esplanade.ffi.openssl.libcrypto;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A main class of the tests in a JVM of its own, on the class path; closing it kills it. */
final class ForkedJvm implements AutoCloseable {

    private final Process process;
    private final BufferedReader output;

    private ForkedJvm(Process process) {
        this.process = process;
        output = process.inputReader();
    }

    /** Starts {@code main}; its errors go where ours do. */
    static ForkedJvm start(Class<?> main, Object... arguments) throws IOException {
        return start(List.of(), main, arguments);
    }

    /** The same with more options for the JVM. */
    static ForkedJvm start(List<String> options, Class<?> main, Object... arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of("-Xmx128m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"));
        command.addAll(options);
        command.addAll(
                List.of("-cp", classPath(main, Engine.class, RingBuffer.class, libcrypto.class)));
        command.add(main.getName());
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("MALLOC_ARENA_MAX", "1"); // so that its RSS means something
        return new ForkedJvm(builder.redirectError(ProcessBuilder.Redirect.INHERIT).start());
    }

    private static String classPath(Class<?>... classes) {
        List<String> roots = new ArrayList<>();
        for (Class<?> type : classes) {
            roots.add(root(type).toString());
        }
        return String.join(File.pathSeparator, roots);
    }

    /** Where a class is: asked of the class file, because tests are patched into their module. */
    private static Path root(Class<?> type) {
        String file = type.getName().replace('.', '/') + ".class";
        String url = type.getResource("/" + file).toString();
        String root = url.substring(0, url.length() - file.length());
        if (root.startsWith("jar:")) {
            root = root.substring("jar:".length(), root.indexOf("!/"));
        }
        return Path.of(URI.create(root));
    }

    /** The next line it prints, or null when it has ended. */
    String readLine() throws IOException {
        return output.readLine();
    }

    /** Waits for its end; says with what status. */
    int await() throws InterruptedException {
        return process.waitFor();
    }

    /** SIGKILL: it gets no chance to put anything in order. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
