package io.esplanade.engine.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.esplanade.ffi.linux.Syscalls;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A network namespace without a name: it is that of one thread, of the threads and processes that
 * this one starts, and gone with them.
 */
public final class NetworkNamespace implements AutoCloseable {

    private static final long CLONE_NEWNET = 0x4000_0000;
    private static final long SYS_UNSHARE =
            System.getProperty("os.arch").equals("aarch64") ? 97 : 272;

    private static final long SYS_GETTID =
            System.getProperty("os.arch").equals("aarch64") ? 178 : 186;

    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final long threadId =
            call(() -> Syscalls.syscall(SYS_GETTID, 0L, MemorySegment.NULL, 0L));

    private NetworkNamespace() {}

    /** A new one, with its loopback device up; where that is not allowed the test is skipped. */
    public static NetworkNamespace create() {
        NetworkNamespace namespace = new NetworkNamespace();
        long result =
                namespace.call(
                        () -> Syscalls.syscall(SYS_UNSHARE, CLONE_NEWNET, MemorySegment.NULL, 0L));
        if (result < 0) {
            namespace.close();
            String missing = "this needs root: it makes a network namespace";
            if ("true".equals(System.getenv("CI"))) {
                fail(missing);
            }
            System.err.println("WARNING: the Linux kernel's networking is NOT tested: " + missing);
            assumeTrue(false, missing);
        }
        namespace.ip("link set lo up");
        return namespace;
    }

    /** What {@code ip link set DEVICE netns} and others know it by. */
    public String path() {
        return "/proc/%d/task/%d/ns/net".formatted(ProcessHandle.current().pid(), threadId);
    }

    /** Skips the test where the kernel has no devices of this type. */
    public void assumeDevices(String type) {
        try {
            ip("link add probe type " + type + (type.equals("vrf") ? " table 9" : ""));
        } catch (AssertionError e) {
            String missing = "this kernel has no devices of type " + type;
            System.err.println("WARNING: " + type + " is NOT tested: " + missing);
            assumeTrue(false, missing);
        }
        ip("link del probe");
    }

    /** Calls something by the namespace's thread. */
    public <T> T call(Callable<T> what) {
        try {
            return thread.submit(what).get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case Throwable cause -> throw new AssertionError(cause);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Runs something by the namespace's thread. */
    public void run(Runnable what) {
        call(Executors.callable(what));
    }

    /** Runs {@code ip} of iproute2 here, which must succeed, and answers what it printed. */
    public String ip(String arguments) {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments.split(" ")));
        return call(() -> run(command));
    }

    /** Runs a line of the shell here, which must succeed, and answers what it printed. */
    public String sh(String line) {
        return call(() -> run(List.of("sh", "-c", line)));
    }

    /** Runs several {@code ip} commands by one process, a line each. */
    public void batch(String lines) {
        call(
                () -> {
                    Process process =
                            new ProcessBuilder("ip", "-batch", "-")
                                    .redirectErrorStream(true)
                                    .start();
                    try (var in = process.outputWriter()) {
                        in.write(lines);
                    }
                    String said = new String(process.getInputStream().readAllBytes());
                    assertThat(process.waitFor()).as(said).isZero();
                    return said;
                });
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as("%s: %s", command, said).isZero();
        return said;
    }

    @Override
    public void close() {
        thread.close();
    }
}
