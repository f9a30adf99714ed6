package io.esplanade.engine.os.netlink;

import static io.esplanade.ffi.linux.linux.AF_NETLINK;
import static io.esplanade.ffi.linux.linux.EAGAIN;
import static io.esplanade.ffi.linux.linux.EINTR;
import static io.esplanade.ffi.linux.linux.ENOBUFS;
import static io.esplanade.ffi.linux.linux.MSG_DONTWAIT;
import static io.esplanade.ffi.linux.linux.MSG_TRUNC;
import static io.esplanade.ffi.linux.linux.NETLINK_ROUTE;
import static io.esplanade.ffi.linux.linux.NLM_F_DUMP;
import static io.esplanade.ffi.linux.linux.NLM_F_REQUEST;
import static io.esplanade.ffi.linux.linux.POLLIN;
import static io.esplanade.ffi.linux.linux.RTMGRP_IPV4_IFADDR;
import static io.esplanade.ffi.linux.linux.RTMGRP_IPV4_ROUTE;
import static io.esplanade.ffi.linux.linux.RTMGRP_IPV6_IFADDR;
import static io.esplanade.ffi.linux.linux.RTMGRP_IPV6_ROUTE;
import static io.esplanade.ffi.linux.linux.RTMGRP_LINK;
import static io.esplanade.ffi.linux.linux.RTMGRP_NEIGH;
import static io.esplanade.ffi.linux.linux.RTM_GETADDR;
import static io.esplanade.ffi.linux.linux.RTM_GETLINK;
import static io.esplanade.ffi.linux.linux.RTM_GETNEIGH;
import static io.esplanade.ffi.linux.linux.RTM_GETROUTE;
import static io.esplanade.ffi.linux.linux.SOCK_CLOEXEC;
import static io.esplanade.ffi.linux.linux.SOCK_RAW;
import static io.esplanade.ffi.linux.linux.SOL_SOCKET;
import static io.esplanade.ffi.linux.linux.SO_RCVBUF;
import static io.esplanade.ffi.linux.linux.SO_RCVBUFFORCE;

import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.OsException;
import io.esplanade.engine.os.Region;
import io.esplanade.ffi.linux.Syscalls;
import io.esplanade.ffi.linux.nlmsghdr;
import io.esplanade.ffi.linux.pollfd;
import io.esplanade.ffi.linux.rtmsg;
import io.esplanade.ffi.linux.sockaddr_nl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;

/**
 * A socket on which the kernel tells of links, addresses, routes and neighbours, in the network
 * namespace of the thread that opened it. Needs no privilege.
 *
 * <p>What changes comes by itself from the moment it is open; {@link #ask} has the kernel say what
 * is so already. One thread.
 */
public final class RouteSocket implements AutoCloseable {

    /** Something one can {@link #ask} for. */
    public enum Table {
        LINKS(RTM_GETLINK()),
        ADDRESSES(RTM_GETADDR()),
        ROUTES(RTM_GETROUTE()),
        NEIGHBOURS(RTM_GETNEIGH());

        private final int request;

        Table(int request) {
            this.request = request;
        }
    }

    /** More than the kernel puts into one datagram. */
    private static final int DATAGRAM = 64 << 10;

    /** What may wait to be read: some thousand routes. Without CAP_NET_ADMIN it gets less. */
    private static final int BACKLOG = 2 << 20;

    private static final int REQUEST_SIZE = (int) (nlmsghdr.sizeof() + rtmsg.sizeof());
    private static final int SENDER = DATAGRAM; // behind the datagram: its sender's address
    private static final int SENDER_LENGTH = SENDER + 16;

    private final int fd;
    private final Region buffer;
    private int sequence;

    private RouteSocket(int fd, Region buffer) {
        this.fd = fd;
        this.buffer = buffer;
    }

    /**
     * @throws OsException if the kernel refuses
     */
    public static RouteSocket open() {
        Region buffer = Region.map(DATAGRAM + Region.PAGE, "netlink");
        int fd = Syscalls.socket(AF_NETLINK(), SOCK_RAW() | SOCK_CLOEXEC(), NETLINK_ROUTE());
        if (fd < 0) {
            buffer.close();
            throw new OsException("cannot open a netlink socket", -fd);
        }
        RouteSocket socket = new RouteSocket(fd, buffer);
        try {
            socket.join();
            return socket;
        } catch (OsException e) {
            socket.close();
            throw e;
        }
    }

    private void join() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocateFrom(ValueLayout.JAVA_INT, BACKLOG);
            if (Syscalls.setsockopt(fd, SOL_SOCKET(), SO_RCVBUFFORCE(), size, 4) < 0) {
                Syscalls.setsockopt(fd, SOL_SOCKET(), SO_RCVBUF(), size, 4);
            }
            MemorySegment address = sockaddr_nl.allocate(arena);
            sockaddr_nl.nl_family(address, (short) AF_NETLINK());
            sockaddr_nl.nl_groups(
                    address,
                    RTMGRP_LINK()
                            | RTMGRP_NEIGH()
                            | RTMGRP_IPV4_IFADDR()
                            | RTMGRP_IPV6_IFADDR()
                            | RTMGRP_IPV4_ROUTE()
                            | RTMGRP_IPV6_ROUTE());
            int result = Syscalls.bind(fd, address, (int) sockaddr_nl.sizeof());
            if (result < 0) {
                throw new OsException("cannot join netlink's groups", -result);
            }
        }
    }

    /**
     * Has the kernel say all that a table has, ending with {@link KernelFact.End}. One at a time.
     *
     * @throws OsException if it cannot be asked
     */
    public void ask(Table table) {
        try (Arena arena = Arena.ofConfined()) {
            // A header of the table's own kind follows; zeroes mean: of all families.
            MemorySegment request = arena.allocate(REQUEST_SIZE, Integer.BYTES);
            nlmsghdr.nlmsg_len(request, REQUEST_SIZE);
            nlmsghdr.nlmsg_type(request, (short) table.request);
            nlmsghdr.nlmsg_flags(request, (short) (NLM_F_REQUEST() | NLM_F_DUMP()));
            nlmsghdr.nlmsg_seq(request, ++sequence);
            long result = Syscalls.send(fd, request, REQUEST_SIZE, 0);
            if (result < 0) {
                throw new OsException("cannot ask the kernel for its " + table, (int) -result);
            }
        }
    }

    /** Waits until there is something to {@link #receive}, for some milliseconds at most. */
    public void await(int millis) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment poll = pollfd.allocate(arena);
            pollfd.fd(poll, fd);
            pollfd.events(poll, (short) POLLIN());
            Syscalls.poll(poll, 1, millis); // whatever it says, receive says better
        }
    }

    /**
     * Takes one datagram, if there is one, fact by fact.
     *
     * @return false if there was none
     * @throws OsException if the socket is broken, or the kernel refuses what was asked
     */
    public boolean receive(Consumer<KernelFact> facts) {
        long address = buffer.address();
        Mem.putInt(address + SENDER_LENGTH, (int) sockaddr_nl.sizeof());
        long length =
                Syscalls.recvfrom(
                        fd,
                        MemorySegment.ofAddress(address),
                        DATAGRAM,
                        MSG_DONTWAIT() | MSG_TRUNC(),
                        MemorySegment.ofAddress(address + SENDER),
                        MemorySegment.ofAddress(address + SENDER_LENGTH));
        if (length == -EAGAIN() || length == -EINTR()) {
            return false;
        }
        if (length == -ENOBUFS() || length > DATAGRAM) {
            facts.accept(new KernelFact.Lost());
            return true;
        }
        if (length < 0) {
            throw new OsException("cannot read from netlink", (int) -length);
        }
        boolean fromKernel = Mem.getInt(address + SENDER + sockaddr_nl.nl_pid$offset()) == 0;
        if (fromKernel) {
            new RouteMessages(sequence, facts).read(address, (int) length);
        }
        return true;
    }

    @Override
    public void close() {
        Syscalls.close(fd);
        buffer.close();
    }
}
