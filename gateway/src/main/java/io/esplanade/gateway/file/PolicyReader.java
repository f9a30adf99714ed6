package io.esplanade.gateway.file;

import io.esplanade.engine.ipsec.Action;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.gateway.file.GatewayFile.PolicyEntry;

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
        if (name.isEmpty() || direction.isEmpty() || action.isEmpty() || selectors.isEmpty()) {
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
                        selectors));
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
        long before = problems.errors();
        List<TrafficSelector> selectors =
                TrafficSpec.pairs(traffic(policy, "source"), traffic(policy, "destination"));
        if (selectors.isEmpty() && problems.errors() == before) {
            problems.error(
                    policy.position("destination"),
                    "no source fits a destination in family and protocol",
                    "write both as IPv4 or both as IPv6, the protocol alike or on one side,"
                            + " opaque ports on both or on one");
        }
        return selectors;
    }

    private static List<TrafficSpec> traffic(Fields policy, String key) {
        if (!policy.has(key)) {
            return TrafficSpec.ANY;
        }
        return policy.values(key, TrafficSpec::parse).stream()
                .flatMap(specs -> specs.value().stream())
                .toList();
    }
}
