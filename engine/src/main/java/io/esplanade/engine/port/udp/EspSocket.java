package io.esplanade.engine.port.udp;

import static io.esplanade.ffi.linux.linux.EACCES;
import static io.esplanade.ffi.linux.linux.EADDRINUSE;
import static io.esplanade.ffi.linux.linux.EADDRNOTAVAIL;
import static io.esplanade.ffi.linux.linux.IPV6_UNICAST_HOPS;
import static io.esplanade.ffi.linux.linux.IP_MTU_DISCOVER;
import static io.esplanade.ffi.linux.linux.IP_PMTUDISC_DONT;
import static io.esplanade.ffi.linux.linux.IP_PMTUDISC_PROBE;
import static io.esplanade.ffi.linux.linux.IP_TTL;
import static io.esplanade.ffi.linux.linux.SOCK_DGRAM;
import static io.esplanade.ffi.linux.linux.SOL_IP;
import static io.esplanade.ffi.linux.linux.SOL_IPV6;
import static io.esplanade.ffi.linux.linux.SOL_SOCKET;
import static io.esplanade.ffi.linux.linux.SOL_UDP;
import static io.esplanade.ffi.linux.linux.SO_REUSEPORT;
import static io.esplanade.ffi.linux.linux.UDP_GRO;
import static io.esplanade.ffi.linux.linux.UDP_SEGMENT;

import io.esplanade.engine.net.IpProtocol;
import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.net.Ipv6;
import io.esplanade.engine.net.Udp;
import io.esplanade.engine.os.Errno;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.port.IpSocket;

import java.io.IOException;
import java.net.InetAddress;

/**
 * A UDP socket bound to one of the port's addresses, in one of its queues; those of other queues
 * share its address. Its queue's sender changes what goes into headers, its receiver reads.
 */
final class EspSocket extends IpSocket {

    private static final int TTL = 64;

    private final int port;
    private final boolean gathers;
    private boolean spreads;
    private boolean dontFragment = true;
    private int ttl = TTL;

    private EspSocket(int fd, InetAddress address, int port) {
        super(fd, address);
        this.port = port;
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
        int fd = open(address, SOCK_DGRAM(), 0);
        if (fd < 0) {
            throw new IOException("cannot open a UDP socket: " + Errno.text(-fd));
        }
        EspSocket socket = new EspSocket(fd, address, port);
        socket.configure();
        if (shared) {
            socket.set(SOL_SOCKET(), SO_REUSEPORT(), 1);
        }
        socket.set(socket.level(), socket.hops(), TTL);
        int result = socket.bind(port);
        if (result < 0) {
            socket.close();
            throw new IOException(whyNotBound(address, port, -result));
        }
        return socket;
    }

    private int level() {
        return isIpv6() ? SOL_IPV6() : SOL_IP();
    }

    private int hops() {
        return isIpv6() ? IPV6_UNICAST_HOPS() : IP_TTL();
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

    /** Whether this is the address: one of IPv4 in its mapped form. */
    boolean is(boolean ipv6, long high, long low, int otherPort) {
        return port == otherPort && low == low() && high == high() && ipv6 == isIpv6();
    }

    /** The sender: what goes into the headers of what is sent next; a call only if it changes. */
    void headers(boolean newDontFragment, int newTtl) {
        if (!isIpv6() && newDontFragment != dontFragment) {
            dontFragment = newDontFragment;
            set(
                    SOL_IP(),
                    IP_MTU_DISCOVER(),
                    dontFragment ? IP_PMTUDISC_PROBE() : IP_PMTUDISC_DONT());
        }
        if (newTtl != ttl) {
            ttl = newTtl;
            set(level(), hops(), ttl);
        }
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

    /** {@inheritDoc} A router quotes less than there was. */
    @Override
    protected int writeHeaders(long quoted, int length, long name, int least) {
        int ipHeader = isIpv6() ? Ipv6.HEADER_LENGTH : Ipv4.HEADER_LENGTH;
        int headers = ipHeader + Udp.HEADER_LENGTH;
        int sent = Math.max(headers + length, least);
        long ip = quoted - headers;
        if (isIpv6()) {
            Mem.putIntBE(ip, 6 << 28);
            Mem.putIntBE(ip + 4, sent - ipHeader << 16 | IpProtocol.UDP << 8 | TTL);
            Mem.putLongBE(ip + 8, high());
            Mem.putLongBE(ip + 16, low());
            Mem.copy(name + 8, ip + 24, 16);
        } else {
            Mem.putIntBE(ip, 0x45 << 24 | sent);
            Mem.putIntBE(ip + 4, 0x4000); // ID 0, DF
            Mem.putIntBE(ip + 8, TTL << 24 | IpProtocol.UDP << 16);
            Mem.putIntBE(ip + 12, (int) low());
            Mem.putInt(ip + 16, Mem.getInt(name + 4));
            Ipv4.updateChecksum(ip);
        }
        Udp.write(ip + ipHeader, port, Mem.getShortBE(name + 2), sent - ipHeader);
        return headers;
    }
}
