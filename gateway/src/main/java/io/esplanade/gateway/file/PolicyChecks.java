package io.esplanade.gateway.file;

import io.esplanade.engine.ipsec.AddressRange;
import io.esplanade.engine.ipsec.PortRange;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.engine.net.IpProtocol;
import io.esplanade.gateway.file.GatewayFile.PolicyEntry;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
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
        checkOverlaps();
    }

    /** One selector of a policy. */
    private record Part(Policies.Placed placed, TrafficSelector selector, int number) {

        SecurityPolicy policy() {
            return placed.policy();
        }

        Position position() {
            return placed.position();
        }
    }

    /** Compares each with those that begin within its sources: with few, if sources differ. */
    private void checkOverlaps() {
        List<Part> parts = new ArrayList<>();
        for (Policies.Placed placed : Policies.of(file)) {
            for (TrafficSelector selector : placed.policy().selectors()) {
                parts.add(new Part(placed, selector, parts.size()));
            }
        }
        parts.sort(
                Comparator.comparing((Part p) -> p.policy().direction())
                        .thenComparing(p -> p.selector().source().isIpv4())
                        .thenComparing(p -> p.selector().source().first(), PolicyChecks::compare));
        for (int i = 0; i < parts.size(); i++) {
            Part a = parts.get(i);
            for (int j = i + 1; j < parts.size() && begins(parts.get(j), a); j++) {
                Part b = parts.get(j);
                if (a.placed() != b.placed()) {
                    check(a.number() < b.number() ? a : b, a.number() < b.number() ? b : a);
                }
            }
        }
    }

    private static boolean begins(Part part, Part within) {
        return part.policy().direction() == within.policy().direction()
                && within.selector().source().contains(part.selector().source().first());
    }

    private static int compare(InetAddress a, InetAddress b) {
        return Arrays.compareUnsigned(a.getAddress(), b.getAddress());
    }

    private void checkTunnel(At<String> tunnel) {
        if (!file.tunnelNames().contains(tunnel.value())) {
            problems.error(
                    tunnel.position(),
                    "there is no tunnel '" + tunnel + "'",
                    Nearest.remedy(tunnel.value(), file.tunnelNames().stream().sorted().toList()));
        }
    }

    private void check(Part first, Part second) {
        SecurityPolicy a = first.policy();
        SecurityPolicy b = second.policy();
        if (!overlap(first.selector(), second.selector())) {
            return;
        }
        String both =
                "%s policies %s and %s (line %d)"
                        .formatted(
                                a.direction().name().toLowerCase(java.util.Locale.ROOT),
                                b.name(),
                                a.name(),
                                first.position().line());
        if (first.selector().equals(second.selector())) {
            problems.error(
                    second.position(),
                    "%s are both for %s: one of them never matches"
                            .formatted(both, TrafficSpec.text(first.selector())),
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

    private void warnIfShadowed(Part first, Part second) {
        boolean firstWins = first.policy().priority() <= second.policy().priority();
        Part winner = firstWins ? first : second;
        Part loser = firstWins ? second : first;
        if (covers(winner.selector(), loser.selector())) {
            problems.warning(
                    loser.position(),
                    "policy %s never matches %s: %s (line %d) takes them first"
                            .formatted(
                                    loser.policy().name(),
                                    TrafficSpec.text(loser.selector()),
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
                && (IpProtocol.hasType(a.protocol())
                        || overlap(a.destinationPorts(), b.destinationPorts()));
    }

    private static boolean overlap(AddressRange a, AddressRange b) {
        return a.isIpv4() == b.isIpv4() && (a.contains(b.first()) || b.contains(a.first()));
    }

    private static boolean overlap(PortRange a, PortRange b) {
        return a.equals(b) || a.first() <= b.last() && b.first() <= a.last();
    }

    private static boolean covers(TrafficSelector a, TrafficSelector b) {
        return covers(a.source(), b.source())
                && covers(a.destination(), b.destination())
                && (a.protocol() == b.protocol() || a.protocol() == TrafficSelector.ANY_PROTOCOL)
                && covers(a.sourcePorts(), b.sourcePorts())
                && (IpProtocol.hasType(b.protocol())
                        || covers(a.destinationPorts(), b.destinationPorts()));
    }

    private static boolean covers(AddressRange a, AddressRange b) {
        return a.isIpv4() == b.isIpv4() && a.contains(b.first()) && a.contains(b.last());
    }

    private static boolean covers(PortRange a, PortRange b) {
        return a.isAny()
                || a.equals(b)
                || !b.isOpaque() && a.first() <= b.first() && b.last() <= a.last();
    }
}
