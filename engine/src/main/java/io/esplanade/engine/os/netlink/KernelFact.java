package io.esplanade.engine.os.netlink;

import java.net.InetAddress;
import java.util.List;

/** One thing that the kernel says: what is so, or with {@code gone} what is so no more. */
public sealed interface KernelFact {

    /**
     * A network device.
     *
     * @param index the kernel's number of it, new for each device that was ever made
     * @param up whether it is up and has a carrier
     * @param vrfTable the routing table of a VRF device; 0 for others
     */
    record Link(boolean gone, int index, String name, boolean up, int mtu, int vrfTable)
            implements KernelFact {}

    /** An address of this machine on a link. */
    record Address(boolean gone, int link, InetAddress address) implements KernelFact {}

    /**
     * A route.
     *
     * @param change how it changes what was there, if it is not gone
     * @param metric the lowest of the same destination is used
     * @param rejects packets go nowhere: blackhole, unreachable, prohibit
     * @param hops one or several; none if it rejects
     */
    record Route(
            boolean gone,
            Change change,
            int table,
            InetAddress destination,
            int prefixLength,
            int metric,
            boolean rejects,
            List<Hop> hops)
            implements KernelFact {}

    /** What a new route does to those of the same table, destination and metric. */
    enum Change {
        /** Stands before them. */
        PREPEND,
        /** Stands behind them. */
        APPEND,
        /** Takes the place of the first, in IPv6 of all. */
        REPLACE
    }

    /**
     * Where a route leads.
     *
     * @param link the device's number
     * @param via the router, perhaps of the other family (RFC 8950), or null if on the link
     * @param dead whether the device is down, or without a carrier
     */
    record Hop(int link, InetAddress via, boolean dead) {}

    /**
     * A neighbour.
     *
     * @param mac its link-layer address, 48 bits, or 0 if it is not known or does not answer
     */
    record Neighbour(boolean gone, int link, InetAddress address, long mac) implements KernelFact {}

    /**
     * What was asked for has been said in full.
     *
     * @param complete false if it changed meanwhile and may lack something: ask again
     */
    record End(boolean complete) implements KernelFact {}

    /** Something was lost, because it came faster than it was read: ask for all again. */
    record Lost() implements KernelFact {}
}
