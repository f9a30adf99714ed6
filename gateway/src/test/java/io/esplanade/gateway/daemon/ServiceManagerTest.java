package io.esplanade.gateway.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.ffi.linux.Syscalls;
import io.esplanade.ffi.linux.linux;
import io.esplanade.ffi.linux.sockaddr_un;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** What a service manager receives, on a socket of its own. */
final class ServiceManagerTest {

    @TempDir Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"", "@"})
    void itIsToldOnASocketInTheFileSystemOrAnAbstractOne(String abstracted) {
        String name = abstracted + directory.resolve("notify");
        try (Socket socket = new Socket(name)) {
            ServiceManager manager = ServiceManager.of(Map.of("NOTIFY_SOCKET", name));

            assertThat(manager.listens()).isTrue();
            manager.ready("running");
            assertThat(socket.receive()).isEqualTo("READY=1\nSTATUS=running");
            manager.reloading();
            assertThat(socket.receive()).matches("(?s)RELOADING=1\nMONOTONIC_USEC=\\d+\n.*");
            manager.alive();
            assertThat(socket.receive()).isEqualTo("WATCHDOG=1");
            manager.stopping();
            assertThat(socket.receive()).startsWith("STOPPING=1\n");
        }
    }

    @Test
    void withoutOneNobodyIsTold() {
        ServiceManager manager = ServiceManager.of(Map.of());

        assertThat(manager.listens()).isFalse();
        manager.ready("running");
    }

    @Test
    void oneThatIsGoneIsNoHarm() {
        ServiceManager manager =
                ServiceManager.of(Map.of("NOTIFY_SOCKET", directory.resolve("gone").toString()));

        manager.ready("running");
        assertThat(manager.listens()).isTrue();
    }

    @Test
    void itsWatchdogIsFedIfItIsForThisProcess() {
        Map<String, String> ours =
                Map.of(
                        "NOTIFY_SOCKET", "/run/x",
                        "WATCHDOG_USEC", "3000000",
                        "WATCHDOG_PID", Long.toString(ProcessHandle.current().pid()));
        Map<String, String> others =
                Map.of("NOTIFY_SOCKET", "/run/x", "WATCHDOG_USEC", "3000000", "WATCHDOG_PID", "1");

        assertThat(ServiceManager.of(ours).watchdogNanos()).isEqualTo(3_000_000_000L);
        assertThat(ServiceManager.of(others).watchdogNanos()).isZero();
    }

    /** A datagram socket with a name; what has been sent to it is there at once. */
    private static final class Socket implements AutoCloseable {
        private final int fd =
                Syscalls.socket(linux.AF_UNIX(), linux.SOCK_DGRAM() | linux.SOCK_NONBLOCK(), 0);

        Socket(String name) {
            try (Arena arena = Arena.ofConfined()) {
                byte[] bytes = name.replace('@', '\0').getBytes(StandardCharsets.UTF_8);
                MemorySegment address = sockaddr_un.allocate(arena);
                sockaddr_un.sun_family(address, (short) linux.AF_UNIX());
                sockaddr_un.sun_path(address).asByteBuffer().put(bytes);
                assertThat(Syscalls.bind(fd, address, 2 + bytes.length)).isZero();
            }
        }

        String receive() {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment buffer = arena.allocate(4096);
                long length = Syscalls.recv(fd, buffer, buffer.byteSize(), 0);
                assertThat(length).isPositive();
                byte[] bytes = new byte[(int) length];
                buffer.asByteBuffer().get(bytes);
                return new String(bytes, StandardCharsets.UTF_8);
            }
        }

        @Override
        public void close() {
            Syscalls.close(fd);
        }
    }
}
