package io.esplanade.engine.ipsec;

import io.esplanade.engine.net.IpProtocol;

import java.util.List;

/**
 * Selectors compiled for matching packets against them, in order: the one piece that policies and
 * inbound SAs share. Immutable.
 */
public final class SelectorSet {

    /** Answer of {@link #match}: none matches. */
    public static final int NONE = -1;

    /** Answer of {@link #decide}: it depends on ports, and the packet does not show its own. */
    public static final int NEEDS_PORTS = -2;

    // A selector: first and last source, first and last destination, 128 bits each; then ports and
    // protocol.
    private static final int STRIDE = 10;
    private static final int PORTS = 8;
    private static final int PROTOCOL = 9;
    private static final long ANY_PORTS = 0x0000_ffff_0000_ffffL;

    private final long[] packed;

    private SelectorSet(long[] packed) {
        this.packed = packed;
    }

    public static SelectorSet of(List<TrafficSelector> selectors) {
        long[] packed = new long[selectors.size() * STRIDE];
        int at = 0;
        for (TrafficSelector selector : selectors) {
            pack(selector.source(), packed, at);
            pack(selector.destination(), packed, at + 4);
            packed[at + PORTS] =
                    pack(selector.sourcePorts()) << 32 | pack(selector.destinationPorts());
            packed[at + PROTOCOL] = selector.protocol();
            at += STRIDE;
        }
        return new SelectorSet(packed);
    }

    private static void pack(AddressRange range, long[] packed, int at) {
        packed[at] = IpAddresses.high(range.first());
        packed[at + 1] = IpAddresses.low(range.first());
        packed[at + 2] = IpAddresses.high(range.last());
        packed[at + 3] = IpAddresses.low(range.last());
    }

    private static long pack(PortRange range) {
        return (long) range.first() << 16 | range.last();
    }

    public int size() {
        return packed.length / STRIDE;
    }

    /**
     * The index of the first selector that matches a packet, or {@link #NONE}.
     *
     * @param portsKnown whether the packet's ports could be seen; later fragments and protocols
     *     without ports match only selectors for any port
     */
    public int match(
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow,
            int protocol,
            int sourcePort,
            int destinationPort,
            boolean portsKnown) {
        return find(
                sourceHigh,
                sourceLow,
                destinationHigh,
                destinationLow,
                protocol,
                sourcePort,
                destinationPort,
                portsKnown,
                false);
    }

    /**
     * As {@link #match}, where the first that matches decides something: a later fragment of a
     * protocol with ports must not pass by a selector for ports and be decided by one behind it, as
     * the packet it is part of would not (RFC 4301 §7).
     *
     * @return {@link #NEEDS_PORTS} if a selector for ports may match before any other does
     */
    int decide(
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow,
            int protocol,
            int sourcePort,
            int destinationPort,
            boolean portsKnown) {
        return find(
                sourceHigh,
                sourceLow,
                destinationHigh,
                destinationLow,
                protocol,
                sourcePort,
                destinationPort,
                portsKnown,
                !portsKnown && IpProtocol.hasPorts(protocol));
    }

    private int find(
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow,
            int protocol,
            int sourcePort,
            int destinationPort,
            boolean portsKnown,
            boolean stopAtPorts) {
        boolean ipv4 = IpAddresses.isIpv4(sourceHigh, sourceLow);
        for (int at = 0; at < packed.length; at += STRIDE) {
            // ::/0 holds the mapped addresses too, but is for IPv6 alone.
            if (IpAddresses.isIpv4(packed[at], packed[at + 1]) == ipv4
                    && in(sourceHigh, sourceLow, at)
                    && in(destinationHigh, destinationLow, at + 4)
                    && (packed[at + PROTOCOL] == protocol
                            || packed[at + PROTOCOL] == TrafficSelector.ANY_PROTOCOL)) {
                if (portsIn(packed[at + PORTS], sourcePort, destinationPort, portsKnown)) {
                    return at / STRIDE;
                }
                if (stopAtPorts) {
                    return NEEDS_PORTS;
                }
            }
        }
        return NONE;
    }

    private boolean in(long high, long low, int at) {
        return IpAddresses.compare(packed[at], packed[at + 1], high, low) <= 0
                && IpAddresses.compare(high, low, packed[at + 2], packed[at + 3]) <= 0;
    }

    private static boolean portsIn(long ports, int source, int destination, boolean known) {
        return ports == ANY_PORTS
                || known
                        && source >= (int) (ports >>> 48)
                        && source <= (int) (ports >>> 32 & 0xffff)
                        && destination >= (int) (ports >>> 16 & 0xffff)
                        && destination <= (int) (ports & 0xffff);
    }
}
