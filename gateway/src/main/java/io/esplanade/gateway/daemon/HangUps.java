package io.esplanade.gateway.daemon;

import io.esplanade.engine.os.OsException;
import io.esplanade.ffi.linux.Syscalls;
import io.esplanade.ffi.linux.linux;
import io.esplanade.ffi.linux.signalfd_siginfo;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * SIGHUP as something to read, by signalfd(2). One thread.
 *
 * <p>Java has no API for signals but the shutdown hook, which SIGHUP would run too. So it must come
 * to no thread at all: whoever starts the JVM has it blocked and ignored ({@code env
 * --block-signal=HUP --ignore-signal=HUP}, as {@code ./esplanade run} does). A JVM leaves an
 * ignored SIGHUP alone, its threads inherit the mask, and Linux keeps a blocked signal for the
 * descriptor even if it is ignored. However many come before one is read, they are one.
 */
public final class HangUps implements AutoCloseable {

    private static final int SIGSET_SIZE = 128; // glibc's sigset_t

    private final int fd;

    private HangUps(int fd) {
        this.fd = fd;
    }

    /**
     * Nothing where SIGHUP is not blocked, and so ends the process.
     *
     * @throws OsException if there is no descriptor to be had
     */
    public static Optional<HangUps> open() {
        if (!ProcessStatus.ofThisThread().blocks(linux.SIGHUP())) {
            return Optional.empty();
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment set = arena.allocate(SIGSET_SIZE, Long.BYTES);
            Syscalls.sigemptyset(set);
            Syscalls.sigaddset(set, linux.SIGHUP());
            int fd = Syscalls.signalfd(-1, set, linux.SFD_CLOEXEC() | linux.SFD_NONBLOCK());
            if (fd < 0) {
                throw new OsException("cannot take SIGHUP from a descriptor", -fd);
            }
            return Optional.of(new HangUps(fd));
        }
    }

    /** Whether there was one since last asked. */
    public boolean take() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment signal = signalfd_siginfo.allocate(arena);
            return Syscalls.read(fd, signal, signalfd_siginfo.sizeof()) > 0;
        }
    }

    @Override
    public void close() {
        Syscalls.close(fd);
    }
}
