package io.esplanade.engine.port.udp;

import static io.esplanade.ffi.linux.linux.EAGAIN;
import static io.esplanade.ffi.linux.linux.EINVAL;
import static io.esplanade.ffi.linux.linux.EIO;
import static io.esplanade.ffi.linux.linux.EMSGSIZE;
import static io.esplanade.ffi.linux.linux.ENOBUFS;
import static io.esplanade.ffi.linux.linux.IPV6_TCLASS;
import static io.esplanade.ffi.linux.linux.IP_TOS;
import static io.esplanade.ffi.linux.linux.SOL_IP;
import static io.esplanade.ffi.linux.linux.SOL_IPV6;
import static io.esplanade.ffi.linux.linux.SOL_UDP;
import static io.esplanade.ffi.linux.linux.UDP_SEGMENT;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.net.IpProtocol;
import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.net.Ipv6;
import io.esplanade.engine.net.Udp;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Padded;
import io.esplanade.engine.port.IpSocket;
import io.esplanade.engine.port.MessageHeaders;
import io.esplanade.engine.port.TxQueue;
import io.esplanade.ffi.linux.Syscalls;

/**
 * Sends the datagrams of one queue: takes the outer headers off, and says to the kernel what they
 * said. Runs of equal length to one peer go in one message, which the kernel or the network card
 * cuts up; the last of a run may be shorter.
 */
final class UdpSender extends Padded implements TxQueue, AutoCloseable {

    private static final int MESSAGES = 64;
    private static final int VECTORS = 256;
    private static final int MOST_IN_RUN = 64; // UDP_MAX_SEGMENTS of older kernels
    private static final int LONGEST_RUN = 65_000;

    private final EspSocket[] sockets;
    private final MbufSource home;
    private final MessageHeaders headers = new MessageHeaders(MESSAGES, VECTORS);
    private final int[] runs = new int[MESSAGES]; // packets in each message
    private long lost;

    // Messages written and not yet sent, all of one socket and with the same DF and TTL.
    private EspSocket socket;
    private boolean dontFragment;
    private int ttl;
    private int messages;
    private int vectors;

    // Of the packet at hand.
    private EspSocket packetSocket;
    private long ip;
    private boolean ipv6;
    private int start; // of the payload
    private int payload;

    UdpSender(EspSocket[] sockets, MbufSource home) {
        this.sockets = sockets;
        this.home = home;
    }

    @Override
    public int send(Burst burst, int n) {
        int sent = 0; // and freed
        int at = 0; // written, or sent
        while (at < n) {
            if (!read(burst.get(at))) {
                sent = flush(burst, sent);
                if (sent < at) {
                    return sent;
                }
                lost++;
                home.free(burst.get(at++));
                sent = at;
            } else if (fits()) {
                at += write(burst, at, n);
            } else {
                sent = flush(burst, sent);
                if (sent < at) {
                    return sent;
                }
                socket = packetSocket;
                dontFragment = dontFragment();
                ttl = ttl();
            }
        }
        return flush(burst, sent);
    }

    /** Looks at a packet; false if it is not from an address of this port. */
    private boolean read(long mbuf) {
        ip = Mbuf.data(mbuf);
        ipv6 = Ipv4.version(ip) == 6;
        int udp = ipv6 ? Ipv6.HEADER_LENGTH : Ipv4.HEADER_LENGTH;
        start = udp + Udp.HEADER_LENGTH;
        payload = Mbuf.length(mbuf) - start;
        if (payload < 0
                || (ipv6 ? Ipv6.nextHeader(ip) : Ipv4.protocol(ip)) != IpProtocol.UDP
                || !ipv6 && (Ipv4.headerLength(ip) != udp || Ipv4.isFragment(ip))
                || Udp.length(ip + udp) != payload + Udp.HEADER_LENGTH) {
            return false;
        }
        long high = ipv6 ? Ipv6.sourceHigh(ip) : 0;
        long low = ipv6 ? Ipv6.sourceLow(ip) : Ipv4.sourceLow(ip);
        int port = Udp.sourcePort(ip + udp);
        for (EspSocket each : sockets) {
            if (each.is(ipv6, high, low, port)) {
                packetSocket = each;
                return true;
            }
        }
        return false;
    }

    private boolean dontFragment() {
        return ipv6 || Ipv4.dontFragment(ip);
    }

    private int ttl() {
        return ipv6 ? Ipv6.hopLimit(ip) : Ipv4.ttl(ip);
    }

    /** Whether the packet at hand can go into a message beside those written. */
    private boolean fits() {
        return packetSocket == socket
                && messages < MESSAGES
                && vectors < VECTORS
                && dontFragment() == dontFragment
                && ttl() == ttl;
    }

    /** Writes a message of the packet at hand and those that go with it; says how many. */
    private int write(Burst burst, int first, int n) {
        int most = socket.spreads() ? MOST_IN_RUN : 1;
        long firstIp = ip;
        boolean firstIpv6 = ipv6;
        int size = payload;
        int total = 0;
        int count = 0;
        boolean more = true;
        int firstVector = vectors;
        do {
            headers.vector(vectors++, ip + start, payload);
            total += payload;
            count++;
            more =
                    payload == size
                            && count < most
                            && first + count < n
                            && vectors < VECTORS
                            && read(burst.get(first + count))
                            && packetSocket == socket
                            && payload > 0
                            && payload <= size
                            && total + payload <= LONGEST_RUN
                            && isAlike(firstIp);
        } while (more);
        int message = messages++;
        headers.vectors(message, firstVector, count);
        writeHeader(message, firstIp, firstIpv6);
        if (count > 1) {
            headers.addControl(message, SOL_UDP(), UDP_SEGMENT(), size, Short.BYTES);
        }
        runs[message] = count;
        return count;
    }

    /** Whether the headers of the packet at hand say the same as these, of the same socket. */
    private boolean isAlike(long other) {
        long udp = ip + start - Udp.HEADER_LENGTH;
        long otherUdp = other + start - Udp.HEADER_LENGTH;
        if (Mem.getInt(udp) != Mem.getInt(otherUdp)) { // ports
            return false;
        }
        return ipv6
                ? Ipv6.trafficClass(ip) == Ipv6.trafficClass(other)
                        && Ipv6.hopLimit(ip) == Ipv6.hopLimit(other)
                        && Mem.equal(ip + 24, other + 24, 16)
                : Ipv4.tos(ip) == Ipv4.tos(other)
                        && Ipv4.dontFragment(ip) == Ipv4.dontFragment(other)
                        && Ipv4.ttl(ip) == Ipv4.ttl(other)
                        && Ipv4.destination(ip) == Ipv4.destination(other);
    }

    /** Says where a message goes, and its DSCP and ECN. */
    private void writeHeader(int message, long header, boolean isIpv6) {
        int udp = isIpv6 ? Ipv6.HEADER_LENGTH : Ipv4.HEADER_LENGTH;
        int length =
                IpSocket.writeAddress(
                        headers.name(message),
                        isIpv6,
                        isIpv6 ? Ipv6.destinationHigh(header) : 0,
                        isIpv6 ? Ipv6.destinationLow(header) : Ipv4.destinationLow(header),
                        Mem.getShortBE(header + udp + 2));
        headers.nameLength(message, length);
        headers.clearControl(message);
        int trafficClass = isIpv6 ? Ipv6.trafficClass(header) : Ipv4.tos(header);
        if (trafficClass != 0) {
            headers.addControl(
                    message,
                    isIpv6 ? SOL_IPV6() : SOL_IP(),
                    isIpv6 ? IPV6_TCLASS() : IP_TOS(),
                    trafficClass,
                    Integer.BYTES);
        }
    }

    /**
     * Sends what was written, and frees it.
     *
     * @param first the first packet of the burst that was written
     * @return the first that was not taken, since the socket is full
     */
    private int flush(Burst burst, int first) {
        int at = first;
        int done = 0;
        boolean again = false;
        if (messages > 0) {
            socket.headers(dontFragment, ttl);
        }
        while (done < messages) {
            int result = Syscalls.sendmmsg(socket.fd(), headers.from(done), messages - done, 0);
            if (result > 0) {
                for (int i = 0; i < result; i++) {
                    at = free(burst, at, runs[done++]);
                }
                again = false;
            } else if (result == -EAGAIN() || result == -ENOBUFS()) {
                break;
            } else if (result == -EMSGSIZE() || runs[done] > 1 && cannotSpread(-result)) {
                if (result == -EIO()) {
                    socket.spreadsNoMore();
                }
                at = sendOneByOne(burst, at, done++);
            } else if (!again) {
                again = true; // it may have told of an earlier datagram
                socket.troubled(true);
            } else {
                again = false;
                lost += runs[done];
                at = free(burst, at, runs[done++]);
            }
        }
        messages = 0;
        vectors = 0;
        return at;
    }

    private static boolean cannotSpread(int errno) {
        return errno == EINVAL() || errno == EIO();
    }

    private int sendOneByOne(Burst burst, int first, int message) {
        for (int i = first; i < first + runs[message]; i++) {
            read(burst.get(i));
            headers.vector(0, ip + start, payload);
            headers.vectors(0, 0, 1);
            writeHeader(0, ip, ipv6);
            int result = Syscalls.sendmmsg(socket.fd(), headers.segment(), 1, 0);
            if (result < 0) {
                lose(-result);
            }
        }
        return free(burst, first, runs[message]);
    }

    /** The datagram at hand, which the kernel did not take. */
    private void lose(int errno) {
        lost++;
        if (errno == EMSGSIZE()) {
            socket.tooLong(ip, start + payload);
        } else {
            socket.troubled(true);
        }
    }

    private int free(Burst burst, int first, int count) {
        for (int i = first; i < first + count; i++) {
            home.free(burst.get(i));
        }
        return first + count;
    }

    /** Packets that the port does not carry, or that the kernel refused. */
    @Override
    public long takeLost() {
        long taken = lost;
        lost = 0;
        return taken;
    }

    @Override
    public void close() {
        headers.close();
    }
}
