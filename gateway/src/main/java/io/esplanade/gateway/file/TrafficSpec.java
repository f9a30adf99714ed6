package io.esplanade.gateway.file;

import io.esplanade.engine.ipsec.AddressRange;
import io.esplanade.engine.ipsec.PortRange;
import io.esplanade.engine.ipsec.TrafficSelector;

import java.util.Optional;

/**
 * One side of a tunnel's traffic, as swanctl's {@code local_ts} and {@code remote_ts} have it:
 * {@code 10.1.0.0/24}, {@code 10.1.0.5-10.1.0.9}, {@code 10.1.0.0/24[tcp/80]}, {@code
 * fd00:1::/64[udp/1024-2047]}, {@code 10.1.0.0/24[icmp]}.
 */
record TrafficSpec(AddressRange addresses, int protocol, PortRange ports) {

    static TrafficSpec parse(String text) {
        int bracket = text.indexOf('[');
        if (bracket < 0) {
            return new TrafficSpec(
                    Literals.range(text), TrafficSelector.ANY_PROTOCOL, PortRange.ANY);
        }
        if (!text.endsWith("]")) {
            throw new Wrong(
                    "'" + text + "' opens a [ that it does not close",
                    "write it like 10.1.0.0/24[tcp/80]");
        }
        AddressRange addresses = Literals.range(text.substring(0, bracket).strip());
        String inside = text.substring(bracket + 1, text.length() - 1);
        int slash = inside.indexOf('/');
        int protocol = Literals.protocol(slash < 0 ? inside : inside.substring(0, slash));
        PortRange ports = slash < 0 ? PortRange.ANY : Literals.ports(inside.substring(slash + 1));
        requireProtocolWithPorts(protocol, ports);
        return new TrafficSpec(addresses, protocol, ports);
    }

    static void requireProtocolWithPorts(int protocol, PortRange ports) {
        if (!ports.isAny() && protocol != 6 && protocol != 17 && protocol != 132) {
            throw new Wrong(
                    "ports are of a protocol that has them", "name tcp, udp or sctp, or no ports");
        }
    }

    /** What goes from here to there, if the two are of one family and one protocol. */
    Optional<TrafficSelector> to(TrafficSpec there) {
        boolean oneFamily = addresses.isIpv4() == there.addresses.isIpv4();
        boolean oneProtocol =
                protocol == there.protocol
                        || protocol == TrafficSelector.ANY_PROTOCOL
                        || there.protocol == TrafficSelector.ANY_PROTOCOL;
        if (!oneFamily || !oneProtocol) {
            return Optional.empty();
        }
        return Optional.of(
                new TrafficSelector(
                        addresses,
                        there.addresses,
                        Math.max(protocol, there.protocol),
                        ports,
                        there.ports));
    }
}
