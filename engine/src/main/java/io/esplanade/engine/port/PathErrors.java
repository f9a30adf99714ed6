package io.esplanade.engine.port;

import static io.esplanade.ffi.linux.linux.EMSGSIZE;
import static io.esplanade.ffi.linux.linux.IPV6_RECVERR;
import static io.esplanade.ffi.linux.linux.IP_RECVERR;
import static io.esplanade.ffi.linux.linux.MSG_DONTWAIT;
import static io.esplanade.ffi.linux.linux.MSG_ERRQUEUE;
import static io.esplanade.ffi.linux.linux.SOL_IP;
import static io.esplanade.ffi.linux.linux.SOL_IPV6;

import io.esplanade.engine.ip.IcmpError;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.net.Ipv6;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Region;
import io.esplanade.ffi.linux.Syscalls;

/**
 * What the kernel knows of packets that were too long for their path, which it reads out of ICMP
 * errors or sees itself: told to the engine as ICMP errors again (RFC 1191, RFC 8201), so that it
 * learns path MTUs as on any port. The thread that receives.
 */
final class PathErrors implements AutoCloseable {

    /** What is quoted of a packet at most: its headers, and what follows them of ESP or AH. */
    static final int MOST_QUOTED = Ipv6.HEADER_LENGTH + 40;

    private static final int ROOM = 128; // for headers before a quotation, and those of an error
    private static final int LONGEST = 0x1_0000;
    private static final int MOST = 16; // errors about something else that are passed over at once

    /** A router quotes as much at least (RFC 792). */
    private static final int LEAST_QUOTED = Long.BYTES;

    // struct sock_extended_err
    private static final int ERRNO = 0;
    private static final int INFO = 8;

    private final Region region = Region.map(ROOM + LONGEST, "errors of sockets");
    private final long quoted = region.address() + ROOM;
    private final MessageHeaders header = new MessageHeaders(1, 1);

    PathErrors() {
        header.vector(0, quoted, LONGEST);
        header.vectors(0, 0, 1);
    }

    /** The next error of the socket's that tells of a path MTU, in an mbuf; or NULL. */
    long take(IpSocket socket, MbufFiller filler) {
        for (int i = 0; i < MOST; i++) {
            header.offer(0);
            long length =
                    Syscalls.recvmsg(
                            socket.fd(), header.segment(), MSG_ERRQUEUE() | MSG_DONTWAIT());
            if (length < 0) {
                return Mbuf.NULL;
            }
            int mtu = mtu();
            if (mtu > 0 && length >= LEAST_QUOTED) { // by a router
                int before = socket.writeHeaders(quoted, (int) length, header.name(0), mtu + 1);
                return write(socket, filler, mtu, quoted - before, before + (int) length);
            }
            byte[] own = mtu > 0 ? socket.takeTooLong() : null; // this host does not quote
            if (own != null) {
                Mem.copyFrom(own, 0, quoted, own.length);
                if (isTo(socket, header.name(0))) {
                    return write(socket, filler, mtu, quoted, own.length);
                }
            }
        }
        return Mbuf.NULL;
    }

    /** What the error says that fits; 0 if it is about something else. */
    private int mtu() {
        long control = header.firstControl(0);
        for (; control != 0; control = header.nextControl(0, control)) {
            if (MessageHeaders.isControl(control, SOL_IP(), IP_RECVERR())
                    || MessageHeaders.isControl(control, SOL_IPV6(), IPV6_RECVERR())) {
                long error = MessageHeaders.controlData(control);
                return Mem.getInt(error + ERRNO) == EMSGSIZE() ? Mem.getInt(error + INFO) : 0;
            }
        }
        return 0;
    }

    /** Whether the quoted packet was going to this address. */
    private boolean isTo(IpSocket socket, long name) {
        return socket.isIpv6()
                ? Mem.equal(quoted + 24, name + 8, 16)
                : Mem.getInt(quoted + 16) == Mem.getInt(name + 4);
    }

    /** An ICMP error of this host about what it has sent itself. */
    private static long write(
            IpSocket socket, MbufFiller filler, int mtu, long packet, int length) {
        int quote = Math.min(length, MOST_QUOTED);
        boolean ipv6 = socket.isIpv6();
        if (quote < (ipv6 ? Ipv6.HEADER_LENGTH : Ipv4.HEADER_LENGTH)) {
            return Mbuf.NULL;
        }
        int before = IcmpError.headers(ipv6);
        long mbuf = filler.fill(packet - before, before + quote, 0);
        if (mbuf != Mbuf.NULL) {
            Mbuf.pull(mbuf, before);
            Mbuf.flags(mbuf, ipv6 ? Mbuf.IPV6 : 0);
            int said = ipv6 ? mtu : Math.min(mtu, 0xffff);
            IcmpError.make(
                    mbuf, IcmpError.Kind.TOO_BIG, said, socket.high(), socket.low(), false, 0);
            Mbuf.flags(mbuf, 0);
        }
        return mbuf;
    }

    @Override
    public void close() {
        header.close();
        region.close();
    }
}
