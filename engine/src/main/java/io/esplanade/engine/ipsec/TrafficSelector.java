package io.esplanade.engine.ipsec;

import java.util.Objects;

/**
 * Which packets are meant (RFC 4301 §4.4.1.1), as the packet itself has them: for an inbound policy
 * or SA the source is the remote side.
 *
 * @param source range of source addresses
 * @param destination range of destination addresses, of the same family
 * @param protocol transport protocol 0 to 255, or {@link #ANY_PROTOCOL}
 * @param sourcePorts matched if the protocol has ports; a selector with ports other than {@link
 *     PortRange#ANY} matches no packet whose ports cannot be seen
 * @param destinationPorts as {@code sourcePorts}
 */
public record TrafficSelector(
        AddressRange source,
        AddressRange destination,
        int protocol,
        PortRange sourcePorts,
        PortRange destinationPorts) {

    /** Any protocol. */
    public static final int ANY_PROTOCOL = -1;

    public TrafficSelector {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(destination, "destination");
        Objects.requireNonNull(sourcePorts, "sourcePorts");
        Objects.requireNonNull(destinationPorts, "destinationPorts");
        if (source.isIpv4() != destination.isIpv4()) {
            throw new IllegalArgumentException(
                    "a selector has one family: " + source + " to " + destination);
        }
        if (protocol < ANY_PROTOCOL || protocol > 255) {
            throw new IllegalArgumentException("not a protocol number: " + protocol);
        }
        boolean ports = !sourcePorts.isAny() || !destinationPorts.isAny();
        if (ports && protocol == ANY_PROTOCOL) {
            throw new IllegalArgumentException("a selector with ports names the protocol too");
        }
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
            text += " proto " + protocol;
        }
        if (!sourcePorts.isAny() || !destinationPorts.isAny()) {
            text += " ports " + sourcePorts + " > " + destinationPorts;
        }
        return text;
    }
}
