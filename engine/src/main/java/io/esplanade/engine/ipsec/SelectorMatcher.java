package io.esplanade.engine.ipsec;

import io.esplanade.engine.net.IpProtocol;

/**
 * A selector made ready for comparing packets with it, the one piece that policies and inbound SAs
 * share. Immutable.
 */
class SelectorMatcher {

    /** Answer of {@link #match}: the packet is none of those meant. */
    static final int NO = 0;

    /** Answer of {@link #match}: what would decide cannot be seen in the packet, a fragment. */
    static final int UNKNOWN = 1;

    /** Answer of {@link #match}: the packet is meant. */
    static final int YES = 2;

    final long sourceFirstHigh;
    final long sourceFirstLow;
    final long sourceLastHigh;
    final long sourceLastLow;
    final long destinationFirstHigh;
    final long destinationFirstLow;
    final long destinationLastHigh;
    final long destinationLastLow;
    final int protocol;
    final PortRange sourcePorts;
    final PortRange destinationPorts;

    SelectorMatcher(TrafficSelector selector) {
        AddressRange source = selector.source();
        AddressRange destination = selector.destination();
        sourceFirstHigh = IpAddresses.high(source.first());
        sourceFirstLow = IpAddresses.low(source.first());
        sourceLastHigh = IpAddresses.high(source.last());
        sourceLastLow = IpAddresses.low(source.last());
        destinationFirstHigh = IpAddresses.high(destination.first());
        destinationFirstLow = IpAddresses.low(destination.first());
        destinationLastHigh = IpAddresses.high(destination.last());
        destinationLastLow = IpAddresses.low(destination.last());
        protocol = selector.protocol();
        sourcePorts = selector.sourcePorts();
        destinationPorts =
                IpProtocol.hasType(protocol) ? PortRange.ANY : selector.destinationPorts();
    }

    boolean isIpv4() {
        return IpAddresses.isIpv4(sourceFirstHigh, sourceFirstLow);
    }

    /** Whether the packet is meant: {@link #NO}, {@link #UNKNOWN} or {@link #YES}. */
    int match(SelectorFields packet) {
        // ::/0 holds the mapped addresses too, but is for IPv6 alone.
        if (isIpv4() != packet.isIpv4()
                || !in(
                        packet.sourceHigh,
                        packet.sourceLow,
                        sourceFirstHigh,
                        sourceFirstLow,
                        sourceLastHigh,
                        sourceLastLow)
                || !in(
                        packet.destinationHigh,
                        packet.destinationLow,
                        destinationFirstHigh,
                        destinationFirstLow,
                        destinationLastHigh,
                        destinationLastLow)) {
            return NO;
        }
        int byProtocol = matchProtocol(packet);
        return byProtocol == NO ? NO : Math.min(byProtocol, matchPorts(packet));
    }

    private static boolean in(
            long high, long low, long firstHigh, long firstLow, long lastHigh, long lastLow) {
        return IpAddresses.compare(firstHigh, firstLow, high, low) <= 0
                && IpAddresses.compare(high, low, lastHigh, lastLow) <= 0;
    }

    private int matchProtocol(SelectorFields packet) {
        if (protocol == TrafficSelector.ANY_PROTOCOL) {
            return YES;
        }
        if (!packet.protocolKnown) {
            return protocol == TrafficSelector.OPAQUE_PROTOCOL ? YES : UNKNOWN;
        }
        return protocol == packet.protocol ? YES : NO;
    }

    private int matchPorts(SelectorFields packet) {
        if (packet.portsKnown) {
            return holds(sourcePorts, packet.sourcePort)
                            && holds(destinationPorts, packet.destinationPort)
                    ? YES
                    : NO;
        }
        return withoutPorts(sourcePorts) && withoutPorts(destinationPorts) ? YES : UNKNOWN;
    }

    private static boolean holds(PortRange range, int port) {
        return port >= range.first() && port <= range.last();
    }

    private static boolean withoutPorts(PortRange range) {
        return range.isAny() || range.isOpaque();
    }
}
