package io.esplanade.gateway.daemon;

import io.esplanade.engine.os.Errno;
import io.esplanade.ffi.linux.Syscalls;
import io.esplanade.ffi.linux.linux;
import io.esplanade.ffi.linux.sockaddr_un;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Tells the service manager how the service is, as sd_notify(3) says: a datagram to the socket that
 * {@code NOTIFY_SOCKET} names, in the file system or, with an {@code @} before it, abstract. Where
 * there is none, nobody is told. One thread.
 */
public final class ServiceManager {

    private static final int LONGEST_NAME = 107;

    private final String socket; // or null
    private final long watchdogNanos;

    private ServiceManager(String socket, long watchdogNanos) {
        this.socket = socket;
        this.watchdogNanos = watchdogNanos;
    }

    /** The one that started a process with this environment. */
    public static ServiceManager of(Map<String, String> environment) {
        String socket = environment.get("NOTIFY_SOCKET");
        boolean usable =
                socket != null
                        && (socket.startsWith("/") || socket.startsWith("@"))
                        && socket.getBytes(StandardCharsets.UTF_8).length <= LONGEST_NAME;
        return new ServiceManager(usable ? socket : null, watchdog(environment));
    }

    private static long watchdog(Map<String, String> environment) {
        String pid = environment.get("WATCHDOG_PID");
        boolean ours = pid == null || pid.equals(Long.toString(ProcessHandle.current().pid()));
        try {
            String micros = environment.getOrDefault("WATCHDOG_USEC", "0");
            return ours ? TimeUnit.MICROSECONDS.toNanos(Long.parseLong(micros)) : 0;
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** Whether somebody is told. */
    public boolean listens() {
        return socket != null;
    }

    /** How often {@link #alive} is to be said at least, ns; 0 if nobody waits for it. */
    public long watchdogNanos() {
        return listens() ? watchdogNanos : 0;
    }

    /** The service works, and is as the status says. */
    public void ready(String status) {
        tell("READY=1\nSTATUS=" + status);
    }

    /** How it is now, for people. */
    public void status(String status) {
        tell("STATUS=" + status);
    }

    /** It reads its configuration again; {@link #ready} follows. */
    public void reloading() {
        // System.nanoTime() is CLOCK_MONOTONIC on Linux, which is what is asked for.
        long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime());
        tell("RELOADING=1\nMONOTONIC_USEC=" + micros + "\nSTATUS=reading the gateway file again");
    }

    /** It ends, in its time. */
    public void stopping() {
        tell("STOPPING=1\nSTATUS=draining");
    }

    /** It is not stuck. */
    public void alive() {
        tell("WATCHDOG=1");
    }

    /** Tells what cannot be told nobody: a manager that went away is no harm to the service. */
    private void tell(String message) {
        if (!listens()) {
            return;
        }
        int fd = Syscalls.socket(linux.AF_UNIX(), linux.SOCK_DGRAM() | linux.SOCK_CLOEXEC(), 0);
        if (fd < 0) {
            warn(-fd);
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
            MemorySegment text = arena.allocate(bytes.length);
            text.asByteBuffer().put(bytes);
            byte[] name = socket.getBytes(StandardCharsets.UTF_8);
            MemorySegment address = sockaddr_un.allocate(arena);
            sockaddr_un.sun_family(address, (short) linux.AF_UNIX());
            MemorySegment path = sockaddr_un.sun_path(address);
            path.asByteBuffer().put(name);
            if (name[0] == '@') {
                path.set(java.lang.foreign.ValueLayout.JAVA_BYTE, 0, (byte) 0);
            }
            int length = (int) sockaddr_un.sun_path$offset() + name.length;
            long sent =
                    Syscalls.sendto(fd, text, bytes.length, linux.MSG_NOSIGNAL(), address, length);
            if (sent < 0) {
                warn((int) -sent);
            }
        } finally {
            Syscalls.close(fd);
        }
    }

    private void warn(int errno) {
        System.getLogger(ServiceManager.class.getName())
                .log(
                        System.Logger.Level.WARNING,
                        "The service manager at " + socket + " is not told: " + Errno.text(errno));
    }
}
