package io.esplanade.engine.port.udp;

import static io.esplanade.ffi.linux.linux.AF_INET;
import static io.esplanade.ffi.linux.linux.AF_INET6;
import static io.esplanade.ffi.linux.linux.EACCES;
import static io.esplanade.ffi.linux.linux.EADDRINUSE;
import static io.esplanade.ffi.linux.linux.EADDRNOTAVAIL;
import static io.esplanade.ffi.linux.linux.IPV6_MTU_DISCOVER;
import static io.esplanade.ffi.linux.linux.IPV6_PMTUDISC_PROBE;
import static io.esplanade.ffi.linux.linux.IPV6_RECVERR;
import static io.esplanade.ffi.linux.linux.IPV6_RECVHOPLIMIT;
import static io.esplanade.ffi.linux.linux.IPV6_RECVTCLASS;
import static io.esplanade.ffi.linux.linux.IPV6_UNICAST_HOPS;
import static io.esplanade.ffi.linux.linux.IPV6_V6ONLY;
import static io.esplanade.ffi.linux.linux.IP_MTU_DISCOVER;
import static io.esplanade.ffi.linux.linux.IP_PMTUDISC_DONT;
import static io.esplanade.ffi.linux.linux.IP_PMTUDISC_PROBE;
import static io.esplanade.ffi.linux.linux.IP_RECVERR;
import static io.esplanade.ffi.linux.linux.IP_RECVTOS;
import static io.esplanade.ffi.linux.linux.IP_RECVTTL;
import static io.esplanade.ffi.linux.linux.IP_TTL;
import static io.esplanade.ffi.linux.linux.SOCK_CLOEXEC;
import static io.esplanade.ffi.linux.linux.SOCK_DGRAM;
import static io.esplanade.ffi.linux.linux.SOCK_NONBLOCK;
import static io.esplanade.ffi.linux.linux.SOL_IP;
import static io.esplanade.ffi.linux.linux.SOL_IPV6;
import static io.esplanade.ffi.linux.linux.SOL_SOCKET;
import static io.esplanade.ffi.linux.linux.SOL_UDP;
import static io.esplanade.ffi.linux.linux.SO_RCVBUF;
import static io.esplanade.ffi.linux.linux.SO_RCVBUFFORCE;
import static io.esplanade.ffi.linux.linux.SO_REUSEPORT;
import static io.esplanade.ffi.linux.linux.SO_RXQ_OVFL;
import static io.esplanade.ffi.linux.linux.SO_SNDBUF;
import static io.esplanade.ffi.linux.linux.SO_SNDBUFFORCE;
import static io.esplanade.ffi.linux.linux.UDP_GRO;
import static io.esplanade.ffi.linux.linux.UDP_SEGMENT;

import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.os.Errno;
import io.esplanade.engine.os.Mem;
import io.esplanade.ffi.linux.Syscalls;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * A socket bound to one of the port's addresses, in one of its queues; those of other queues share
 * its address.
 *
 * <p>Its queue's sender changes what goes into headers, its receiver reads; both know each other's
 * errors by {@link #troubled}.
 */
final class EspSocket implements AutoCloseable {

    /** Bytes of an IPv6 socket's address, and room for one of IPv4. */
    static final int ADDRESS = 28;

    /** What waits in the kernel: a link of 10 Gbit/s may send for some ms before a lane comes. */
    private static final int BUFFER = 8 << 20;

    private static final int TTL = 64;

    private final Arena memory = Arena.ofShared();
    private final MemorySegment number = memory.allocate(ValueLayout.JAVA_INT);
    private final int fd;
    private final boolean ipv6;
    private final long high; // its address as two longs
    private final long low;
    private final int port;
    private final boolean gathers;
    private boolean spreads;
    private boolean dontFragment = true;
    private int ttl = TTL;
    private volatile boolean troubled;
    private volatile TooLong tooLong;

    /**
     * A datagram that the kernel did not take: what a router would quote of it.
     *
     * @param high where it was to go
     * @param port to which port there
     * @param esp SPI and sequence number
     * @param payload bytes of it
     */
    record TooLong(long high, long low, int port, long esp, int payload) {}

    private EspSocket(int fd, InetAddress address, int port) {
        this.fd = fd;
        this.port = port;
        ipv6 = !(address instanceof Inet4Address);
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        high = ipv6 ? bytes.getLong() : 0;
        low = ipv6 ? bytes.getLong() : Ipv4.MAPPED | bytes.getInt() & 0xffff_ffffL;
        gathers = set(SOL_UDP(), UDP_GRO(), 1) == 0;
        spreads = set(SOL_UDP(), UDP_SEGMENT(), 0) == 0;
    }

    /**
     * Opens and binds one.
     *
     * @param shared whether other queues have sockets of the same address
     * @throws IOException if that cannot be: the message has the remedy
     */
    static EspSocket open(InetAddress address, int port, boolean shared) throws IOException {
        boolean ipv6 = !(address instanceof Inet4Address);
        int fd =
                Syscalls.socket(
                        ipv6 ? AF_INET6() : AF_INET(),
                        SOCK_DGRAM() | SOCK_NONBLOCK() | SOCK_CLOEXEC(),
                        0);
        if (fd < 0) {
            throw new IOException("cannot open a UDP socket: " + Errno.text(-fd));
        }
        EspSocket socket = new EspSocket(fd, address, port);
        try (Arena arena = Arena.ofConfined()) {
            socket.configure(shared);
            MemorySegment name = arena.allocate(ADDRESS, Long.BYTES);
            int length = writeAddress(name.address(), ipv6, socket.high, socket.low, port);
            int result = Syscalls.bind(fd, name, length);
            if (result < 0) {
                socket.close();
                throw new IOException(whyNotBound(address, port, -result));
            }
            return socket;
        }
    }

    private static String whyNotBound(InetAddress address, int port, int errno) {
        String remedy;
        if (errno == EADDRINUSE()) {
            remedy =
                    "another program has it, an IKE daemon perhaps: have it use another port, and"
                            + " take IKE by ike-socket";
        } else if (errno == EADDRNOTAVAIL()) {
            remedy = "give this host the address first (ip address add), or name another";
        } else if (errno == EACCES()) {
            remedy = "grant CAP_NET_BIND_SERVICE, or use a port of 1024 or above";
        } else {
            remedy = "see why";
        }
        return "cannot bind UDP %s port %d: %s; %s"
                .formatted(address.getHostAddress(), port, Errno.text(errno), remedy);
    }

    private void configure(boolean shared) {
        if (set(SOL_SOCKET(), SO_RCVBUFFORCE(), BUFFER) < 0) {
            set(SOL_SOCKET(), SO_RCVBUF(), BUFFER);
        }
        if (set(SOL_SOCKET(), SO_SNDBUFFORCE(), BUFFER) < 0) {
            set(SOL_SOCKET(), SO_SNDBUF(), BUFFER);
        }
        set(SOL_SOCKET(), SO_RXQ_OVFL(), 1);
        if (shared) {
            set(SOL_SOCKET(), SO_REUSEPORT(), 1);
        }
        if (ipv6) {
            set(SOL_IPV6(), IPV6_V6ONLY(), 1);
            set(SOL_IPV6(), IPV6_RECVTCLASS(), 1);
            set(SOL_IPV6(), IPV6_RECVHOPLIMIT(), 1);
            set(SOL_IPV6(), IPV6_RECVERR(), 1);
            set(SOL_IPV6(), IPV6_MTU_DISCOVER(), IPV6_PMTUDISC_PROBE());
            set(SOL_IPV6(), IPV6_UNICAST_HOPS(), ttl);
        } else {
            set(SOL_IP(), IP_RECVTOS(), 1);
            set(SOL_IP(), IP_RECVTTL(), 1);
            set(SOL_IP(), IP_RECVERR(), 1);
            // DF set, and path MTUs are the engine's: it learns them from the errors.
            set(SOL_IP(), IP_MTU_DISCOVER(), IP_PMTUDISC_PROBE());
            set(SOL_IP(), IP_TTL(), ttl);
        }
    }

    private int set(int level, int option, int value) {
        number.set(ValueLayout.JAVA_INT, 0, value);
        return Syscalls.setsockopt(fd, level, option, number, Integer.BYTES);
    }

    /**
     * Writes a socket's address.
     *
     * @return bytes of it
     */
    static int writeAddress(long at, boolean ipv6, long high, long low, int port) {
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

    /** Whether this is the address: one of IPv4 in its mapped form. */
    boolean is(boolean isIpv6, long otherHigh, long otherLow, int otherPort) {
        return port == otherPort && low == otherLow && high == otherHigh && ipv6 == isIpv6;
    }

    /** The sender: what goes into the headers of what is sent next; a call only if it changes. */
    void headers(boolean newDontFragment, int newTtl) {
        if (!ipv6 && newDontFragment != dontFragment) {
            dontFragment = newDontFragment;
            set(
                    SOL_IP(),
                    IP_MTU_DISCOVER(),
                    dontFragment ? IP_PMTUDISC_PROBE() : IP_PMTUDISC_DONT());
        }
        if (newTtl != ttl) {
            ttl = newTtl;
            set(ipv6 ? SOL_IPV6() : SOL_IP(), ipv6 ? IPV6_UNICAST_HOPS() : IP_TTL(), ttl);
        }
    }

    int fd() {
        return fd;
    }

    boolean isIpv6() {
        return ipv6;
    }

    long high() {
        return high;
    }

    long low() {
        return low;
    }

    int port() {
        return port;
    }

    /** Whether the kernel gives runs of datagrams in one piece. */
    boolean gathers() {
        return gathers;
    }

    /** Whether the kernel takes them so. */
    boolean spreads() {
        return spreads;
    }

    /** The sender: the device that packets leave by cannot have them so. */
    void spreadsNoMore() {
        spreads = false;
    }

    /** Whether errors may wait to be read. */
    boolean troubled() {
        return troubled;
    }

    void troubled(boolean now) {
        troubled = now;
    }

    /** The sender: a datagram was too long for the way that it was to go. */
    void tooLong(TooLong datagram) {
        tooLong = datagram;
        troubled = true;
    }

    /** The receiver: the last such datagram, once; or null. */
    TooLong takeTooLong() {
        TooLong datagram = tooLong;
        tooLong = null;
        return datagram;
    }

    @Override
    public void close() {
        Syscalls.close(fd);
        memory.close();
    }
}
