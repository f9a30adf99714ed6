package io.esplanade.engine.port.raw;

import static io.esplanade.engine.port.SocketFilter.instruction;
import static io.esplanade.ffi.linux.linux.EADDRNOTAVAIL;
import static io.esplanade.ffi.linux.linux.EPERM;
import static io.esplanade.ffi.linux.linux.IPV6_HDRINCL;
import static io.esplanade.ffi.linux.linux.IP_HDRINCL;
import static io.esplanade.ffi.linux.linux.SOCK_RAW;
import static io.esplanade.ffi.linux.linux.SOL_IP;
import static io.esplanade.ffi.linux.linux.SOL_IPV6;

import io.esplanade.engine.net.IpProtocol;
import io.esplanade.engine.os.Errno;
import io.esplanade.engine.port.IpSocket;
import io.esplanade.engine.port.SocketFilter;
import io.esplanade.ffi.linux.Syscalls;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;

/**
 * A raw socket of ESP or AH, bound to one of the port's addresses, in one of its queues. Every raw
 * socket gets a copy of every packet: where there are several queues, a filter leaves each the SPIs
 * that are its own.
 */
final class RawSocket extends IpSocket {

    private final int protocol;

    private RawSocket(int fd, InetAddress address, int protocol) {
        super(fd, address);
        this.protocol = protocol;
    }

    /**
     * Opens and binds one.
     *
     * @throws IOException if that cannot be: the message has the remedy
     */
    static RawSocket open(InetAddress address, int protocol, int queue, int queues)
            throws IOException {
        int fd = open(address, SOCK_RAW(), protocol);
        if (fd < 0) {
            throw new IOException(
                    "cannot open a raw socket: %s; %s"
                            .formatted(
                                    Errno.text(-fd),
                                    fd == -EPERM() ? "grant CAP_NET_RAW" : "see why"));
        }
        RawSocket socket = new RawSocket(fd, address, protocol);
        try {
            socket.prepare(queue, queues);
            int result = socket.bind(0);
            if (result < 0) {
                throw new IOException(
                        "cannot bind a raw socket to %s: %s; %s"
                                .formatted(
                                        address.getHostAddress(),
                                        Errno.text(-result),
                                        result == -EADDRNOTAVAIL()
                                                ? "give this host the address first (ip address"
                                                        + " add), or name another"
                                                : "see why"));
            }
            socket.forget();
            return socket;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private void prepare(int queue, int queues) throws IOException {
        configure();
        int result = isIpv6() ? set(SOL_IPV6(), IPV6_HDRINCL(), 1) : set(SOL_IP(), IP_HDRINCL(), 1);
        if (result < 0) {
            throw new IOException(
                    "cannot write IP headers of its own: %s; over IPv6 that needs Linux 4.5"
                            .formatted(Errno.text(-result)));
        }
        if (queues > 1) {
            result = filter(queue, queues);
            if (result < 0) {
                throw new IOException(
                        "cannot leave each queue its SPIs: %s; use queues: 1"
                                .formatted(Errno.text(-result)));
            }
        }
    }

    /** Takes what has an SPI that leaves this rest. The kernel shows an IPv4 header before it. */
    private int filter(int queue, int queues) {
        int spi = protocol == IpProtocol.AH ? Integer.BYTES : 0; // where it is
        long[] program = {
            isIpv6() ? instruction(0x01, 0, 0, 0) : instruction(0xb1, 0, 0, 0), // X: IP header
            instruction(0x40, 0, 0, spi),
            instruction(0x94, 0, 0, queues),
            instruction(0x15, 0, 1, queue),
            instruction(0x06, 0, 0, 0x40000),
            instruction(0x06, 0, 0, 0)
        };
        return SocketFilter.attach(fd(), program);
    }

    /** What came before it was bound and had its filter is not its own. */
    private void forget() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment any = arena.allocate(1);
            long got = 0;
            while (got >= 0) {
                got = Syscalls.recv(fd(), any, any.byteSize(), 0);
            }
        }
    }

    /** Whether packets of this protocol from this address are its own; IPv4 in mapped form. */
    boolean is(boolean ipv6, long high, long low, int other) {
        return protocol == other && low == low() && high == high() && ipv6 == isIpv6();
    }

    int protocol() {
        return protocol;
    }

    /** {@inheritDoc} It quotes the headers too, as they were sent. */
    @Override
    protected int writeHeaders(long quoted, int length, long name, int least) {
        return 0;
    }
}
