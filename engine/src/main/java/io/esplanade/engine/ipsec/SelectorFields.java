package io.esplanade.engine.ipsec;

import io.esplanade.engine.net.IpProtocol;

/**
 * What selectors are compared with in one packet (RFC 4301 §4.4.1.1). Filled again for every
 * packet; one thread.
 */
public final class SelectorFields {

    long sourceHigh;
    long sourceLow;
    long destinationHigh;
    long destinationLow;
    int protocol;
    int sourcePort;
    int destinationPort;

    /** Whether the ports, or the type in their place, are in the packet. */
    boolean portsKnown;

    /** Whether the protocol is what the packet transports, and not one of IPv6's extensions. */
    boolean protocolKnown;

    /**
     * Takes a packet's fields.
     *
     * @param sourcePort the port, or ICMP's type and code, or a mobility header's type
     * @param portsKnown whether the two ports could be seen: not in later fragments, nor where the
     *     protocol has none
     */
    public void set(
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow,
            int protocol,
            int sourcePort,
            int destinationPort,
            boolean portsKnown) {
        this.sourceHigh = sourceHigh;
        this.sourceLow = sourceLow;
        this.destinationHigh = destinationHigh;
        this.destinationLow = destinationLow;
        this.protocol = protocol;
        this.sourcePort = sourcePort;
        this.destinationPort = destinationPort;
        this.portsKnown = portsKnown;
        this.protocolKnown = !IpProtocol.isExtension(protocol);
    }

    /** Takes the fields of another. */
    public void set(SelectorFields other) {
        set(
                other.sourceHigh,
                other.sourceLow,
                other.destinationHigh,
                other.destinationLow,
                other.protocol,
                other.sourcePort,
                other.destinationPort,
                other.portsKnown);
    }

    boolean isIpv4() {
        return IpAddresses.isIpv4(sourceHigh, sourceLow);
    }

    /** Whether there are ports, or there may be, that the packet does not show. */
    boolean hidesPorts() {
        return !portsKnown && (!protocolKnown || IpProtocol.hasPortsOrType(protocol));
    }
}
