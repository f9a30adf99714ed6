package io.esplanade.gateway.file;

import io.esplanade.engine.ipsec.Action;
import io.esplanade.engine.ipsec.AddressRange;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.PortRange;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.gateway.file.GatewayFile.PolicyEntry;
import io.esplanade.gateway.file.GatewayFile.Traffic;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads one entry of {@code policies}. */
final class PolicyReader {

    /** Where a policy stands unless told otherwise: before those that tunnels imply. */
    static final int DEFAULT_PRIORITY = 100;

    private final Problems problems;

    PolicyReader(Problems problems) {
        this.problems = problems;
    }

    Optional<PolicyEntry> read(Fields policy, String what) {
        policy.require("name", "direction", "action");
        var name = policy.value("name", Literals::name);
        var direction = policy.word("direction", List.of("in", "out"));
        var action = policy.word("action", List.of("bypass", "discard", "protect"));
        var priority = policy.integer("priority", 0, Integer.MAX_VALUE);
        var tunnel = policy.text("tunnel");
        List<TrafficSelector> selectors = selectors(policy);
        if (name.isEmpty() || direction.isEmpty() || action.isEmpty()) {
            return Optional.empty();
        }
        checkTunnel(policy, name.get(), action.get().value().equals("protect"));
        return Optional.of(
                new PolicyEntry(
                        name.get(),
                        direction.get().value().equals("in")
                                ? Direction.INBOUND
                                : Direction.OUTBOUND,
                        Action.valueOf(action.get().value().toUpperCase(Locale.ROOT)),
                        priority.map(At::value).orElse(DEFAULT_PRIORITY),
                        tunnel,
                        new Traffic(selectors)));
    }

    private void checkTunnel(Fields policy, At<String> name, boolean protect) {
        if (protect && !policy.has("tunnel")) {
            problems.error(
                    policy.position("action"),
                    "policy " + name + " protects, but by no tunnel",
                    "add 'tunnel: NAME'");
        } else if (!protect && policy.has("tunnel")) {
            problems.error(
                    policy.position("tunnel"),
                    "policy " + name + " names a tunnel, but does not protect",
                    "remove the tunnel, or write 'action: protect'");
        }
    }

    private List<TrafficSelector> selectors(Fields policy) {
        var source = policy.value("source", Literals::range);
        var destination = policy.value("destination", Literals::range);
        int protocol =
                policy.value("protocol", Literals::protocol)
                        .map(At::value)
                        .orElse(TrafficSelector.ANY_PROTOCOL);
        PortRange sourcePorts = ports(policy, "source-port", protocol);
        PortRange destinationPorts = ports(policy, "destination-port", protocol);
        List<TrafficSelector> selectors = new ArrayList<>();
        for (boolean ipv4 : new boolean[] {true, false}) {
            if (fits(source, ipv4) && fits(destination, ipv4)) {
                TrafficSpec from = Traffic.any(ipv4, protocol, sourcePorts);
                TrafficSpec to = Traffic.any(ipv4, protocol, destinationPorts);
                selectors.add(
                        new TrafficSelector(
                                source.map(At::value).orElse(from.addresses()),
                                destination.map(At::value).orElse(to.addresses()),
                                protocol,
                                sourcePorts,
                                destinationPorts));
            }
        }
        if (selectors.isEmpty()) {
            problems.error(
                    policy.position("destination"),
                    "source and destination are not of one family",
                    "write both as IPv4 or both as IPv6");
        }
        return List.copyOf(selectors);
    }

    private PortRange ports(Fields policy, String key, int protocol) {
        return policy.value(
                        key,
                        text -> {
                            PortRange ports = Literals.ports(text);
                            TrafficSpec.requireProtocolWithPorts(protocol, ports);
                            return ports;
                        })
                .map(At::value)
                .orElse(PortRange.ANY);
    }

    private static boolean fits(Optional<At<AddressRange>> range, boolean ipv4) {
        return range.map(r -> r.value().isIpv4() == ipv4).orElse(true);
    }
}
