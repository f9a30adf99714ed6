package io.esplanade.engine.port;

import static io.esplanade.ffi.linux.linux.SOL_SOCKET;
import static io.esplanade.ffi.linux.linux.SO_ATTACH_FILTER;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.esplanade.ffi.linux.Syscalls;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Programs of classic BPF, by which the kernel chooses what a socket receives. */
public final class SocketFilter {

    private SocketFilter() {}

    /**
     * An instruction, a {@code struct sock_filter}.
     *
     * @param ifTrue how many instructions a jump leaves out if it is taken
     * @param ifFalse how many if not
     */
    public static long instruction(int code, int ifTrue, int ifFalse, int value) {
        return code | (long) ifTrue << 16 | (long) ifFalse << 24 | (long) value << 32;
    }

    /**
     * Gives a socket a program.
     *
     * @return 0, or the negative errno
     */
    public static int attach(int socket, long[] program) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment filter = arena.allocate(16, 8); // struct sock_fprog
            filter.set(JAVA_SHORT, 0, (short) program.length);
            filter.set(JAVA_LONG, 8, arena.allocateFrom(JAVA_LONG, program).address());
            int size = (int) filter.byteSize();
            return Syscalls.setsockopt(socket, SOL_SOCKET(), SO_ATTACH_FILTER(), filter, size);
        }
    }
}
