package io.esplanade.gateway.file;

import io.esplanade.engine.ipsec.Action;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.gateway.file.GatewayFile.PolicyEntry;
import io.esplanade.gateway.file.GatewayFile.TunnelEntry;

import java.util.ArrayList;
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
            List<TrafficSelector> selectors = policy.traffic().selectors();
            for (int i = 0; i < selectors.size(); i++) {
                // Names in files have no dots, so that what we append cannot meet another name.
                String name = policy.name() + (i == 0 ? "" : ".ipv6");
                all.add(new Placed(made(policy, name, selectors.get(i)), policy.name().position()));
            }
        }
        file.tunnels().forEach(tunnel -> addImplied(tunnel, all));
        return List.copyOf(all);
    }

    private static SecurityPolicy made(PolicyEntry policy, String name, TrafficSelector selector) {
        return new SecurityPolicy(
                name,
                policy.direction(),
                policy.priority(),
                List.of(selector),
                policy.action(),
                policy.tunnel().map(At::value).orElse(null));
    }

    private static void addImplied(TunnelEntry tunnel, List<Placed> all) {
        int number = 1;
        String name = tunnel.name().value();
        for (TrafficSelector outbound : outbound(tunnel)) {
            SecurityPolicy out =
                    SecurityPolicy.protect(
                            name + ".out." + number,
                            Direction.OUTBOUND,
                            tunnel.priority(),
                            outbound,
                            name);
            SecurityPolicy in =
                    SecurityPolicy.protect(
                            name + ".in." + number,
                            Direction.INBOUND,
                            tunnel.priority(),
                            outbound.reversed(),
                            name);
            all.add(new Placed(out, tunnel.name().position()));
            all.add(new Placed(in, tunnel.name().position()));
            number++;
        }
    }

    /** Every pair of a tunnel's local and remote traffic that can be, going out. */
    static List<TrafficSelector> outbound(TunnelEntry tunnel) {
        List<TrafficSelector> pairs = new ArrayList<>();
        for (At<TrafficSpec> local : tunnel.localTs()) {
            for (At<TrafficSpec> remote : tunnel.remoteTs()) {
                local.value().to(remote.value()).ifPresent(pairs::add);
            }
        }
        return List.copyOf(pairs);
    }

    /** What may come out of a tunnel's inbound SA: its own traffic and what policies add to it. */
    static List<TrafficSelector> inbound(TunnelEntry tunnel, GatewayFile file) {
        Stream<TrafficSelector> added =
                file.policies().stream()
                        .filter(p -> p.direction() == Direction.INBOUND)
                        .filter(p -> p.action() == Action.PROTECT)
                        .filter(
                                p ->
                                        p.tunnel()
                                                .filter(
                                                        t ->
                                                                t.value()
                                                                        .equals(
                                                                                tunnel.name()
                                                                                        .value()))
                                                .isPresent())
                        .flatMap(p -> p.traffic().selectors().stream());
        return Stream.concat(outbound(tunnel).stream().map(TrafficSelector::reversed), added)
                .toList();
    }
}
