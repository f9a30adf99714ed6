package io.esplanade.engine.port;

import static io.esplanade.ffi.linux.linux.AF_INET;
import static io.esplanade.ffi.linux.linux.AF_INET6;
import static io.esplanade.ffi.linux.linux.IPV6_MTU_DISCOVER;
import static io.esplanade.ffi.linux.linux.IPV6_PMTUDISC_PROBE;
import static io.esplanade.ffi.linux.linux.IPV6_RECVERR;
import static io.esplanade.ffi.linux.linux.IPV6_RECVHOPLIMIT;
import static io.esplanade.ffi.linux.linux.IPV6_RECVTCLASS;
import static io.esplanade.ffi.linux.linux.IPV6_V6ONLY;
import static io.esplanade.ffi.linux.linux.IP_MTU_DISCOVER;
import static io.esplanade.ffi.linux.linux.IP_PMTUDISC_PROBE;
import static io.esplanade.ffi.linux.linux.IP_RECVERR;
import static io.esplanade.ffi.linux.linux.IP_RECVTOS;
import static io.esplanade.ffi.linux.linux.IP_RECVTTL;
import static io.esplanade.ffi.linux.linux.SOCK_CLOEXEC;
import static io.esplanade.ffi.linux.linux.SOCK_NONBLOCK;
import static io.esplanade.ffi.linux.linux.SOL_IP;
import static io.esplanade.ffi.linux.linux.SOL_IPV6;
import static io.esplanade.ffi.linux.linux.SOL_SOCKET;
import static io.esplanade.ffi.linux.linux.SO_RCVBUF;
import static io.esplanade.ffi.linux.linux.SO_RCVBUFFORCE;
import static io.esplanade.ffi.linux.linux.SO_RXQ_OVFL;
import static io.esplanade.ffi.linux.linux.SO_SNDBUF;
import static io.esplanade.ffi.linux.linux.SO_SNDBUFFORCE;

import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.os.Mem;
import io.esplanade.ffi.linux.Syscalls;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * A socket of the kernel's IP that is bound to an address of this host and does not block. It tells
 * what headers packets came with, and keeps errors until {@link PathErrors} reads them; path MTUs
 * are the engine's.
 *
 * <p>One queue has it: its sender and its receiver know each other's errors by {@link #troubled}.
 */
public abstract class IpSocket implements AutoCloseable {

    /** Bytes of an IPv6 socket's address, and room for one of IPv4. */
    public static final int ADDRESS = 28;

    /** What waits in the kernel: a link of 10 Gbit/s may send for some ms before a lane comes. */
    private static final int BUFFER = 8 << 20;

    private final Arena memory = Arena.ofShared();
    private final MemorySegment number = memory.allocate(ValueLayout.JAVA_INT);
    private final int fd;
    private final boolean ipv6;
    private final long high; // its address as two longs
    private final long low;
    private volatile boolean troubled;
    private volatile byte[] tooLong;

    /**
     * @param fd a descriptor that {@link #open} has given, the object's from then on
     */
    protected IpSocket(int fd, InetAddress address) {
        this.fd = fd;
        ipv6 = isIpv6(address);
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        high = ipv6 ? bytes.getLong() : 0;
        low = ipv6 ? bytes.getLong() : Ipv4.MAPPED | bytes.getInt() & 0xffff_ffffL;
    }

    protected static boolean isIpv6(InetAddress address) {
        return !(address instanceof Inet4Address);
    }

    /** A descriptor for an address of this family, or {@code -errno}. */
    protected static int open(InetAddress address, int type, int protocol) {
        return Syscalls.socket(
                isIpv6(address) ? AF_INET6() : AF_INET(),
                type | SOCK_NONBLOCK() | SOCK_CLOEXEC(),
                protocol);
    }

    /** Sets what all of them have. */
    protected final void configure() {
        if (set(SOL_SOCKET(), SO_RCVBUFFORCE(), BUFFER) < 0) {
            set(SOL_SOCKET(), SO_RCVBUF(), BUFFER);
        }
        if (set(SOL_SOCKET(), SO_SNDBUFFORCE(), BUFFER) < 0) {
            set(SOL_SOCKET(), SO_SNDBUF(), BUFFER);
        }
        set(SOL_SOCKET(), SO_RXQ_OVFL(), 1);
        if (ipv6) {
            set(SOL_IPV6(), IPV6_V6ONLY(), 1);
            set(SOL_IPV6(), IPV6_RECVTCLASS(), 1);
            set(SOL_IPV6(), IPV6_RECVHOPLIMIT(), 1);
            set(SOL_IPV6(), IPV6_RECVERR(), 1);
            set(SOL_IPV6(), IPV6_MTU_DISCOVER(), IPV6_PMTUDISC_PROBE());
        } else {
            set(SOL_IP(), IP_RECVTOS(), 1);
            set(SOL_IP(), IP_RECVTTL(), 1);
            set(SOL_IP(), IP_RECVERR(), 1);
            // DF set, and path MTUs are the engine's: it learns them from the errors.
            set(SOL_IP(), IP_MTU_DISCOVER(), IP_PMTUDISC_PROBE());
        }
    }

    /** Sets an option to a number; 0, or {@code -errno}. */
    protected final int set(int level, int option, int value) {
        number.set(ValueLayout.JAVA_INT, 0, value);
        return Syscalls.setsockopt(fd, level, option, number, Integer.BYTES);
    }

    /** Binds it to its address; 0, or {@code -errno}. */
    protected final int bind(int port) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(ADDRESS, Long.BYTES);
            return Syscalls.bind(fd, name, writeAddress(name.address(), ipv6, high, low, port));
        }
    }

    /**
     * Writes a socket's address.
     *
     * @return bytes of it
     */
    public static int writeAddress(long at, boolean ipv6, long high, long low, int port) {
        Mem.putShort(at, ipv6 ? AF_INET6() : AF_INET());
        Mem.putShortBE(at + 2, port);
        if (!ipv6) {
            Mem.putIntBE(at + 4, (int) low);
            Mem.putLong(at + 8, 0);
            return 16;
        }
        Mem.putInt(at + 4, 0); // flow label
        Mem.putLongBE(at + 8, high);
        Mem.putLongBE(at + 16, low);
        Mem.putInt(at + 24, 0); // scope
        return ADDRESS;
    }

    /**
     * Where the kernel quotes of a packet only what comes behind its headers: writes those before
     * the quotation, as far as they are known.
     *
     * @param quoted where the quotation is
     * @param length bytes of it
     * @param name the address that the packet went to, as the socket has addresses
     * @param least bytes that the packet had at least
     * @return bytes that were written
     */
    protected abstract int writeHeaders(long quoted, int length, long name, int least);

    public final int fd() {
        return fd;
    }

    public final boolean isIpv6() {
        return ipv6;
    }

    public final long high() {
        return high;
    }

    public final long low() {
        return low;
    }

    /** Whether errors may wait to be read. */
    public final boolean troubled() {
        return troubled;
    }

    public final void troubled(boolean now) {
        troubled = now;
    }

    /** The sender: a packet was too long for the way that it was to go. */
    public final void tooLong(long packet, int length) {
        tooLong = Mem.bytes(packet, Math.min(length, PathErrors.MOST_QUOTED));
        troubled = true;
    }

    /** The receiver: the beginning of the last such packet, once; or null. */
    byte[] takeTooLong() {
        byte[] packet = tooLong;
        tooLong = null;
        return packet;
    }

    @Override
    public void close() {
        Syscalls.close(fd);
        memory.close();
    }
}
