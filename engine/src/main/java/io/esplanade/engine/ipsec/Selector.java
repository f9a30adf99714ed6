package io.esplanade.engine.ipsec;

import io.esplanade.engine.net.IpProtocol;

import java.util.Set;

/** What policies and SAs compare packets by (RFC 4301 §4.4.1.1), as the packet has it. */
public enum Selector {
    SOURCE,
    DESTINATION,
    PROTOCOL,

    /** The source port; of ICMP its type and code, of mobility headers the type. */
    SOURCE_PORT,
    DESTINATION_PORT;

    /**
     * The selectors of the SA that a packet wants: the policy's, those in {@code populated} with
     * the packet's own value in their place. What the packet does not show stays the policy's.
     */
    static TrafficSelector populate(
            TrafficSelector policy, Set<Selector> populated, SelectorFields packet) {
        boolean protocol = populated.contains(PROTOCOL) && packet.protocolKnown;
        int newProtocol = protocol ? packet.protocol : policy.protocol();
        boolean ports = packet.portsKnown && newProtocol == packet.protocol;
        boolean typed = IpProtocol.hasType(newProtocol);
        return new TrafficSelector(
                populated.contains(SOURCE)
                        ? only(packet.sourceHigh, packet.sourceLow)
                        : policy.source(),
                populated.contains(DESTINATION)
                        ? only(packet.destinationHigh, packet.destinationLow)
                        : policy.destination(),
                newProtocol,
                ports && populated.contains(SOURCE_PORT)
                        ? PortRange.of(packet.sourcePort)
                        : policy.sourcePorts(),
                ports && !typed && populated.contains(DESTINATION_PORT)
                        ? PortRange.of(packet.destinationPort)
                        : policy.destinationPorts());
    }

    private static AddressRange only(long high, long low) {
        return new AddressRange(IpAddresses.of(high, low), IpAddresses.of(high, low));
    }
}
