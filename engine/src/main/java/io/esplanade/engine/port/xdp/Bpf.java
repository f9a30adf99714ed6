package io.esplanade.engine.port.xdp;

import static io.esplanade.ffi.linux.linux.BPF_ANY;
import static io.esplanade.ffi.linux.linux.BPF_LINK_CREATE;
import static io.esplanade.ffi.linux.linux.BPF_MAP_CREATE;
import static io.esplanade.ffi.linux.linux.BPF_MAP_DELETE_ELEM;
import static io.esplanade.ffi.linux.linux.BPF_MAP_UPDATE_ELEM;
import static io.esplanade.ffi.linux.linux.BPF_PROG_LOAD;
import static io.esplanade.ffi.linux.linux.BPF_PROG_TYPE_XDP;
import static io.esplanade.ffi.linux.linux.BPF_XDP;
import static io.esplanade.ffi.linux.linux.EPERM;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.esplanade.engine.os.OsException;
import io.esplanade.ffi.linux.Syscalls;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/** The few commands of {@code bpf(2)} that a port needs. Any thread. */
final class Bpf {

    // union bpf_attr, which cannot be generated: most of its members have no names.
    private static final int ATTRIBUTES = 128;
    private static final int LOG = 64 * 1024;

    private static final long SYS_BPF = System.getProperty("os.arch").equals("aarch64") ? 280 : 321;

    /** None: the helpers that our program calls do not ask for one. */
    private static final String LICENSE = "";

    private Bpf() {}

    private static long call(int command, Arena arena, Consumer<MemorySegment> attributes) {
        MemorySegment attr = arena.allocate(ATTRIBUTES, Long.BYTES);
        attributes.accept(attr);
        return Syscalls.syscall(SYS_BPF, command, attr, ATTRIBUTES);
    }

    /** Makes a map; its descriptor. */
    static int newMap(int type, int keySize, int valueSize, int entries) {
        try (Arena arena = Arena.ofConfined()) {
            long result =
                    call(
                            BPF_MAP_CREATE(),
                            arena,
                            attr -> {
                                attr.set(JAVA_INT, 0, type);
                                attr.set(JAVA_INT, 4, keySize);
                                attr.set(JAVA_INT, 8, valueSize);
                                attr.set(JAVA_INT, 12, entries);
                            });
            return descriptor(result, "make a BPF map");
        }
    }

    /** Puts an entry into a map. */
    static void put(int map, byte[] key, int value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment k = arena.allocate(key.length, Long.BYTES).copyFrom(segment(key));
            MemorySegment v = arena.allocateFrom(JAVA_INT, value);
            long result =
                    call(
                            BPF_MAP_UPDATE_ELEM(),
                            arena,
                            attr -> {
                                attr.set(JAVA_INT, 0, map);
                                attr.set(JAVA_LONG, 8, k.address());
                                attr.set(JAVA_LONG, 16, v.address());
                                attr.set(JAVA_LONG, 24, BPF_ANY());
                            });
            if (result < 0) {
                throw new OsException("cannot put an entry into a BPF map", (int) -result);
            }
        }
    }

    /** Takes an entry out of a map, if it is there. */
    static void remove(int map, byte[] key) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment k = arena.allocate(key.length, Long.BYTES).copyFrom(segment(key));
            call(
                    BPF_MAP_DELETE_ELEM(),
                    arena,
                    attr -> {
                        attr.set(JAVA_INT, 0, map);
                        attr.set(JAVA_LONG, 8, k.address());
                    });
        }
    }

    private static MemorySegment segment(byte[] bytes) {
        return MemorySegment.ofArray(bytes);
    }

    /** Has the kernel check and take an XDP program; its descriptor. */
    static int loadXdp(long[] program) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment code = arena.allocateFrom(JAVA_LONG, program);
            MemorySegment license = arena.allocateFrom(LICENSE);
            MemorySegment log = arena.allocate(LOG);
            long result =
                    call(
                            BPF_PROG_LOAD(),
                            arena,
                            attr -> {
                                attr.set(JAVA_INT, 0, BPF_PROG_TYPE_XDP());
                                attr.set(JAVA_INT, 4, program.length);
                                attr.set(JAVA_LONG, 8, code.address());
                                attr.set(JAVA_LONG, 16, license.address());
                                attr.set(JAVA_INT, 24, 1); // the log's level
                                attr.set(JAVA_INT, 28, LOG);
                                attr.set(JAVA_LONG, 32, log.address());
                            });
            String said = log.getString(0).strip();
            return descriptor(
                    result, "load an XDP program" + (said.isEmpty() ? "" : " (" + said + ")"));
        }
    }

    /**
     * Attaches a program to a device for as long as the descriptor is open, so that of a process
     * that is gone nothing is left.
     *
     * @return the descriptor, or the negative errno
     */
    static int attach(int program, int device, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            return (int)
                    call(
                            BPF_LINK_CREATE(),
                            arena,
                            attr -> {
                                attr.set(JAVA_INT, 0, program);
                                attr.set(JAVA_INT, 4, device);
                                attr.set(JAVA_INT, 8, BPF_XDP());
                                attr.set(JAVA_INT, 12, flags);
                            });
        }
    }

    private static int descriptor(long result, String what) {
        if (result == -EPERM()) {
            throw new OsException(
                    "af-xdp may not " + what + ": grant CAP_BPF and CAP_NET_ADMIN", EPERM());
        }
        if (result < 0) {
            throw new OsException("cannot " + what, (int) -result);
        }
        return (int) result;
    }
}
