package io.esplanade.engine.os.netlink;

import static io.esplanade.ffi.linux.linux.AF_INET;
import static io.esplanade.ffi.linux.linux.AF_INET6;
import static io.esplanade.ffi.linux.linux.AF_NETLINK;
import static io.esplanade.ffi.linux.linux.AF_UNSPEC;
import static io.esplanade.ffi.linux.linux.IFA_ADDRESS;
import static io.esplanade.ffi.linux.linux.IFA_LOCAL;
import static io.esplanade.ffi.linux.linux.IFF_UP;
import static io.esplanade.ffi.linux.linux.IFLA_MTU;
import static io.esplanade.ffi.linux.linux.NETLINK_ROUTE;
import static io.esplanade.ffi.linux.linux.NLMSG_ERROR;
import static io.esplanade.ffi.linux.linux.NLM_F_ACK;
import static io.esplanade.ffi.linux.linux.NLM_F_CREATE;
import static io.esplanade.ffi.linux.linux.NLM_F_REPLACE;
import static io.esplanade.ffi.linux.linux.NLM_F_REQUEST;
import static io.esplanade.ffi.linux.linux.RTA_DST;
import static io.esplanade.ffi.linux.linux.RTA_OIF;
import static io.esplanade.ffi.linux.linux.RTM_NEWADDR;
import static io.esplanade.ffi.linux.linux.RTM_NEWLINK;
import static io.esplanade.ffi.linux.linux.RTM_NEWROUTE;
import static io.esplanade.ffi.linux.linux.RTN_UNICAST;
import static io.esplanade.ffi.linux.linux.RTPROT_STATIC;
import static io.esplanade.ffi.linux.linux.RT_SCOPE_LINK;
import static io.esplanade.ffi.linux.linux.RT_SCOPE_UNIVERSE;
import static io.esplanade.ffi.linux.linux.RT_TABLE_MAIN;
import static io.esplanade.ffi.linux.linux.SOCK_CLOEXEC;
import static io.esplanade.ffi.linux.linux.SOCK_RAW;

import io.esplanade.engine.os.OsException;
import io.esplanade.ffi.linux.Syscalls;
import io.esplanade.ffi.linux.ifaddrmsg;
import io.esplanade.ffi.linux.ifinfomsg;
import io.esplanade.ffi.linux.nlmsgerr;
import io.esplanade.ffi.linux.nlmsghdr;
import io.esplanade.ffi.linux.rtattr;
import io.esplanade.ffi.linux.rtmsg;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;

/**
 * Sets up a network device, as {@code ip link}, {@code ip address} and {@code ip route} do. Needs
 * CAP_NET_ADMIN. One thread.
 */
public final class LinkSetup implements AutoCloseable {

    private static final int ROOM = 512;
    private static final int HEADER = (int) nlmsghdr.sizeof();
    private static final long ERROR = HEADER + nlmsgerr.error$offset();

    /** IFA_F_NODAD: the address is there at once, and nobody is asked whether he has it. */
    private static final int NODAD = 2;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment message = arena.allocate(ROOM, 8);
    private final int device;
    private final int fd;
    private int length;

    /**
     * @param device the device's index
     * @throws OsException if the kernel has no netlink for this process
     */
    public LinkSetup(int device) {
        this.device = device;
        fd = Syscalls.socket(AF_NETLINK(), SOCK_RAW() | SOCK_CLOEXEC(), NETLINK_ROUTE());
        if (fd < 0) {
            arena.close();
            throw new OsException("cannot open a netlink socket", -fd);
        }
    }

    /**
     * Sets the MTU, and brings the device up.
     *
     * @throws OsException if the kernel refuses
     */
    public void up(int mtu) {
        begin(RTM_NEWLINK(), 0, ifinfomsg.sizeof());
        MemorySegment info = message.asSlice(HEADER);
        ifinfomsg.ifi_family(info, (byte) AF_UNSPEC());
        ifinfomsg.ifi_index(info, device);
        ifinfomsg.ifi_flags(info, IFF_UP());
        ifinfomsg.ifi_change(info, IFF_UP());
        attribute(IFLA_MTU(), mtu);
        send("set its MTU to " + mtu + " and bring it up");
    }

    /**
     * Gives it an address, and a route to the network that it is in.
     *
     * @param prefix how many bits are the network's
     * @throws OsException if the kernel refuses
     */
    public void address(InetAddress address, int prefix) {
        byte[] bytes = address.getAddress();
        begin(RTM_NEWADDR(), NLM_F_CREATE() | NLM_F_REPLACE(), ifaddrmsg.sizeof());
        MemorySegment info = message.asSlice(HEADER);
        ifaddrmsg.ifa_family(info, family(bytes));
        ifaddrmsg.ifa_prefixlen(info, (byte) prefix);
        ifaddrmsg.ifa_flags(info, (byte) (bytes.length == 4 ? 0 : NODAD));
        ifaddrmsg.ifa_scope(info, (byte) RT_SCOPE_UNIVERSE());
        ifaddrmsg.ifa_index(info, device);
        attribute(IFA_LOCAL(), bytes);
        attribute(IFA_ADDRESS(), bytes);
        send("give it the address " + address.getHostAddress() + "/" + prefix);
    }

    /**
     * Makes a route to it.
     *
     * @param network the first address of a network
     * @throws OsException if the kernel refuses
     */
    public void route(InetAddress network, int prefix) {
        byte[] bytes = network.getAddress();
        begin(RTM_NEWROUTE(), NLM_F_CREATE() | NLM_F_REPLACE(), rtmsg.sizeof());
        MemorySegment info = message.asSlice(HEADER);
        rtmsg.rtm_family(info, family(bytes));
        rtmsg.rtm_dst_len(info, (byte) prefix);
        rtmsg.rtm_table(info, (byte) RT_TABLE_MAIN());
        rtmsg.rtm_protocol(info, (byte) RTPROT_STATIC());
        rtmsg.rtm_scope(info, (byte) (bytes.length == 4 ? RT_SCOPE_LINK() : RT_SCOPE_UNIVERSE()));
        rtmsg.rtm_type(info, (byte) RTN_UNICAST());
        attribute(RTA_DST(), bytes);
        attribute(RTA_OIF(), device);
        send("route " + network.getHostAddress() + "/" + prefix + " to it");
    }

    private static byte family(byte[] address) {
        return (byte) (address.length == 4 ? AF_INET() : AF_INET6());
    }

    private void begin(int type, int flags, long body) {
        message.fill((byte) 0);
        length = HEADER + (int) body;
        nlmsghdr.nlmsg_type(message, (short) type);
        nlmsghdr.nlmsg_flags(message, (short) (NLM_F_REQUEST() | NLM_F_ACK() | flags));
    }

    private void attribute(int type, int value) {
        append(type, Integer.BYTES).set(ValueLayout.JAVA_INT_UNALIGNED, 0, value);
    }

    private void attribute(int type, byte[] value) {
        MemorySegment.copy(
                value, 0, append(type, value.length), ValueLayout.JAVA_BYTE, 0, value.length);
    }

    /** Appends an attribute, whose content is to be written. */
    private MemorySegment append(int type, int size) {
        MemorySegment attribute = message.asSlice(length);
        int header = (int) rtattr.sizeof();
        rtattr.rta_type(attribute, (short) type);
        rtattr.rta_len(attribute, (short) (header + size));
        length += header + (size + 3 & -4);
        return attribute.asSlice(header, size);
    }

    private void send(String what) {
        nlmsghdr.nlmsg_len(message, length);
        long result = Syscalls.send(fd, message, length, 0);
        if (result >= 0) {
            result = Syscalls.recv(fd, message, ROOM, 0);
        }
        if (result >= 0 && nlmsghdr.nlmsg_type(message) == (short) NLMSG_ERROR()) {
            result = message.get(ValueLayout.JAVA_INT, ERROR);
        }
        if (result < 0) {
            throw new OsException("cannot " + what, (int) -result);
        }
    }

    @Override
    public void close() {
        Syscalls.close(fd);
        arena.close();
    }
}
