package io.esplanade.engine.interleaving;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.control.Command;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.interleaving.Associations.Inbound;
import io.esplanade.engine.interleaving.Associations.Outbound;
import io.esplanade.engine.ipsec.AddressRange;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.Prefix;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.ipsec.TrafficSelector;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Changes a gateway while it runs: rekeys, takes tunnels away and brings them back, denies flows,
 * takes routes away. And knows what must not be seen any more once a change was answered.
 */
final class Operator {

    /** Why packets may be dropped on account of it: never because an SA was retired too soon. */
    static final Set<DropReason> DROPS =
            Set.of(
                    DropReason.NO_SA,
                    DropReason.NO_OUTBOUND_SA,
                    DropReason.POLICY_DISCARD,
                    DropReason.NO_ROUTE);

    private final World world;
    private final Map<Integer, List<Outbound>> outbound = new HashMap<>(); // live, by tunnel
    private final Map<Integer, List<Inbound>> inbound = new HashMap<>();
    private final Map<Flow, Denial> denials = new HashMap<>();
    private final List<CompletableFuture<Void>> answers = new ArrayList<>();
    private final List<String> withoutRoute = new ArrayList<>();

    /** Packets of a flow that must not arrive: those sent from {@code from} on. */
    private static final class Denial {
        long from = Associations.NEVER;
    }

    Operator(World world) {
        this.world = world;
    }

    void live(int tunnel, Outbound sa) {
        outbound.computeIfAbsent(tunnel, t -> new ArrayList<>()).add(sa);
    }

    void live(int tunnel, Inbound sa) {
        inbound.computeIfAbsent(tunnel, t -> new ArrayList<>()).add(sa);
    }

    /** One change, or none. */
    int change() {
        int tunnel = world.random.nextInt(world.plan.tunnels());
        List<Command> batch = new ArrayList<>();
        switch (world.random.nextInt(16)) {
            case 0 -> batch.add(world.addOutbound(tunnel));
            case 1 -> removeOldest(tunnel, 1, batch);
            case 2 -> {
                batch.add(world.addOutbound(tunnel));
                removeOldest(tunnel, 1, batch);
            }
            case 3 -> removeOldest(tunnel, Integer.MAX_VALUE, batch);
            case 4 -> batch.add(world.addInbound(tunnel));
            case 5 -> removeInbound(tunnel, batch);
            case 6 -> {
                batch.add(world.addInbound(tunnel));
                removeInbound(tunnel, batch);
            }
            case 7 -> denyOrAllow(batch);
            case 8 -> changeRoute(Associations.peer(tunnel), batch);
            case 9 -> changeRoute(Associations.network(tunnel), batch);
            default -> {}
        }
        if (batch.isEmpty()) {
            return 0;
        }
        batch.forEach(command -> answers.add(command.answer()));
        world.gateway.conductor().submit(batch);
        return 1;
    }

    private void removeOldest(int tunnel, int most, List<Command> batch) {
        List<Outbound> live = outbound.get(tunnel);
        for (int i = 0; i < most && !live.isEmpty(); i++) {
            Outbound sa = live.removeFirst();
            batch.add(remove(sa.name, () -> sa.removed = world.nextNumber()));
        }
    }

    private void removeInbound(int tunnel, List<Command> batch) {
        List<Inbound> live = inbound.get(tunnel);
        if (!live.isEmpty()) {
            Inbound sa = live.removeFirst();
            for (Flow flow : sa.flows) {
                denials.put(flow, new Denial());
            }
            batch.add(
                    remove(
                            sa.name,
                            () ->
                                    sa.flows.forEach(
                                            flow -> denials.get(flow).from = world.nextNumber())));
        }
    }

    private static Command remove(String name, Runnable then) {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        answer.thenRun(then);
        return new Command.RemoveSa(name, answer);
    }

    /** Discards the packets of a flow for good, as soon as the answer comes. */
    private void denyOrAllow(List<Command> batch) {
        Flow flow = world.fromLan.get(world.random.nextInt(world.fromLan.size()));
        if (flow.destination().startsWith("10.1.")) {
            return; // does not cross the boundary
        }
        CompletableFuture<Void> answer = new CompletableFuture<>();
        Denial denial = denials.remove(flow);
        if (denial != null) {
            batch.add(new Command.RemovePolicy("deny-" + flow.id(), answer));
            return;
        }
        Denial added = new Denial();
        denials.put(flow, added);
        answer.thenRun(() -> added.from = world.nextNumber());
        TrafficSelector selector =
                TrafficSelector.between(
                        AddressRange.parse(flow.source()), AddressRange.parse(flow.destination()));
        batch.add(
                new Command.AddPolicy(
                        SecurityPolicy.discard(
                                "deny-" + flow.id(), Direction.OUTBOUND, 1, selector),
                        answer));
    }

    private void changeRoute(String destination, List<Command> batch) {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        batch.add(
                withoutRoute.remove(destination)
                        ? new Command.AddRoute(Route.of(destination, "wan"), answer)
                        : new Command.RemoveRoute(Prefix.parse(destination), answer));
        if (batch.getLast() instanceof Command.RemoveRoute) {
            withoutRoute.add(destination);
        }
    }

    /** Sees that a packet that arrived was not forbidden when it was sent. */
    void check(Flow flow, long number) {
        Denial denial = denials.get(flow);
        if (denial != null && number >= denial.from) {
            throw new AssertionError(
                    "flow %d: packet %d was sent after %d, from when on none may pass"
                            .formatted(flow.id(), number, denial.from));
        }
    }

    void assertAllAnswered() {
        assertThat(answers).allMatch(answer -> answer.isDone());
        assertThat(answers).noneMatch(CompletableFuture::isCompletedExceptionally);
    }
}
