package io.esplanade.engine.port.udp;

import static io.esplanade.ffi.linux.linux.EMSGSIZE;
import static io.esplanade.ffi.linux.linux.IPV6_RECVERR;
import static io.esplanade.ffi.linux.linux.IP_RECVERR;
import static io.esplanade.ffi.linux.linux.MSG_DONTWAIT;
import static io.esplanade.ffi.linux.linux.MSG_ERRQUEUE;
import static io.esplanade.ffi.linux.linux.SOL_IP;
import static io.esplanade.ffi.linux.linux.SOL_IPV6;

import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.net.Checksum;
import io.esplanade.engine.net.Icmp;
import io.esplanade.engine.net.IpProtocol;
import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.net.Ipv6;
import io.esplanade.engine.net.Udp;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Region;
import io.esplanade.engine.port.MbufFiller;
import io.esplanade.engine.port.udp.EspSocket.TooLong;
import io.esplanade.ffi.linux.Syscalls;

import java.lang.foreign.MemorySegment;

/**
 * What the kernel knows of datagrams that were too long for their path, which it reads out of ICMP
 * errors or sees itself: told to the engine as ICMP errors again (RFC 1191, RFC 8201), so that it
 * learns path MTUs as on any port.
 */
final class PathErrors implements AutoCloseable {

    private static final int SCRATCH = 0x1_0000 + Ipv6.HEADER_LENGTH + Udp.HEADER_LENGTH;
    private static final int MOST = 16; // errors about something else that are passed over at once

    /** What is quoted of a datagram's payload: ESP's SPI and sequence number. */
    private static final int QUOTED = Long.BYTES;

    private static final long INT = 0xffff_ffffL;

    // struct sock_extended_err
    private static final int ERRNO = 0;
    private static final int INFO = 8;

    private static final int TTL = 64;

    private final Region region = Region.map(SCRATCH, "errors of UDP sockets");
    private final MemorySegment scratchSegment = Mem.segment(region.address(), SCRATCH);
    private final MessageHeaders header = new MessageHeaders(1, 1);

    PathErrors() {
        header.vector(0, region.address(), SCRATCH);
        header.vectors(0, 0, 1);
    }

    /** Room for a packet, for who has something to write. */
    long scratch() {
        return region.address();
    }

    MemorySegment scratchSegment() {
        return scratchSegment;
    }

    /** The next error of the socket's that tells of a path MTU, in an mbuf; or NULL. */
    long take(EspSocket socket, MbufFiller filler) {
        for (int i = 0; i < MOST; i++) {
            header.offer(0);
            long length =
                    Syscalls.recvmsg(
                            socket.fd(), header.segment(), MSG_ERRQUEUE() | MSG_DONTWAIT());
            if (length < 0) {
                return Mbuf.NULL;
            }
            int mtu = mtu();
            TooLong datagram = mtu > 0 ? datagram(socket, (int) length) : null;
            if (datagram != null) {
                return write(socket, filler, mtu, datagram);
            }
        }
        return Mbuf.NULL;
    }

    /** What the error is about: a router quotes it, this host knows it; or null. */
    private TooLong datagram(EspSocket socket, int quoted) {
        long name = header.name(0);
        boolean ipv6 = socket.isIpv6();
        long high = ipv6 ? Mem.getLongBE(name + 8) : 0;
        long low = ipv6 ? Mem.getLongBE(name + 16) : Ipv4.MAPPED | Mem.getIntBE(name + 4) & INT;
        if (quoted >= Long.BYTES) {
            int port = Mem.getShortBE(name + 2);
            return new TooLong(high, low, port, Mem.getLongBE(scratch()), quoted);
        }
        TooLong own = socket.takeTooLong();
        return own != null && own.high() == high && own.low() == low ? own : null;
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

    /** An ICMP error of this host about what it has sent itself. */
    private long write(EspSocket socket, MbufFiller filler, int mtu, TooLong datagram) {
        int ipHeader = socket.isIpv6() ? Ipv6.HEADER_LENGTH : Ipv4.HEADER_LENGTH;
        int headers = ipHeader + Udp.HEADER_LENGTH;
        int quote = headers + QUOTED;
        int length = ipHeader + Icmp.HEADER_LENGTH + quote;
        long mbuf = filler.empty(length);
        if (mbuf == Mbuf.NULL) {
            return mbuf;
        }
        long ip = Mbuf.data(mbuf);
        long icmp = ip + ipHeader;
        long quoted = icmp + Icmp.HEADER_LENGTH;
        int sent =
                Math.max(
                        headers + datagram.payload(),
                        mtu + 1); // a router quotes less than there was
        if (socket.isIpv6()) {
            writeIpv6(ip, socket, IpProtocol.ICMPV6, length, socket.high(), socket.low());
            writeIpv6(quoted, socket, IpProtocol.UDP, sent, datagram.high(), datagram.low());
        } else {
            writeIpv4(ip, socket, IpProtocol.ICMP, length, (int) socket.low());
            writeIpv4(quoted, socket, IpProtocol.UDP, sent, (int) datagram.low());
        }
        Udp.write(quoted + ipHeader, socket.port(), datagram.port(), sent - ipHeader);
        Mem.putLongBE(quoted + headers, datagram.esp());
        writeIcmp(socket, ip, icmp, length - ipHeader, mtu);
        return mbuf;
    }

    private static void writeIpv4(
            long ip, EspSocket socket, int protocol, int length, int destination) {
        Mem.putIntBE(ip, 0x45 << 24 | length);
        Mem.putIntBE(ip + 4, 0x4000); // ID 0, DF
        Mem.putIntBE(ip + 8, TTL << 24 | protocol << 16);
        Mem.putIntBE(ip + 12, (int) socket.low());
        Mem.putIntBE(ip + 16, destination);
        Ipv4.updateChecksum(ip);
    }

    private static void writeIpv6(
            long ip, EspSocket socket, int protocol, int length, long high, long low) {
        Mem.putIntBE(ip, 6 << 28);
        Mem.putIntBE(ip + 4, length - Ipv6.HEADER_LENGTH << 16 | protocol << 8 | TTL);
        Mem.putLongBE(ip + 8, socket.high());
        Mem.putLongBE(ip + 16, socket.low());
        Mem.putLongBE(ip + 24, high);
        Mem.putLongBE(ip + 32, low);
    }

    private static void writeIcmp(EspSocket socket, long ip, long icmp, int length, int mtu) {
        if (socket.isIpv6()) {
            Mem.putIntBE(icmp, Icmp.PACKET_TOO_BIG_V6 << 24);
            Mem.putIntBE(icmp + 4, mtu);
            int pseudo = Checksum.pseudoIpv6(ip, IpProtocol.ICMPV6, length);
            int sum = Checksum.add(pseudo, Checksum.sum(icmp, length));
            Mem.putShortBE(icmp + Icmp.CHECKSUM, Checksum.complement(sum));
        } else {
            Mem.putIntBE(icmp, Icmp.UNREACHABLE << 24 | Icmp.FRAGMENTATION_NEEDED << 16);
            Mem.putIntBE(icmp + 4, Math.min(mtu, 0xffff));
            Mem.putShortBE(icmp + Icmp.CHECKSUM, Checksum.of(icmp, length));
        }
    }

    @Override
    public void close() {
        header.close();
        region.close();
    }
}
