package io.esplanade.engine.port.xdp;

import static io.esplanade.ffi.linux.linux.AF_PACKET;
import static io.esplanade.ffi.linux.linux.ETH_P_ALL;
import static io.esplanade.ffi.linux.linux.MSG_DONTWAIT;
import static io.esplanade.ffi.linux.linux.PACKET_IGNORE_OUTGOING;
import static io.esplanade.ffi.linux.linux.SOCK_CLOEXEC;
import static io.esplanade.ffi.linux.linux.SOCK_NONBLOCK;
import static io.esplanade.ffi.linux.linux.SOCK_RAW;
import static io.esplanade.ffi.linux.linux.SOL_PACKET;
import static io.esplanade.ffi.linux.linux.SOL_SOCKET;
import static io.esplanade.ffi.linux.linux.SO_ATTACH_FILTER;
import static io.esplanade.ffi.linux.linux.SO_ERROR;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.OsException;
import io.esplanade.engine.os.Region;
import io.esplanade.engine.port.MbufFiller;
import io.esplanade.ffi.linux.Syscalls;
import io.esplanade.ffi.linux.sockaddr_ll;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A packet socket that hears what both the port and the kernel are to know, and what the XDP
 * program therefore leaves to the kernel: ARP, neighbour discovery, and ICMP errors that a packet
 * was too big. The thread that receives, but for {@link #bind}.
 */
final class Tap implements AutoCloseable {

    /** Longer than any of these messages, but for errors, whose end does not matter. */
    private static final int LONGEST = 1500;

    // Classic BPF (RFC 9669's ancestor): code, jumps if true and if false, value.
    private static final long[] FILTER = {
        instruction(0x28, 0, 0, 12), // the EtherType
        instruction(0x15, 13, 0, 0x0806), // ARP: take it
        instruction(0x15, 0, 5, 0x86dd),
        instruction(0x30, 0, 0, 20), // IPv6: the next header
        instruction(0x15, 0, 11, 58),
        instruction(0x30, 0, 0, 54), // ICMPv6: the type
        instruction(0x15, 8, 0, 2), // too big: take it
        instruction(0x35, 6, 8, 133), // neighbour discovery, or at least not below it
        instruction(0x15, 0, 7, 0x0800),
        instruction(0x30, 0, 0, 23), // IPv4: the protocol
        instruction(0x15, 0, 5, 1),
        instruction(0xb1, 0, 0, 14), // X: bytes of the header
        instruction(0x48, 0, 0, 14), // ICMP: type and code
        instruction(0x15, 1, 2, 0x0304), // fragmentation needed: take it
        instruction(0x25, 1, 0, 137),
        instruction(0x06, 0, 0, 0x40000),
        instruction(0x06, 0, 0, 0)
    };

    private final int descriptor;
    private final Region buffer = Region.map(LONGEST, "what a tap hears");
    private final MemorySegment segment = Mem.segment(buffer.address(), LONGEST);

    Tap(int device) {
        descriptor = Syscalls.socket(AF_PACKET(), SOCK_RAW() | SOCK_CLOEXEC() | SOCK_NONBLOCK(), 0);
        if (descriptor < 0) {
            buffer.close();
            throw new OsException(
                    "af-xdp needs CAP_NET_RAW, CAP_NET_ADMIN, CAP_BPF and CAP_IPC_LOCK: grant them",
                    -descriptor);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment filter = arena.allocate(16, 8); // struct sock_fprog
            filter.set(JAVA_SHORT, 0, (short) FILTER.length);
            filter.set(JAVA_LONG, 8, arena.allocateFrom(JAVA_LONG, FILTER).address());
            set(SOL_SOCKET(), SO_ATTACH_FILTER(), filter);
            set(SOL_PACKET(), PACKET_IGNORE_OUTGOING(), arena.allocateFrom(JAVA_INT, 1));
            bind(device);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private static long instruction(int code, int ifTrue, int ifFalse, int value) {
        return code | (long) ifTrue << 16 | (long) ifFalse << 24 | (long) value << 32;
    }

    private void set(int level, int option, MemorySegment value) {
        int result = Syscalls.setsockopt(descriptor, level, option, value, (int) value.byteSize());
        if (result < 0) {
            throw new OsException("cannot prepare a packet socket to hear ARP", -result);
        }
    }

    /** Joins it to a device, again if that has come again. */
    void bind(int device) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = sockaddr_ll.allocate(arena);
            sockaddr_ll.sll_family(address, (short) AF_PACKET());
            sockaddr_ll.sll_protocol(address, Short.reverseBytes((short) ETH_P_ALL()));
            sockaddr_ll.sll_ifindex(address, device);
            int result = Syscalls.bind(descriptor, address, (int) address.byteSize());
            if (result < 0) {
                throw new OsException("cannot bind a packet socket to hear ARP", -result);
            }
        }
    }

    /** Forgets the error that a device going down has left, which polling would meet for ever. */
    void clearError() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment error = arena.allocate(JAVA_INT);
            MemorySegment length = arena.allocateFrom(JAVA_INT, Integer.BYTES);
            Syscalls.getsockopt(descriptor, SOL_SOCKET(), SO_ERROR(), error, length);
        }
    }

    int descriptor() {
        return descriptor;
    }

    /** As {@link io.esplanade.engine.port.RxQueue#receive}. */
    int receive(Burst burst, int max, MbufFiller filler) {
        int received = 0;
        while (received < max) {
            long length = Syscalls.recv(descriptor, segment, LONGEST, MSG_DONTWAIT());
            if (length <= 0) {
                break;
            }
            long mbuf = filler.fill(buffer.address(), (int) length, 0);
            if (mbuf == Mbuf.NULL) {
                break; // those who asked ask again
            }
            burst.add(mbuf);
            received++;
        }
        return received;
    }

    @Override
    public void close() {
        Syscalls.close(descriptor);
        buffer.close();
    }
}
