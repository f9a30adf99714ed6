package io.esplanade.engine.port.udp;

import static io.esplanade.ffi.linux.linux.AF_UNIX;
import static io.esplanade.ffi.linux.linux.SOCK_CLOEXEC;
import static io.esplanade.ffi.linux.linux.SOCK_DGRAM;
import static io.esplanade.ffi.linux.linux.SOCK_NONBLOCK;

import io.esplanade.engine.net.IpProtocol;
import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.net.Ipv6;
import io.esplanade.engine.net.Transport;
import io.esplanade.engine.net.Udp;
import io.esplanade.engine.os.Errno;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Region;
import io.esplanade.engine.port.IpSocket;
import io.esplanade.ffi.linux.Syscalls;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * The way to an IKE daemon that shares the port: a Unix datagram socket beside the daemon's own,
 * whose path it has with {@code .esplanade} behind it. Only this user may write to it.
 *
 * <p>What the daemon gets are whole IP packets, with the addresses and ports that they came with;
 * what it sends here are such packets from an address of the port. It may come and go.
 *
 * <p>Any receiver gives; one of them sends what the daemon says.
 */
final class IkeSocket implements AutoCloseable {

    private static final int ADDRESS = 110; // struct sockaddr_un
    private static final int LONGEST = 0xffff;
    private static final int ONLY_THIS_USER = 0600;

    private final int fd;
    private final Path path;
    private final Region region = Region.map(2 * ADDRESS + LONGEST, "what an IKE daemon says");
    private final long said = region.address();
    private final MemorySegment saidSegment = Mem.segment(said, LONGEST);
    private final MemorySegment daemon; // its address
    private final int daemonLength;
    private final MemorySegment peer; // where what it says goes
    private int refused; // of the receiver that listens

    private IkeSocket(int fd, String daemonPath, Path path) {
        this.fd = fd;
        this.path = path;
        daemon = Mem.segment(said + LONGEST, ADDRESS);
        daemonLength = write(daemon, daemonPath);
        peer = Mem.segment(said + LONGEST + ADDRESS, IpSocket.ADDRESS);
    }

    /**
     * Opens it; the daemon need not be there.
     *
     * @throws IOException if it cannot be: the message has the remedy
     */
    static IkeSocket open(String daemonPath) throws IOException {
        int fd = Syscalls.socket(AF_UNIX(), SOCK_DGRAM() | SOCK_NONBLOCK() | SOCK_CLOEXEC(), 0);
        if (fd < 0) {
            throw new IOException("cannot open a Unix socket: " + Errno.text(-fd));
        }
        try {
            Path path = Path.of(daemonPath + ".esplanade");
            Files.deleteIfExists(path); // of one that was killed
            bind(fd, path);
            return new IkeSocket(fd, daemonPath, path);
        } catch (IOException | InvalidPathException e) {
            Syscalls.close(fd);
            throw new IOException(
                    "ike-socket: cannot make a socket beside " + daemonPath + ": " + e.getMessage(),
                    e);
        }
    }

    private static void bind(int fd, Path path) throws IOException {
        Syscalls.fchmod(fd, ONLY_THIS_USER); // the file gets it
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(ADDRESS, 2);
            int result = Syscalls.bind(fd, name, write(name, path.toString()));
            if (result < 0) {
                throw new IOException(Errno.text(-result));
            }
        }
    }

    private static int write(MemorySegment name, String path) {
        Mem.putShort(name.address(), AF_UNIX());
        name.setString(2, path);
        return ADDRESS;
    }

    int fd() {
        return fd;
    }

    /** Gives the daemon a packet; false if it is not there, or does not come after. */
    boolean give(MemorySegment packet, int length) {
        return Syscalls.sendto(fd, packet, length, 0, daemon, daemonLength) == length;
    }

    /** Sends the next packet of the daemon's, if there is one, by the socket whose it is. */
    boolean forward(EspSocket[] sockets) {
        int length = (int) Syscalls.recv(fd, saidSegment, LONGEST, 0);
        if (length <= 0) {
            return false;
        }
        if (!send(sockets, length)) {
            refused++;
        }
        return true;
    }

    private boolean send(EspSocket[] sockets, int length) {
        boolean ipv6 = length > 0 && Ipv4.version(said) == 6;
        int start = ipv6 ? Ipv6.HEADER_LENGTH : Ipv4.HEADER_LENGTH;
        boolean sound = ipv6 ? Ipv6.valid(said, length) : Ipv4.valid(said, length);
        if (!sound) {
            return false;
        }
        int transport = ipv6 ? Ipv6.transport(said) : Ipv4.transport(said);
        if (transport == Transport.MALFORMED
                || Transport.protocol(transport) != IpProtocol.UDP
                || Transport.isFragment(transport)
                || Transport.offset(transport) != start
                || start + Udp.HEADER_LENGTH > length) {
            return false;
        }
        long udp = said + start;
        long high = ipv6 ? Ipv6.sourceHigh(said) : 0;
        long low = ipv6 ? Ipv6.sourceLow(said) : Ipv4.sourceLow(said);
        for (EspSocket socket : sockets) {
            if (socket.is(ipv6, high, low, Udp.sourcePort(udp))) {
                int name =
                        IpSocket.writeAddress(
                                peer.address(),
                                ipv6,
                                ipv6 ? Ipv6.destinationHigh(said) : 0,
                                ipv6 ? Ipv6.destinationLow(said) : Ipv4.destinationLow(said),
                                Mem.getShortBE(udp + 2));
                int headers = start + Udp.HEADER_LENGTH;
                MemorySegment payload = saidSegment.asSlice(headers);
                int bytes = length - headers;
                return Syscalls.sendto(socket.fd(), payload, bytes, 0, peer, name) == bytes;
            }
        }
        return false;
    }

    /** Packets of the daemon's that were not from an address of the port, or could not be sent. */
    int takeRefused() {
        int taken = refused;
        refused = 0;
        return taken;
    }

    @Override
    public void close() throws IOException {
        Syscalls.close(fd);
        region.close();
        Files.deleteIfExists(path);
    }
}
