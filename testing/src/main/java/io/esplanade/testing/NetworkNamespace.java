package io.esplanade.testing;

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

    private static final boolean AARCH64 = System.getProperty("os.arch").equals("aarch64");
    private static final long SYS_UNSHARE = AARCH64 ? 97 : 272;
    private static final long SYS_GETTID = AARCH64 ? 178 : 186;
    private static final long CLONE_NEWNET = 0x4000_0000;

    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final long threadId = call(() -> syscall(SYS_GETTID, 0));

    private NetworkNamespace() {}

    private static long syscall(long number, long argument) {
        return Syscalls.syscall(number, argument, MemorySegment.NULL, 0L);
    }

    /** A new one, with its loopback device up; where that is not allowed the test is skipped. */
    public static NetworkNamespace create() {
        NetworkNamespace namespace = new NetworkNamespace();
        boolean made = namespace.call(() -> syscall(SYS_UNSHARE, CLONE_NEWNET)) >= 0;
        if (!made) {
            namespace.close();
        }
        Requirement.check(
                made,
                "what goes through the Linux kernel's networking",
                "root, to make network namespaces and devices");
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
            System.err.println("WARNING: NOT TESTED: " + type + ": " + missing);
            assumeTrue(false, missing);
        }
        ip("link del probe");
    }

    /** Calls something by the namespace's thread, such as to open a socket there. */
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

    /** Starts a program here, whose errors go where its output goes; the caller ends it. */
    public Process start(List<String> command) {
        return call(() -> new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    /** Runs a line of the shell here, which must succeed, and answers what it printed. */
    public String sh(String line) {
        return finish(start(List.of("sh", "-c", line)), line, "");
    }

    /** Runs {@code ip} of iproute2 here, which must succeed, and answers what it printed. */
    public String ip(String arguments) {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments.split(" ")));
        return finish(start(command), "ip " + arguments, "");
    }

    /** Runs several {@code ip} commands by one process, a line each. */
    public void batch(String lines) {
        finish(start(List.of("ip", "-batch", "-")), lines, lines);
    }

    private static String finish(Process process, String command, String input) {
        try {
            try (var in = process.outputWriter()) {
                in.write(input);
            }
            String said = new String(process.getInputStream().readAllBytes());
            if (process.waitFor() != 0) {
                throw new AssertionError(command + ": " + said);
            }
            return said;
        } catch (IOException e) {
            throw new AssertionError(command, e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        thread.close();
    }
}
