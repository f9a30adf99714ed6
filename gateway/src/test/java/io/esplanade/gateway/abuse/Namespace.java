package io.esplanade.gateway.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.ffi.linux.Syscalls;
import io.esplanade.ffi.linux.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A network namespace, held by a process that sleeps in it and gone with it. Needs root. */
final class Namespace implements AutoCloseable {

    private static final long SYS_SETNS =
            System.getProperty("os.arch").equals("aarch64") ? 268 : 308;

    private final Process holder;
    private final ExecutorService thread = Executors.newSingleThreadExecutor();

    Namespace() throws IOException {
        holder = new ProcessBuilder("unshare", "--net", "sh", "-c", "echo; exec sleep 1d").start();
        assertThat(holder.inputReader().readLine()).as("a namespace").isNotNull();
        call(this::enter);
        ip("link set lo up");
    }

    private Void enter() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom("/proc/" + pid() + "/ns/net");
            int fd = Syscalls.open(path, linux.O_RDONLY() | linux.O_CLOEXEC());
            assertThat(fd).isNotNegative();
            assertThat(Syscalls.syscall(SYS_SETNS, fd, MemorySegment.NULL, 0)).isZero();
            Syscalls.close(fd);
            return null;
        }
    }

    /** Of the process that is in it, by which {@code ip link set ... netns} knows it. */
    long pid() {
        return holder.pid();
    }

    /** Calls something by a thread that is in it, such as to open a socket there. */
    <T> T call(Callable<T> what) {
        try {
            return thread.submit(what).get();
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Runs {@code ip} in it, whether it succeeds or not. */
    void tryIp(String arguments) {
        ipStatus(arguments);
    }

    /** Runs {@code ip} in it, which must succeed. */
    void ip(String arguments) {
        assertThat(ipStatus(arguments)).as("ip " + arguments).isZero();
    }

    /** Sets one of the kernel's settings under {@code net}. */
    void sysctl(String name, int value) {
        String echo = "echo %d >/proc/sys/net/%s".formatted(value, name);
        assertThat(status(List.of("sh", "-c", echo))).as(echo).isZero();
    }

    private int ipStatus(String arguments) {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(Arrays.asList(arguments.split(" ")));
        return status(command);
    }

    private int status(List<String> command) {
        try {
            return command(command).redirectErrorStream(true).start().waitFor();
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A command that will run in it; its process is the command's own. */
    ProcessBuilder command(List<String> command) {
        List<String> inside =
                new ArrayList<>(List.of("nsenter", "--net=/proc/" + pid() + "/ns/net"));
        inside.addAll(command);
        return new ProcessBuilder(inside);
    }

    @Override
    public void close() {
        thread.close();
        holder.destroyForcibly();
    }
}
