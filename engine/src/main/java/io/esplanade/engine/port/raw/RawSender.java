package io.esplanade.engine.port.raw;

import static io.esplanade.ffi.linux.linux.EAGAIN;
import static io.esplanade.ffi.linux.linux.EMSGSIZE;
import static io.esplanade.ffi.linux.linux.ENOBUFS;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.net.IpProtocol;
import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.net.Ipv6;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Padded;
import io.esplanade.engine.port.IpSocket;
import io.esplanade.engine.port.MessageHeaders;
import io.esplanade.engine.port.TxQueue;
import io.esplanade.ffi.linux.Syscalls;

/**
 * Sends the packets of one queue as they are, many by one call. The kernel changes nothing in them
 * but the IPv4 header's checksum, and an identification of 0 where DF is not set.
 */
final class RawSender extends Padded implements TxQueue, AutoCloseable {

    private static final int MESSAGES = 64;

    private final RawSocket[] sockets;
    private final MbufSource home;
    private final MessageHeaders headers = new MessageHeaders(MESSAGES, MESSAGES);
    private long lost;

    // Messages written and not yet sent, all of one socket.
    private RawSocket socket;
    private int messages;

    RawSender(RawSocket[] sockets, MbufSource home) {
        this.sockets = sockets;
        this.home = home;
        for (int i = 0; i < MESSAGES; i++) {
            headers.vectors(i, i, 1);
            headers.clearControl(i);
        }
    }

    @Override
    public int send(Burst burst, int n) {
        int sent = 0; // and freed
        for (int at = 0; at < n; at++) { // written, or sent
            RawSocket its = socketOf(burst.get(at));
            if (its != socket || messages == MESSAGES) {
                sent = flush(burst, sent);
                if (sent < at) {
                    return sent;
                }
                socket = its;
            }
            if (its == null) {
                lost++;
                home.free(burst.get(at));
                sent = at + 1;
            } else {
                write(burst.get(at));
            }
        }
        return flush(burst, sent);
    }

    /** The socket that has the packet's source and protocol; null if none has. */
    private RawSocket socketOf(long mbuf) {
        long ip = Mbuf.data(mbuf);
        boolean ipv6 = Ipv4.version(ip) == 6;
        int protocol = ipv6 ? Ipv6.nextHeader(ip) : Ipv4.protocol(ip);
        if (ipv6 && protocol == IpProtocol.FRAGMENT) {
            protocol = Mem.getUnsignedByte(ip + Ipv6.HEADER_LENGTH);
        }
        long high = ipv6 ? Ipv6.sourceHigh(ip) : 0;
        long low = ipv6 ? Ipv6.sourceLow(ip) : Ipv4.sourceLow(ip);
        for (RawSocket each : sockets) {
            if (each.is(ipv6, high, low, protocol)) {
                return each;
            }
        }
        return null;
    }

    private void write(long mbuf) {
        long ip = Mbuf.data(mbuf);
        boolean ipv6 = socket.isIpv6();
        headers.vector(messages, ip, Mbuf.length(mbuf));
        headers.nameLength(
                messages,
                IpSocket.writeAddress(
                        headers.name(messages),
                        ipv6,
                        ipv6 ? Ipv6.destinationHigh(ip) : 0,
                        ipv6 ? Ipv6.destinationLow(ip) : Ipv4.destinationLow(ip),
                        0));
        messages++;
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
        while (done < messages) {
            int result = Syscalls.sendmmsg(socket.fd(), headers.from(done), messages - done, 0);
            if (result > 0) {
                for (int i = 0; i < result; i++) {
                    home.free(burst.get(at++));
                }
                done += result;
                again = false;
            } else if (result == -EAGAIN() || result == -ENOBUFS()) {
                break;
            } else if (!again) {
                again = true; // it may have told of an earlier packet
                socket.troubled(true);
            } else {
                again = false;
                lose(burst.get(at++), -result);
                done++;
            }
        }
        messages = 0;
        return at;
    }

    private void lose(long mbuf, int errno) {
        lost++;
        if (errno == EMSGSIZE()) {
            socket.tooLong(Mbuf.data(mbuf), Mbuf.length(mbuf));
        }
        home.free(mbuf);
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
