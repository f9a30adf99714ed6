package io.esplanade.gateway.file;

import io.esplanade.engine.ipsec.AddressRange;
import io.esplanade.engine.ipsec.PortRange;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.engine.net.IpProtocol;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One side of traffic, as swanctl's {@code local_ts} and {@code remote_ts} have it: {@code
 * 10.1.0.0/24}, {@code 10.1.0.5-10.1.0.9}, {@code 10.1.0.0/24[tcp/80]}, {@code
 * fd00:1::/64[udp/1024-2047]}, {@code 10.1.0.0/24[icmp/8]}, {@code [udp/opaque]}.
 */
record TrafficSpec(AddressRange addresses, int protocol, PortRange ports) {

    private static final AddressRange IPV4 = AddressRange.parse("0.0.0.0/0");
    private static final AddressRange IPV6 = AddressRange.parse("::/0");

    /** All packets, of either family. */
    static final List<TrafficSpec> ANY =
            List.of(
                    new TrafficSpec(IPV4, TrafficSelector.ANY_PROTOCOL, PortRange.ANY),
                    new TrafficSpec(IPV6, TrafficSelector.ANY_PROTOCOL, PortRange.ANY));

    /** Reads one, which without addresses is one for each family that has the protocol. */
    static List<TrafficSpec> parse(String text) {
        int bracket = text.indexOf('[');
        if (bracket < 0) {
            return List.of(
                    new TrafficSpec(
                            Literals.range(text), TrafficSelector.ANY_PROTOCOL, PortRange.ANY));
        }
        if (!text.endsWith("]")) {
            throw new Wrong(
                    "'" + text + "' opens a [ that it does not close",
                    "write it like 10.1.0.0/24[tcp/80]");
        }
        String before = text.substring(0, bracket).strip();
        String inside = text.substring(bracket + 1, text.length() - 1).strip();
        int slash = inside.indexOf('/');
        int protocol = PortText.protocol(slash < 0 ? inside : inside.substring(0, slash));
        PortRange ports =
                slash < 0 ? PortRange.ANY : PortText.parse(protocol, inside.substring(slash + 1));
        if (before.isEmpty()) {
            return Stream.of(IPV4, IPV6)
                    .filter(any -> hasProtocol(any.isIpv4(), protocol))
                    .map(any -> new TrafficSpec(any, protocol, ports))
                    .toList();
        }
        AddressRange addresses = Literals.range(before);
        requireProtocol(addresses, protocol);
        return List.of(new TrafficSpec(addresses, protocol, ports));
    }

    private static void requireProtocol(AddressRange addresses, int protocol) {
        if (hasProtocol(addresses.isIpv4(), protocol)) {
            return;
        }
        if (protocol == TrafficSelector.OPAQUE_PROTOCOL) {
            throw new Wrong(
                    "an IPv4 packet always shows its protocol", "name IPv6 addresses, or none");
        }
        throw new Wrong(
                "no %s packet is %s"
                        .formatted(addresses.isIpv4() ? "IPv4" : "IPv6", PortText.of(protocol)),
                switch (protocol) {
                    case IpProtocol.ICMP -> "write icmpv6";
                    case IpProtocol.ICMPV6 -> "write icmp";
                    default -> "name IPv6 addresses, or none";
                });
    }

    /** Whether packets of the family can be of the protocol, and hide it if that is asked for. */
    private static boolean hasProtocol(boolean ipv4, int protocol) {
        return switch (protocol) {
            case IpProtocol.ICMP -> ipv4;
            case IpProtocol.ICMPV6, IpProtocol.MOBILITY, TrafficSelector.OPAQUE_PROTOCOL -> !ipv4;
            default -> true;
        };
    }

    /** What goes from any of these to any of those, of all pairs that can be. */
    static List<TrafficSelector> pairs(List<TrafficSpec> from, List<TrafficSpec> to) {
        return from.stream()
                .flatMap(source -> to.stream().flatMap(d -> source.to(d).stream()))
                .toList();
    }

    /** What goes from here to there, if the two are of one family and one protocol. */
    Optional<TrafficSelector> to(TrafficSpec there) {
        boolean oneFamily = addresses.isIpv4() == there.addresses.isIpv4();
        boolean any = protocol == TrafficSelector.ANY_PROTOCOL;
        boolean oneProtocol =
                any || protocol == there.protocol || there.protocol == TrafficSelector.ANY_PROTOCOL;
        if (!oneFamily || !oneProtocol) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new TrafficSelector(
                            addresses,
                            there.addresses,
                            any ? there.protocol : protocol,
                            ports,
                            there.ports));
        } catch (IllegalArgumentException _) { // ports that are seen here and hidden there
            return Optional.empty();
        }
    }

    /** Both sides of a selector, as a file has them. */
    static String text(TrafficSelector selector) {
        return text(selector.source(), selector.protocol(), selector.sourcePorts())
                + " > "
                + text(selector.destination(), selector.protocol(), selector.destinationPorts());
    }

    private static String text(AddressRange addresses, int protocol, PortRange ports) {
        String text = AddressText.of(addresses);
        if (protocol == TrafficSelector.ANY_PROTOCOL) {
            return text;
        }
        String behind = ports.isAny() ? "" : "/" + PortText.of(protocol, ports);
        return text + "[" + PortText.of(protocol) + behind + "]";
    }
}
