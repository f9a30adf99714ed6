package io.esplanade.gateway.file;

import io.esplanade.engine.ipsec.AddressRange;
import io.esplanade.engine.ipsec.PortRange;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.gateway.file.GatewayFile.PolicyEntry;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Refuses policies of which one could never match, or of which only their order would decide. */
final class PolicyChecks {

    private final GatewayFile file;
    private final Problems problems;

    PolicyChecks(GatewayFile file, Problems problems) {
        this.file = file;
        this.problems = problems;
    }

    void check() {
        Map<String, Position> names = new HashMap<>();
        for (PolicyEntry policy : file.policies()) {
            Position first = names.putIfAbsent(policy.name().value(), policy.name().position());
            if (first != null) {
                problems.error(
                        policy.name().position(),
                        "policy "
                                + policy.name()
                                + " is there twice: first on line "
                                + first.line(),
                        "give it another name");
            }
            policy.tunnel().ifPresent(this::checkTunnel);
        }
        List<Policies.Placed> all = Policies.of(file);
        for (int i = 0; i < all.size(); i++) {
            for (int j = 0; j < i; j++) {
                check(all.get(j), all.get(i));
            }
        }
    }

    private void checkTunnel(At<String> tunnel) {
        if (!file.tunnelNames().contains(tunnel.value())) {
            problems.error(
                    tunnel.position(),
                    "there is no tunnel '" + tunnel + "'",
                    Nearest.remedy(tunnel.value(), file.tunnelNames().stream().sorted().toList()));
        }
    }

    private void check(Policies.Placed first, Policies.Placed second) {
        SecurityPolicy a = first.policy();
        SecurityPolicy b = second.policy();
        if (a.direction() != b.direction()
                || !overlap(a.selectors().getFirst(), b.selectors().getFirst())) {
            return;
        }
        String both =
                "%s policies %s and %s (line %d)"
                        .formatted(
                                a.direction().name().toLowerCase(java.util.Locale.ROOT),
                                b.name(),
                                a.name(),
                                first.position().line());
        if (a.selectors().getFirst().equals(b.selectors().getFirst())) {
            problems.error(
                    second.position(),
                    both + " are for the same packets: one of them never matches",
                    "remove one, or make its addresses, protocol or ports narrower");
        } else if (a.priority() == b.priority() && !sameVerdict(a, b)) {
            problems.error(
                    second.position(),
                    "%s overlap at priority %d with different verdicts"
                            .formatted(both, a.priority()),
                    "give the one that goes first a lower priority");
        } else {
            warnIfShadowed(first, second);
        }
    }

    private void warnIfShadowed(Policies.Placed first, Policies.Placed second) {
        boolean firstWins = first.policy().priority() <= second.policy().priority();
        Policies.Placed winner = firstWins ? first : second;
        Policies.Placed loser = firstWins ? second : first;
        if (covers(winner.policy().selectors().getFirst(), loser.policy().selectors().getFirst())) {
            problems.warning(
                    loser.position(),
                    "policy %s never matches: %s (line %d) takes all its packets first"
                            .formatted(
                                    loser.policy().name(),
                                    winner.policy().name(),
                                    winner.position().line()),
                    "give it a lower priority than %d, or remove it"
                            .formatted(winner.policy().priority()));
        }
    }

    private static boolean sameVerdict(SecurityPolicy a, SecurityPolicy b) {
        return a.action() == b.action() && Objects.equals(a.tunnel(), b.tunnel());
    }

    static boolean overlap(TrafficSelector a, TrafficSelector b) {
        return overlap(a.source(), b.source())
                && overlap(a.destination(), b.destination())
                && (a.protocol() == b.protocol()
                        || a.protocol() == TrafficSelector.ANY_PROTOCOL
                        || b.protocol() == TrafficSelector.ANY_PROTOCOL)
                && overlap(a.sourcePorts(), b.sourcePorts())
                && overlap(a.destinationPorts(), b.destinationPorts());
    }

    private static boolean overlap(AddressRange a, AddressRange b) {
        return a.isIpv4() == b.isIpv4() && (a.contains(b.first()) || b.contains(a.first()));
    }

    private static boolean overlap(PortRange a, PortRange b) {
        return a.first() <= b.last() && b.first() <= a.last();
    }

    private static boolean covers(TrafficSelector a, TrafficSelector b) {
        return covers(a.source(), b.source())
                && covers(a.destination(), b.destination())
                && (a.protocol() == b.protocol() || a.protocol() == TrafficSelector.ANY_PROTOCOL)
                && covers(a.sourcePorts(), b.sourcePorts())
                && covers(a.destinationPorts(), b.destinationPorts());
    }

    private static boolean covers(AddressRange a, AddressRange b) {
        return a.isIpv4() == b.isIpv4() && a.contains(b.first()) && a.contains(b.last());
    }

    private static boolean covers(PortRange a, PortRange b) {
        return a.first() <= b.first() && b.last() <= a.last();
    }
}
