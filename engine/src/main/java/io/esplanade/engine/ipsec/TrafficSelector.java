package io.esplanade.engine.ipsec;

import io.esplanade.engine.net.IpProtocol;

import java.util.Objects;

/**
 * Which packets are meant (RFC 4301 §4.4.1.1), as the packet itself has them: for an inbound policy
 * or SA the source is the remote side.
 *
 * @param source range of source addresses
 * @param destination range of destination addresses, of the same family
 * @param protocol transport protocol 0 to 255, {@link #ANY_PROTOCOL} or {@link #OPAQUE_PROTOCOL}
 * @param sourcePorts {@link PortRange#ANY}; or a range, which only packets match that show their
 *     ports; or {@link PortRange#OPAQUE}, which only those match that do not. For ICMP and mobility
 *     headers it is the type and code that the source sends
 * @param destinationPorts as {@code sourcePorts}; for ICMP and mobility headers what the
 *     destination sends, which is compared when the selector is {@link #reversed}
 */
public record TrafficSelector(
        AddressRange source,
        AddressRange destination,
        int protocol,
        PortRange sourcePorts,
        PortRange destinationPorts) {

    /** Any protocol, also one that cannot be seen. */
    public static final int ANY_PROTOCOL = -1;

    /**
     * A protocol that cannot be seen, as in later IPv6 fragments of packets with extension headers
     * behind the fragment header.
     */
    public static final int OPAQUE_PROTOCOL = -2;

    public TrafficSelector {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(destination, "destination");
        Objects.requireNonNull(sourcePorts, "sourcePorts");
        Objects.requireNonNull(destinationPorts, "destinationPorts");
        if (source.isIpv4() != destination.isIpv4()) {
            throw new IllegalArgumentException(
                    "a selector has one family: " + source + " to " + destination);
        }
        if (protocol < OPAQUE_PROTOCOL || protocol > 255) {
            throw new IllegalArgumentException("not a protocol number: " + protocol);
        }
        if (protocol == OPAQUE_PROTOCOL && source.isIpv4()) {
            throw new IllegalArgumentException("an IPv4 packet always shows its protocol");
        }
        boolean ports = !sourcePorts.isAny() || !destinationPorts.isAny();
        if (ports && !IpProtocol.hasPortsOrType(protocol)) {
            throw new IllegalArgumentException(
                    "a selector with ports names a protocol that has them too: "
                            + "TCP, UDP, UDP-Lite, DCCP, SCTP; or ICMP, ICMPv6 or MH for types");
        }
        boolean opaque = sourcePorts.isOpaque() || destinationPorts.isOpaque();
        boolean range = isRange(sourcePorts) || isRange(destinationPorts);
        if (opaque && range && IpProtocol.hasPorts(protocol)) {
            throw new IllegalArgumentException(
                    "a packet shows both its ports or neither: OPAQUE goes with OPAQUE or ANY");
        }
    }

    private static boolean isRange(PortRange ports) {
        return !ports.isAny() && !ports.isOpaque();
    }

    /** All packets from one range to another. */
    public static TrafficSelector between(AddressRange source, AddressRange destination) {
        return new TrafficSelector(source, destination, ANY_PROTOCOL, PortRange.ANY, PortRange.ANY);
    }

    /** The same for packets going the other way. */
    public TrafficSelector reversed() {
        return new TrafficSelector(destination, source, protocol, destinationPorts, sourcePorts);
    }

    @Override
    public String toString() {
        String text = source + " > " + destination;
        if (protocol != ANY_PROTOCOL) {
            text += " proto " + (protocol == OPAQUE_PROTOCOL ? "opaque" : protocol);
        }
        if (!sourcePorts.isAny() || !destinationPorts.isAny()) {
            text += " ports " + sourcePorts + " > " + destinationPorts;
        }
        return text;
    }
}
