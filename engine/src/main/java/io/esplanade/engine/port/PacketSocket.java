package io.esplanade.engine.port;

import static io.esplanade.ffi.linux.linux.AF_PACKET;
import static io.esplanade.ffi.linux.linux.EACCES;
import static io.esplanade.ffi.linux.linux.EPERM;
import static io.esplanade.ffi.linux.linux.MAP_POPULATE;
import static io.esplanade.ffi.linux.linux.MAP_SHARED;
import static io.esplanade.ffi.linux.linux.PROT_READ;
import static io.esplanade.ffi.linux.linux.PROT_WRITE;
import static io.esplanade.ffi.linux.linux.SOCK_CLOEXEC;
import static io.esplanade.ffi.linux.linux.SOCK_NONBLOCK;
import static io.esplanade.ffi.linux.linux.SOCK_RAW;
import static io.esplanade.ffi.linux.linux.SOL_PACKET;
import static io.esplanade.ffi.linux.linux.SOL_SOCKET;
import static io.esplanade.ffi.linux.linux.SO_ERROR;

import io.esplanade.engine.os.OsException;
import io.esplanade.ffi.linux.Syscalls;
import io.esplanade.ffi.linux.sockaddr_ll;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A packet socket and its ring. One thread, but for {@link #bind} and {@link #clearError}. */
public final class PacketSocket implements AutoCloseable {

    private int descriptor;
    private long ring;
    private long ringSize;

    /**
     * A socket that receives nothing before it is bound.
     *
     * @param needs what to say who may not have one
     */
    public PacketSocket(String needs) {
        descriptor = Syscalls.socket(AF_PACKET(), SOCK_RAW() | SOCK_CLOEXEC() | SOCK_NONBLOCK(), 0);
        if (descriptor == -EPERM() || descriptor == -EACCES()) {
            throw new OsException(needs, -descriptor);
        }
        if (descriptor < 0) {
            throw new OsException("cannot open a packet socket", -descriptor);
        }
    }

    public int descriptor() {
        return descriptor;
    }

    /**
     * Takes the place of another socket under its descriptor, which threads wait on. That one lives
     * on until its ring is unmapped.
     */
    public void replace(PacketSocket other) {
        int result = Syscalls.dup2(descriptor, other.descriptor);
        if (result < 0) {
            throw new OsException("cannot put a packet socket in another's place", -result);
        }
        Syscalls.close(descriptor);
        descriptor = other.descriptor;
        other.descriptor = -1;
    }

    /** The first byte of the ring. */
    public long ring() {
        return ring;
    }

    /**
     * @throws OsException if the kernel refuses
     */
    public void set(int option, int value, String what) {
        try (Arena arena = Arena.ofConfined()) {
            set(option, arena.allocateFrom(ValueLayout.JAVA_INT, value), what);
        }
    }

    public void set(int option, MemorySegment value, String what) {
        int result = setOption(option, value);
        if (result < 0) {
            throw new OsException("a packet socket cannot have " + what, -result);
        }
    }

    private int setOption(int option, MemorySegment value) {
        return Syscalls.setsockopt(descriptor, SOL_PACKET(), option, value, (int) value.byteSize());
    }

    /** Has a program choose what it receives, of {@link SocketFilter#instruction}s. */
    public void filter(long[] program) {
        int result = SocketFilter.attach(descriptor, program);
        if (result < 0) {
            throw new OsException("a packet socket cannot have a filter", -result);
        }
    }

    /** Reads an option into {@code value}; false if that fails. */
    public boolean get(int option, MemorySegment value, MemorySegment length) {
        length.set(ValueLayout.JAVA_INT, 0, (int) value.byteSize());
        return Syscalls.getsockopt(descriptor, SOL_PACKET(), option, value, length) == 0;
    }

    /** Maps the ring that was set. */
    public void map(long size) {
        long address =
                Syscalls.mmap(
                        MemorySegment.NULL,
                        size,
                        PROT_READ() | PROT_WRITE(),
                        MAP_SHARED() | MAP_POPULATE(),
                        descriptor,
                        0);
        if (address < 0 && address > -4096) {
            throw new OsException("cannot map the ring of a packet socket", (int) -address);
        }
        ring = address;
        ringSize = size;
    }

    /**
     * Joins it to a device.
     *
     * @param protocol the EtherType it receives, ETH_P_ALL for every one, 0 for none
     */
    public void bind(int device, int protocol) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = sockaddr_ll.allocate(arena);
            sockaddr_ll.sll_family(address, (short) AF_PACKET());
            sockaddr_ll.sll_protocol(address, Short.reverseBytes((short) protocol));
            sockaddr_ll.sll_ifindex(address, device);
            int result = Syscalls.bind(descriptor, address, (int) address.byteSize());
            if (result < 0) {
                throw new OsException("cannot bind a packet socket to its device", -result);
            }
        }
    }

    /** Forgets the error that a device going down has left, which polling would meet for ever. */
    public void clearError() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment error = arena.allocate(ValueLayout.JAVA_INT);
            MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, Integer.BYTES);
            Syscalls.getsockopt(descriptor, SOL_SOCKET(), SO_ERROR(), error, length);
        }
    }

    @Override
    public void close() {
        if (ring != 0) {
            Syscalls.munmap(MemorySegment.ofAddress(ring), ringSize);
        }
        if (descriptor >= 0) {
            Syscalls.close(descriptor);
        }
    }
}
