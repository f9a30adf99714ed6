package io.esplanade.engine.os.netlink;

import static io.esplanade.ffi.linux.linux.AF_INET;
import static io.esplanade.ffi.linux.linux.AF_INET6;
import static io.esplanade.ffi.linux.linux.AF_UNSPEC;
import static io.esplanade.ffi.linux.linux.IFA_ADDRESS;
import static io.esplanade.ffi.linux.linux.IFA_LOCAL;
import static io.esplanade.ffi.linux.linux.IFF_RUNNING;
import static io.esplanade.ffi.linux.linux.IFF_UP;
import static io.esplanade.ffi.linux.linux.IFLA_IFNAME;
import static io.esplanade.ffi.linux.linux.IFLA_INFO_DATA;
import static io.esplanade.ffi.linux.linux.IFLA_INFO_KIND;
import static io.esplanade.ffi.linux.linux.IFLA_LINKINFO;
import static io.esplanade.ffi.linux.linux.IFLA_MTU;
import static io.esplanade.ffi.linux.linux.IFLA_VRF_TABLE;
import static io.esplanade.ffi.linux.linux.NDA_DST;
import static io.esplanade.ffi.linux.linux.NDA_LLADDR;
import static io.esplanade.ffi.linux.linux.NLMSG_DONE;
import static io.esplanade.ffi.linux.linux.NLMSG_ERROR;
import static io.esplanade.ffi.linux.linux.NLMSG_OVERRUN;
import static io.esplanade.ffi.linux.linux.NLM_F_APPEND;
import static io.esplanade.ffi.linux.linux.NLM_F_DUMP_INTR;
import static io.esplanade.ffi.linux.linux.NLM_F_MULTI;
import static io.esplanade.ffi.linux.linux.NLM_F_REPLACE;
import static io.esplanade.ffi.linux.linux.NUD_DELAY;
import static io.esplanade.ffi.linux.linux.NUD_PERMANENT;
import static io.esplanade.ffi.linux.linux.NUD_PROBE;
import static io.esplanade.ffi.linux.linux.NUD_REACHABLE;
import static io.esplanade.ffi.linux.linux.NUD_STALE;
import static io.esplanade.ffi.linux.linux.RTA_DST;
import static io.esplanade.ffi.linux.linux.RTA_GATEWAY;
import static io.esplanade.ffi.linux.linux.RTA_MULTIPATH;
import static io.esplanade.ffi.linux.linux.RTA_OIF;
import static io.esplanade.ffi.linux.linux.RTA_PRIORITY;
import static io.esplanade.ffi.linux.linux.RTA_TABLE;
import static io.esplanade.ffi.linux.linux.RTA_VIA;
import static io.esplanade.ffi.linux.linux.RTM_DELADDR;
import static io.esplanade.ffi.linux.linux.RTM_DELLINK;
import static io.esplanade.ffi.linux.linux.RTM_DELNEIGH;
import static io.esplanade.ffi.linux.linux.RTM_DELROUTE;
import static io.esplanade.ffi.linux.linux.RTM_F_CLONED;
import static io.esplanade.ffi.linux.linux.RTM_NEWADDR;
import static io.esplanade.ffi.linux.linux.RTM_NEWLINK;
import static io.esplanade.ffi.linux.linux.RTM_NEWNEIGH;
import static io.esplanade.ffi.linux.linux.RTM_NEWROUTE;
import static io.esplanade.ffi.linux.linux.RTNH_F_DEAD;
import static io.esplanade.ffi.linux.linux.RTNH_F_LINKDOWN;
import static io.esplanade.ffi.linux.linux.RTN_BLACKHOLE;
import static io.esplanade.ffi.linux.linux.RTN_PROHIBIT;
import static io.esplanade.ffi.linux.linux.RTN_UNICAST;
import static io.esplanade.ffi.linux.linux.RTN_UNREACHABLE;

import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.OsException;
import io.esplanade.ffi.linux.ifaddrmsg;
import io.esplanade.ffi.linux.ifinfomsg;
import io.esplanade.ffi.linux.ndmsg;
import io.esplanade.ffi.linux.nlmsghdr;
import io.esplanade.ffi.linux.rtmsg;
import io.esplanade.ffi.linux.rtnexthop;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Reads the messages of rtnetlink(7). What is not understood is passed over, as newer kernels say
 * more.
 *
 * @param asked the sequence number of what was asked for last
 */
record RouteMessages(int asked, Consumer<KernelFact> facts) {

    /** States in which a neighbour's link-layer address may be used. */
    private static final int USABLE =
            NUD_REACHABLE() | NUD_STALE() | NUD_DELAY() | NUD_PROBE() | NUD_PERMANENT();

    void read(long address, int length) {
        long end = address + length;
        for (long at = address; end - at >= nlmsghdr.sizeof(); ) {
            long size = Integer.toUnsignedLong(Mem.getInt(at));
            if (size < nlmsghdr.sizeof() || size > end - at) {
                facts.accept(new KernelFact.Lost());
                return;
            }
            message(at, at + size);
            at += Attribute.align(size);
        }
    }

    private void message(long at, long end) {
        int type = Mem.getShort(at + nlmsghdr.nlmsg_type$offset());
        int flags = Mem.getShort(at + nlmsghdr.nlmsg_flags$offset());
        boolean mine = Mem.getInt(at + nlmsghdr.nlmsg_seq$offset()) == asked;
        long body = at + nlmsghdr.sizeof();
        if (type == NLMSG_DONE()) {
            if (mine) {
                boolean failed = end - body >= Integer.BYTES && Mem.getInt(body) < 0;
                facts.accept(new KernelFact.End(!failed && (flags & NLM_F_DUMP_INTR()) == 0));
            }
        } else if (type == NLMSG_ERROR()) {
            int error = end - body >= Integer.BYTES ? Mem.getInt(body) : 0;
            if (mine && error != 0) {
                throw new OsException("the kernel does not say what it was asked", -error);
            }
        } else if (type == NLMSG_OVERRUN()) {
            facts.accept(new KernelFact.Lost());
        } else if (type == RTM_NEWLINK() || type == RTM_DELLINK()) {
            link(type == RTM_DELLINK(), body, end);
        } else if (type == RTM_NEWADDR() || type == RTM_DELADDR()) {
            address(type == RTM_DELADDR(), body, end);
        } else if (type == RTM_NEWROUTE() || type == RTM_DELROUTE()) {
            // In the answer to a request they come in their order.
            int change = mine && (flags & NLM_F_MULTI()) != 0 ? NLM_F_APPEND() : flags;
            route(type == RTM_DELROUTE(), change, body, end);
        } else if (type == RTM_NEWNEIGH() || type == RTM_DELNEIGH()) {
            neighbour(type == RTM_DELNEIGH(), body, end);
        }
    }

    private void link(boolean gone, long at, long end) {
        int family = Mem.getUnsignedByte(at);
        if (family != AF_UNSPEC()) {
            return; // what a bridge says of its ports
        }
        int flags = Mem.getInt(at + ifinfomsg.ifi_flags$offset());
        String name = "";
        int mtu = 0;
        int vrfTable = 0;
        for (Attribute a : Attribute.all(at + ifinfomsg.sizeof(), end)) {
            if (a.type() == IFLA_IFNAME()) {
                name = a.text();
            } else if (a.type() == IFLA_MTU()) {
                mtu = a.number();
            } else if (a.type() == IFLA_LINKINFO()) {
                vrfTable = vrfTable(a);
            }
        }
        boolean up = (flags & (IFF_UP() | IFF_RUNNING())) == (IFF_UP() | IFF_RUNNING());
        int index = Mem.getInt(at + ifinfomsg.ifi_index$offset());
        facts.accept(new KernelFact.Link(gone, index, name, up, mtu, vrfTable));
    }

    private static int vrfTable(Attribute linkInfo) {
        boolean vrf = false;
        int table = 0;
        for (Attribute a : linkInfo.nested()) {
            if (a.type() == IFLA_INFO_KIND()) {
                vrf = a.text().equals("vrf");
            } else if (a.type() == IFLA_INFO_DATA() && vrf) { // the kind stands before its data
                for (Attribute data : a.nested()) {
                    table = data.type() == IFLA_VRF_TABLE() ? data.number() : table;
                }
            }
        }
        return table;
    }

    private void address(boolean gone, long at, long end) {
        int link = Mem.getInt(at + ifaddrmsg.ifa_index$offset());
        InetAddress local = null;
        InetAddress address = null;
        for (Attribute a : Attribute.all(at + ifaddrmsg.sizeof(), end)) {
            if (a.type() == IFA_LOCAL()) {
                local = a.address();
            } else if (a.type() == IFA_ADDRESS()) {
                address = a.address();
            }
        }
        InetAddress mine = local != null ? local : address; // of a point to point link: the peer's
        if (mine != null) {
            facts.accept(new KernelFact.Address(gone, link, mine));
        }
    }

    private void route(boolean gone, int flags, long at, long end) {
        int family = Mem.getUnsignedByte(at);
        int type = Mem.getUnsignedByte(at + rtmsg.rtm_type$offset());
        boolean rejects =
                type == RTN_BLACKHOLE() || type == RTN_UNREACHABLE() || type == RTN_PROHIBIT();
        boolean byTos = Mem.getUnsignedByte(at + rtmsg.rtm_tos$offset()) != 0;
        boolean bySource = Mem.getUnsignedByte(at + rtmsg.rtm_src_len$offset()) != 0;
        boolean copied = (Mem.getInt(at + rtmsg.rtm_flags$offset()) & RTM_F_CLONED()) != 0;
        if ((family != AF_INET() && family != AF_INET6())
                || (type != RTN_UNICAST() && !rejects)
                || byTos
                || bySource
                || copied) {
            return;
        }
        RouteAttributes said = new RouteAttributes(family, at);
        Attribute.all(at + rtmsg.sizeof(), end).forEach(said::take);
        if (said.destination instanceof Inet4Address != (family == AF_INET())) {
            return; // ::ffff:0:0/96, which is on no wire
        }
        KernelFact.Change change =
                (flags & NLM_F_REPLACE()) != 0
                        ? KernelFact.Change.REPLACE
                        : (flags & NLM_F_APPEND()) != 0
                                ? KernelFact.Change.APPEND
                                : KernelFact.Change.PREPEND;
        facts.accept(
                new KernelFact.Route(
                        gone,
                        change,
                        said.table,
                        said.destination,
                        Mem.getUnsignedByte(at + rtmsg.rtm_dst_len$offset()),
                        said.metric,
                        rejects,
                        rejects ? List.of() : said.hops()));
    }

    /** What a route's attributes say, one after the other. */
    private static final class RouteAttributes {
        private final int flags;
        private int table;
        private InetAddress destination;
        private int metric;
        private int link;
        private InetAddress via;
        private final List<KernelFact.Hop> several = new ArrayList<>();

        RouteAttributes(int family, long header) {
            table = Mem.getUnsignedByte(header + rtmsg.rtm_table$offset());
            flags = Mem.getInt(header + rtmsg.rtm_flags$offset());
            destination = Attribute.address(new byte[family == AF_INET() ? 4 : 16]);
        }

        void take(Attribute a) {
            if (a.type() == RTA_TABLE()) {
                table = a.number();
            } else if (a.type() == RTA_DST()) {
                destination = a.address();
            } else if (a.type() == RTA_PRIORITY()) {
                metric = a.number();
            } else if (a.type() == RTA_OIF()) {
                link = a.number();
            } else if (a.type() == RTA_GATEWAY() || a.type() == RTA_VIA()) {
                via = gateway(a);
            } else if (a.type() == RTA_MULTIPATH()) {
                for (long at = a.start(); a.end() - at >= rtnexthop.sizeof(); ) {
                    int length = Mem.getShort(at);
                    if (length < rtnexthop.sizeof() || length > a.end() - at) {
                        return;
                    }
                    several.add(hop(at, at + length));
                    at += Attribute.align(length);
                }
            }
        }

        private static KernelFact.Hop hop(long at, long end) {
            InetAddress via = null;
            for (Attribute a : Attribute.all(at + rtnexthop.sizeof(), end)) {
                if (a.type() == RTA_GATEWAY() || a.type() == RTA_VIA()) {
                    via = gateway(a);
                }
            }
            return new KernelFact.Hop(
                    Mem.getInt(at + rtnexthop.rtnh_ifindex$offset()),
                    via,
                    dead(Mem.getUnsignedByte(at + rtnexthop.rtnh_flags$offset())));
        }

        List<KernelFact.Hop> hops() {
            return several.isEmpty()
                    ? List.of(new KernelFact.Hop(link, via, dead(flags)))
                    : List.copyOf(several);
        }

        /** The router's address; before that of another family stands its family. */
        private static InetAddress gateway(Attribute a) {
            return a.type() == RTA_VIA()
                    ? new Attribute(a.type(), a.start() + Short.BYTES, a.end()).address()
                    : a.address();
        }

        private static boolean dead(int flags) {
            return (flags & (RTNH_F_DEAD() | RTNH_F_LINKDOWN())) != 0;
        }
    }

    private void neighbour(boolean gone, long at, long end) {
        int family = Mem.getUnsignedByte(at);
        if (family != AF_INET() && family != AF_INET6()) {
            return; // a bridge's forwarding table
        }
        int state = Mem.getShort(at + ndmsg.ndm_state$offset());
        InetAddress address = null;
        long mac = 0;
        for (Attribute a : Attribute.all(at + ndmsg.sizeof(), end)) {
            if (a.type() == NDA_DST()) {
                address = a.address();
            } else if (a.type() == NDA_LLADDR() && a.length() == 6 && (state & USABLE) != 0) {
                mac =
                        (long) Mem.getShortBE(a.start()) << 32
                                | Integer.toUnsignedLong(Mem.getIntBE(a.start() + 2));
            }
        }
        if (address != null) {
            int link = Mem.getInt(at + ndmsg.ndm_ifindex$offset());
            facts.accept(new KernelFact.Neighbour(gone, link, address, mac));
        }
    }
}
