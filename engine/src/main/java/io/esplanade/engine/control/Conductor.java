package io.esplanade.engine.control;

import io.esplanade.engine.control.routing.KernelFollower;
import io.esplanade.engine.control.routing.RouteControl;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.fib.KernelRouting;
import io.esplanade.engine.fib.NextHop;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.ipsec.AssociationState;
import io.esplanade.engine.ipsec.AuditEvent;
import io.esplanade.engine.ipsec.Expiry;
import io.esplanade.engine.ipsec.IpAddresses;
import io.esplanade.engine.ipsec.OutboundState;
import io.esplanade.engine.ipsec.PolicyTable;
import io.esplanade.engine.ipsec.Prefix;
import io.esplanade.engine.ipsec.Sad;
import io.esplanade.engine.ipsec.SelectorFields;
import io.esplanade.engine.ipsec.Spd;
import io.esplanade.engine.ipsec.SpdEntry;
import io.esplanade.engine.ipsec.TunnelNames;
import io.esplanade.engine.os.Agent;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.os.OsException;
import io.esplanade.engine.path.AddressSet;
import io.esplanade.engine.path.Tables;
import io.esplanade.engine.port.Port;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Applies changes, retires what nothing uses any more, reserves sequence numbers, watches lanes and
 * ports, and alone tells the engine's owner about it. The single writer of all tables.
 *
 * <p>{@link #submit} and {@link #states} are for any thread; everything else happens in {@link
 * #doWork}, by one thread; {@link #close} comes when neither that nor any lane runs any more.
 */
public final class Conductor implements Agent, AutoCloseable {

    private static final Logger LOG = System.getLogger(Conductor.class.getName());

    /** How often SAs are looked through, ns. */
    private static final long LOOK_NANOS = 100_000_000;

    /** SAs looked at each time, or so small a part of them (a shift) if that is more. */
    private static final int LOOKED_AT = 4096;

    private static final int PART_LOOKED_AT = 6;

    /** Batches applied in a duty cycle at most, so that who submits without end stops nothing. */
    private static final int BATCHES = 64;

    private final Tables tables;
    private final TunnelNames tunnels = new TunnelNames();
    private final NatTraversal natTraversal;
    private final Dummies dummies;
    private final Neighbours neighbours;
    private final SaControl sas;
    private final Map<String, Integer> ports;
    private final RouteControl routes;
    private final KernelFollower kernel; // null if nobody asked for it
    private final List<Port> devices;
    private final long pathMtuAge;
    private final Clock clock;
    private final DataPlane dataPlane;
    private final ControlEvents events;
    private final BiConsumer<SpdEntry, SelectorFields> acquire;
    private final Consumer<AuditEvent> audit;

    private final ConcurrentLinkedQueue<List<Command>> inbox = new ConcurrentLinkedQueue<>();
    private final PolicyTable policies = new PolicyTable(tunnels::index);
    private final ArrayDeque<Retirement> retirements = new ArrayDeque<>();
    private final Set<String> failedPorts = new HashSet<>();
    private boolean inputEnded;
    private boolean closed; // by its own thread perhaps, in the middle of a batch
    private boolean reservationFailed;
    private long nextLook;
    private int told; // version of the addresses
    private int nextSlot; // to be looked at

    /** What a change makes wrong of what lanes know; each makes the ones before it so, too. */
    private enum Stale {
        /** As an SA does: a flow's verdict names its tunnel, whatever SAs that has. */
        NOTHING,
        FLOWS,
        POLICIES
    }

    private record Retirement(long epoch, SaControl.Entry sa, CompletableFuture<Void> answer) {}

    /**
     * @param ports by index
     * @param kernel what of the kernel is followed, or null
     * @param providers those that SAs may name; the first is the default
     * @param nonces may be null
     * @param pathMtuAge how long a path MTU learned is believed, ns
     */
    @SuppressWarnings("exports") // made by the engine alone; what is exported here is NonceStore
    public Conductor(
            Tables tables,
            List<Port> ports,
            KernelRouting kernel,
            CryptoProvider[] providers,
            NonceStore nonces,
            long pathMtuAge,
            Clock clock,
            DataPlane dataPlane,
            ControlEvents events) {
        this.tables = tables;
        this.natTraversal = new NatTraversal(tables, dataPlane, events);
        this.dummies = new Dummies(tables, dataPlane);
        this.neighbours = new Neighbours(tables, ports, dataPlane);
        this.sas =
                new SaControl(
                        tables,
                        tunnels,
                        providers,
                        dataPlane,
                        List.of(natTraversal, dummies, new Pacing(tables)),
                        clock,
                        nonces);
        this.pathMtuAge = pathMtuAge;
        this.clock = clock;
        this.dataPlane = dataPlane;
        this.events = events;
        this.acquire =
                (policy, packet) -> events.acquire(policy.policy().name(), policy.populate(packet));
        this.devices = List.copyOf(ports);
        this.audit = events::audit;
        this.ports = new HashMap<>();
        for (int i = 0; i < ports.size(); i++) {
            this.ports.put(ports.get(i).name(), i);
        }
        this.routes = new RouteControl(tables.fib());
        this.kernel =
                kernel == null
                        ? null
                        : new KernelFollower(
                                kernel, ports, tables, routes, events::linkChanged, clock);
        nextLook = clock.nanoTime();
    }

    @Override
    public String roleName() {
        return "conductor";
    }

    /**
     * Takes in what of the kernel is followed; once, when the ports are open and before {@link
     * #doWork}.
     *
     * @throws OsException if the kernel refuses
     */
    public void open() {
        if (kernel != null) {
            kernel.open();
        }
    }

    /** Hands over a batch; it is applied in one duty cycle, in order. */
    public void submit(List<Command> batch) {
        inbox.add(List.copyOf(batch));
    }

    /** The states of all SAs at this moment. */
    public Collection<AssociationState> states() {
        return sas.states();
    }

    @Override
    public int doWork() {
        int done = 0;
        List<Command> batch;
        while (done < BATCHES && (batch = inbox.poll()) != null) {
            try {
                apply(batch);
            } catch (RuntimeException e) { // a fault of ours must not leave anybody waiting
                batch.forEach(command -> command.answer().completeExceptionally(e));
            }
            done++;
        }
        done += retire();
        done += tables.wanted().take(acquire);
        done += tables.audit().take(clock, audit);
        tellOwnAddresses();
        reserveNumbers();
        reportFailures();
        if (!inputEnded && dataPlane.ended()) {
            inputEnded = true;
            events.inputEnded();
        }
        long now = clock.nanoTime();
        dummies.look(now);
        done += neighbours.take(now);
        if (kernel != null) {
            done += kernel.doWork(now);
        }
        if (now - nextLook >= 0) {
            nextLook = now + LOOK_NANOS;
            tables.time(now);
            tables.audit().grant(now);
            if (tables.wanted().takeOverflow()) {
                tables.changed(); // flows are decided anew, and ask again
            }
            lookAtSas(now);
            neighbours.look(now);
            lookAtPorts();
            dataPlane.newStalls().forEach(events::stalled);
        }
        return done;
    }

    /** Applies a batch at once; {@link #doWork}'s thread, or before it runs. */
    public void apply(List<Command> batch) {
        List<CompletableFuture<Void>> effective = new ArrayList<>();
        Stale stale = Stale.NOTHING;
        for (Command command : batch) {
            if (closed) {
                refuse(command);
                continue;
            }
            try {
                Stale more = apply(command);
                stale = more.compareTo(stale) > 0 ? more : stale;
                if (!(command instanceof Command.RemoveSa)) {
                    effective.add(command.answer());
                }
            } catch (RuntimeException e) {
                command.answer().completeExceptionally(e);
            }
        }
        switch (stale) {
            case NOTHING -> {}
            case FLOWS -> tables.changed();
            case POLICIES -> effective.add(publishPolicies());
        }
        answerWhenAdopted(effective);
    }

    /** The future is to be answered when every lane works with the policies as they are now. */
    private CompletableFuture<Void> publishPolicies() {
        Spd published = policies.spd();
        tables.publish(published);
        CompletableFuture<Void> adopted = new CompletableFuture<>();
        adopted.thenRun(() -> policies.forgetBefore(published));
        return adopted;
    }

    /** Answers when every lane works with the tables as they are now. */
    private void answerWhenAdopted(List<CompletableFuture<Void>> answers) {
        long epoch = dataPlane.advanceEpoch();
        for (CompletableFuture<Void> answer : answers) {
            retirements.add(new Retirement(epoch, null, answer));
        }
    }

    /** Applies one command; says what lanes know that it has made wrong. */
    private Stale apply(Command command) {
        switch (command) {
            case Command.AddSa add -> sas.add(add.sa());
            case Command.RemoveSa remove -> removeSa(remove.name(), remove.answer());
            case Command.Pulse _ -> {}
            case Command.SelectSa select -> {
                sas.select(select.name(), select.selectors());
                return Stale.FLOWS;
            }
            case Command.AddRoute add -> {
                routes.add(add.route().destination(), nextHop(add.route()));
                return Stale.FLOWS;
            }
            case Command.RemoveRoute remove -> {
                removeRoute(remove.destination());
                return Stale.FLOWS;
            }
            case Command.AddPolicy add -> {
                policies.add(add.policy());
                return Stale.POLICIES;
            }
            case Command.RemovePolicy remove -> {
                policies.remove(remove.name());
                return Stale.POLICIES;
            }
        }
        return Stale.NOTHING;
    }

    /** Takes an SA out of the SAD; answered when nothing uses it any more. */
    private void removeSa(String name, CompletableFuture<Void> answer) {
        SaControl.Entry entry = sas.remove(name);
        retirements.add(new Retirement(dataPlane.advanceEpoch(), entry, answer));
    }

    private int nextHop(Route route) {
        Integer port = ports.get(route.port());
        if (port == null) {
            throw new IllegalArgumentException(
                    "route " + route + ": there is no port " + route.port());
        }
        return tables.nextHops()
                .index(
                        route.via() == null
                                ? NextHop.onLink(port)
                                : NextHop.via(
                                        port,
                                        IpAddresses.high(route.via()),
                                        IpAddresses.low(route.via())));
    }

    private void removeRoute(Prefix destination) {
        if (!routes.remove(destination)) {
            throw new IllegalArgumentException("there is no route to " + destination);
        }
    }

    private int retire() {
        int done = 0;
        long passed = dataPlane.passedEpoch();
        while (!retirements.isEmpty() && retirements.peek().epoch() <= passed) {
            Retirement retirement = retirements.poll();
            if (retirement.sa() != null) {
                sas.retire(retirement.sa());
            }
            retirement.answer().complete(null);
            done++;
        }
        return done;
    }

    private void reserveNumbers() {
        Exception failure = sas.reserveNumbers();
        if (failure != null && !reservationFailed) { // once, not every cycle
            LOG.log(
                    Level.ERROR,
                    "Sequence numbers could not be reserved; SAs under static keys stop sending"
                            + " when theirs are used up: "
                            + failure.getMessage());
        }
        reservationFailed = failure != null;
    }

    private void reportFailures() {
        for (int lane = 0; lane < dataPlane.lanes(); lane++) {
            Throwable failure = dataPlane.takeFailure(lane);
            if (failure != null) {
                events.laneFailed(lane, failure);
            }
        }
        dataPlane
                .failedPorts()
                .forEach(
                        (port, cause) -> {
                            if (failedPorts.add(port)) {
                                events.portFailed(port, cause);
                            }
                        });
    }

    private void tellOwnAddresses() {
        AddressSet own = tables.localAddresses();
        if (own.version() != told) {
            told = own.version();
            devices.forEach(port -> port.own(own.all()));
        }
    }

    private void lookAtPorts() {
        for (Port port : devices) {
            for (String notice : port.look()) {
                events.portNotice(port.name(), notice);
            }
        }
    }

    /** Looks at some SAs, so that it takes no longer when there are many. */
    private void lookAtSas(long now) {
        Sad sad = tables.sad();
        boolean forgotten = false;
        int most = Math.max(LOOKED_AT, sad.slots() >>> PART_LOOKED_AT);
        for (int looked = 0; looked < Math.min(most, sad.slots()); looked++) {
            nextSlot = nextSlot + 1 < sad.slots() ? nextSlot + 1 : 0;
            AssociationState state = sad.live(nextSlot);
            if (state != null) {
                natTraversal.look(state, now);
                lookAtLifetime(state, now);
            }
            if (state instanceof OutboundState out) {
                // RFC 1191 §6.3: a path may have got better, and only longer packets find out.
                forgotten |= out.pathMtu().forget(now, pathMtuAge);
            }
        }
        if (forgotten) {
            tables.changed();
        }
    }

    private void lookAtLifetime(AssociationState sa, long now) {
        Expiry hard = sa.limited() ? sa.hardLimit(now) : null;
        if (hard != null) {
            removeSa(sa.name(), new CompletableFuture<>());
            events.hardExpired(sa.name(), hard);
            return;
        }
        Expiry soft = sa.dying() ? null : softLimit(sa, now);
        if (soft != null) {
            sa.die();
            events.softExpired(sa.name(), soft);
        }
    }

    private static Expiry softLimit(AssociationState sa, long now) {
        return sa instanceof OutboundState out && out.nearlyExhausted()
                ? Expiry.SEQUENCE_NUMBERS
                : sa.limited() ? sa.softLimit(now) : null;
    }

    /** When no lane runs any more: answers what is open, frees every SA and wipes every key. */
    @Override
    public void close() {
        closed = true;
        if (kernel != null) {
            kernel.close();
        }
        List<Command> batch;
        while ((batch = inbox.poll()) != null) {
            batch.forEach(Conductor::refuse);
        }
        for (Retirement retirement : retirements) {
            if (retirement.sa() != null) {
                sas.retire(retirement.sa());
            }
            retirement.answer().complete(null);
        }
        retirements.clear();
        sas.close();
    }

    private static void refuse(Command command) {
        if (command instanceof Command.AddSa add) {
            add.sa().key().close();
        }
        command.answer()
                .completeExceptionally(new IllegalArgumentException("the engine was closed"));
    }
}
