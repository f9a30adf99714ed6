package io.esplanade.gateway.file;

import io.esplanade.engine.ipsec.Action;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.gateway.file.GatewayFile.PolicyEntry;
import io.esplanade.gateway.file.GatewayFile.TunnelEntry;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The SPD that a file means: its policies, and for each tunnel PROTECT for every pair of local and
 * remote traffic, outbound and inbound (RFC 4301 §4.4.1).
 */
final class Policies {

    /** A policy and the entry of the file it comes from. */
    record Placed(SecurityPolicy policy, Position position) {}

    private Policies() {}

    /** All policies: those of the file first, in its order. */
    static List<Placed> of(GatewayFile file) {
        List<Placed> all = new ArrayList<>();
        for (PolicyEntry policy : file.policies()) {
            all.add(new Placed(made(policy), policy.name().position()));
        }
        file.tunnels().forEach(tunnel -> addImplied(tunnel, all));
        return List.copyOf(all);
    }

    private static SecurityPolicy made(PolicyEntry policy) {
        return new SecurityPolicy(
                policy.name().value(),
                policy.direction(),
                policy.priority(),
                policy.selectors(),
                policy.action(),
                policy.tunnel().map(At::value).orElse(null));
    }

    private static void addImplied(TunnelEntry tunnel, List<Placed> all) {
        List<TrafficSelector> outbound = outbound(tunnel);
        if (outbound.isEmpty()) { // which is refused elsewhere
            return;
        }
        // Names in files have no dots, so that these cannot meet another.
        add(tunnel, "out", Direction.OUTBOUND, outbound, all);
        add(
                tunnel,
                "in",
                Direction.INBOUND,
                outbound.stream().map(TrafficSelector::reversed).toList(),
                all);
    }

    private static void add(
            TunnelEntry tunnel,
            String which,
            Direction direction,
            List<TrafficSelector> selectors,
            List<Placed> all) {
        SecurityPolicy policy =
                new SecurityPolicy(
                        tunnel.name() + "." + which,
                        direction,
                        tunnel.priority(),
                        selectors,
                        Action.PROTECT,
                        tunnel.name().value());
        all.add(new Placed(policy, tunnel.name().position()));
    }

    /** The policies in the order of search, a line for each selector, for people. */
    static Stream<String> lines(GatewayFile file) {
        return of(file).stream()
                .map(Placed::policy)
                .sorted(
                        Comparator.comparing(SecurityPolicy::direction)
                                .thenComparingInt(SecurityPolicy::priority))
                .flatMap(
                        policy ->
                                policy.selectors().stream()
                                        .map(selector -> line(policy, selector)));
    }

    private static String line(SecurityPolicy policy, TrafficSelector selector) {
        return "policy %s: %s, priority %d, %s: %s"
                .formatted(
                        policy.name(),
                        policy.direction() == Direction.OUTBOUND ? "out" : "in",
                        policy.priority(),
                        policy.action() == Action.PROTECT
                                ? "protect by " + policy.tunnel()
                                : Literals.keyword(policy.action()),
                        TrafficSpec.text(selector));
    }

    /** Every pair of a tunnel's local and remote traffic that can be, going out. */
    static List<TrafficSelector> outbound(TunnelEntry tunnel) {
        return TrafficSpec.pairs(values(tunnel.localTs()), values(tunnel.remoteTs()));
    }

    private static List<TrafficSpec> values(List<At<TrafficSpec>> traffic) {
        return traffic.stream().map(At::value).toList();
    }

    /** What may come out of a tunnel's inbound SA: its own traffic and what policies add to it. */
    static List<TrafficSelector> inbound(TunnelEntry tunnel, GatewayFile file) {
        String name = tunnel.name().value();
        Stream<TrafficSelector> added =
                file.policies().stream()
                        .filter(p -> p.direction() == Direction.INBOUND)
                        .filter(p -> p.tunnel().filter(t -> t.value().equals(name)).isPresent())
                        .flatMap(p -> p.selectors().stream());
        return Stream.concat(outbound(tunnel).stream().map(TrafficSelector::reversed), added)
                .toList();
    }
}
