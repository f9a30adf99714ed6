package io.esplanade.engine.control;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;

/** A process of its own that reserves blocks from a store until it is killed, printing each. */
final class NonceStoreProcess implements AutoCloseable {

    static final int BLOCK = 1000;

    private final Process process;

    NonceStoreProcess(Path store) throws IOException {
        process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-cp",
                                root(FileNonceStore.class) + ":" + root(NonceStoreProcess.class),
                                NonceStoreProcess.class.getName(),
                                store.toString())
                        .redirectErrorStream(true)
                        .start();
    }

    /** The folder that a class was loaded from; a test's is not its module's. */
    private static String root(Class<?> type) {
        String name = type.getName().replace('.', '/') + ".class";
        String path = type.getResource("/" + name).getPath();
        return path.substring(0, path.length() - name.length());
    }

    BufferedReader output() {
        return process.inputReader();
    }

    /** SIGKILL, and waits until it is gone. */
    void kill() throws InterruptedException {
        // Not Process.destroyForcibly, which closes the output as well.
        process.toHandle().destroyForcibly();
        process.waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    static byte[] fingerprint(int n) {
        byte[] fingerprint = new byte[NonceStore.FINGERPRINT_LENGTH];
        fingerprint[0] = (byte) n;
        return fingerprint;
    }

    public static void main(String[] args) {
        try (FileNonceStore store = FileNonceStore.open(Path.of(args[0]))) {
            for (int i = 0; ; i++) {
                long first = store.reserve(fingerprint(i % 2), 1, BLOCK);
                System.out.println(i % 2 + " " + first + " reserved");
            }
        } catch (IOException e) {
            System.out.println("refused: " + e.getMessage());
        }
    }
}
