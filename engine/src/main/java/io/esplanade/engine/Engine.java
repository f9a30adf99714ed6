package io.esplanade.engine;

import io.esplanade.engine.control.Command;
import io.esplanade.engine.control.Conductor;
import io.esplanade.engine.control.ControlEvents;
import io.esplanade.engine.control.Stall;
import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.CounterSum;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.ipsec.AssociationState;
import io.esplanade.engine.ipsec.AuditEvent;
import io.esplanade.engine.ipsec.Expiry;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.engine.os.AgentRunner;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.path.Tables;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.runtime.PacketRuntime;
import io.esplanade.engine.runtime.assembly.Assembly;
import io.esplanade.engine.runtime.config.RuntimeConfig;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An IPsec gateway: packets come in by ports, are encrypted, decrypted, forwarded or dropped by
 * name, and go out by ports.
 *
 * <pre>{@code
 * try (Engine engine = Engine.builder().port(lan).port(wan).sa(out).sa(in).policy(p).build()) {
 *     engine.start();
 *     ...
 * }
 * }</pre>
 *
 * <p>Life: {@link #builder} and {@link EngineBuilder#build}, which refuses what is wrong and opens
 * nothing; {@link #start}, which opens the ports; {@link #close}. A program may have many engines
 * at a time and one after the other; each has its own memory and threads (one per lane, one
 * conductor, all daemons) and gives all of it back. Thread-safe.
 */
public final class Engine implements AutoCloseable {

    /** The name under which auditable events are logged. */
    public static final String AUDIT_LOG = "io.esplanade.audit";

    private static final Logger LOG = System.getLogger(Engine.class.getName());
    private static final Logger AUDIT = System.getLogger(AUDIT_LOG);

    /** How long a lane may take to drain before close gives up on it, ns. */
    private static final long STOP_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final String name;
    private final List<Port> ports;
    private final Assembly parts;
    private final RuntimeConfig config;
    private final PacketRuntime runtime;
    private final Conductor conductor;
    private final EngineListener listener;
    private final Clock clock;
    private final CountDownLatch inputEnded = new CountDownLatch(1);
    private final AgentRunner conductorRunner;
    private final Object lifecycle = new Object(); // held while starting and closing
    private final AtomicBoolean closing = new AtomicBoolean();
    private State state = State.BUILT;
    private Snapshot last;

    private enum State {
        BUILT,
        STARTED,
        CLOSING,
        CLOSED
    }

    /** Begins the configuration of an engine. */
    public static EngineBuilder builder() {
        return new EngineBuilder();
    }

    Engine(EngineBuilder b, CryptoProvider[] providers) {
        name = b.name;
        ports = List.copyOf(b.ports);
        listener = b.listener;
        clock = b.clock;
        config = b.runtime;
        parts =
                new Assembly(
                        new Assembly.Spec(
                                name,
                                b.runtime,
                                b.mbufs,
                                b.largeMbufs,
                                b.invariants,
                                b.burstSize,
                                b.flowCacheSize,
                                ports,
                                providers,
                                b.nonceStore,
                                b.kernelRouting,
                                b.ip(),
                                b.clock),
                        new Events());
        runtime = parts.runtime();
        conductor = parts.conductor();
        conductorRunner =
                new AgentRunner(
                        parts.control(), "esplanade-" + name + "-" + parts.control().roleName());
        try {
            Tables tables = parts.tables();
            tables.audit().perSecond(b.auditEventsPerSecond, clock.nanoTime());
            b.addresses.forEach(a -> a.enter(tables, this::portIndex));
            b.neighbours.forEach(n -> n.enter(tables.neighbours(), portIndex(n.port())));
            applyAtOnce(b.commands());
        } catch (RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    private int portIndex(String port) {
        for (int i = 0; i < ports.size(); i++) {
            if (ports.get(i).name().equals(port)) {
                return i;
            }
        }
        throw new EngineException("there is no port " + port + ": add it before what refers to it");
    }

    /** The builder's SAs, policies and routes: all of them or no engine. */
    private void applyAtOnce(List<Command> commands) {
        conductor.apply(commands);
        for (Command command : commands) {
            if (command.answer().isCompletedExceptionally()) {
                throw EngineChanges.refused(command.answer().exceptionNow());
            }
        }
    }

    /** The name, which its threads and reports carry. */
    public String name() {
        return name;
    }

    /**
     * Opens the ports and starts the threads.
     *
     * @throws EngineException if a port cannot be opened; the engine is closed then
     * @throws IllegalStateException if it was started before
     */
    public void start() {
        synchronized (lifecycle) {
            if (state() != State.BUILT) {
                throw new IllegalStateException("an engine starts once; build another");
            }
            try {
                parts.start();
            } catch (IOException | RuntimeException | OutOfMemoryError e) { // no more threads
                EngineException refused = new EngineException(e.getMessage(), e);
                try {
                    close();
                } catch (EngineException also) {
                    refused.addSuppressed(also);
                }
                throw refused;
            }
            state(State.STARTED);
            conductorRunner.start();
            ports.stream()
                    .filter(port -> !port.mode().isEmpty())
                    .forEach(
                            port ->
                                    LOG.log(
                                            Level.INFO,
                                            "Port " + port.name() + ": " + port.mode()));
            Recordings.life(name, "started", config.mode(), config.threads());
        }
    }

    private synchronized State state() {
        return state;
    }

    private synchronized void state(State next) {
        state = next;
    }

    /** Begins a batch of changes, to be submitted while the engine runs. */
    public Changes changes() {
        return new EngineChanges(this::submit);
    }

    /**
     * Says that the engine lives: completes when the conductor has come round to it and every lane
     * has been through a duty cycle since.
     *
     * @throws IllegalStateException if the engine does not run
     */
    public CompletableFuture<Void> pulse() {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        submit(List.of(new Command.Pulse(answer)));
        return answer;
    }

    private void submit(List<Command> batch) {
        // Seen without the monitor: who submits without end does not keep close from it.
        if (closing.get() || !submitIfStarted(batch)) {
            throw new IllegalStateException("the engine does not run: start it first");
        }
    }

    private synchronized boolean submitIfStarted(List<Command> batch) {
        if (state != State.STARTED) {
            return false;
        }
        conductor.submit(batch);
        conductorRunner.wake();
        return true;
    }

    /** The engine's numbers now; after {@link #close}, the last ones. */
    public synchronized Snapshot snapshot() {
        return state == State.CLOSED ? last : take();
    }

    private Snapshot take() {
        CounterSum table = parts.counters();
        Map<Counter, Long> counters = new EnumMap<>(Counter.class);
        for (Counter counter : Counter.values()) {
            counters.put(counter, table.value(counter));
        }
        Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
        for (DropReason reason : DropReason.values()) {
            if (table.drops(reason) > 0) {
                drops.put(reason, table.drops(reason));
            }
        }
        long now = clock.nanoTime();
        List<Snapshot.SaState> sas = new ArrayList<>();
        for (AssociationState sa : conductor.states()) {
            sas.add(
                    new Snapshot.SaState(
                            sa.name(),
                            sa.association().tunnel(),
                            sa.association().direction(),
                            sa.spi(),
                            sa.sequence(),
                            sa.packets(),
                            sa.bytes(),
                            sa.lane(),
                            sa.worker(),
                            sa.placementReason(),
                            sa.association().lifetime(),
                            Duration.ofNanos(sa.age(now)),
                            sa.dying()));
        }
        return new Snapshot(counters, drops, parts.ledger().counts(), sas, runtime.cpuNanos());
    }

    /**
     * Waits until all receive queues have ended (captures read to their end) and no packet is under
     * way.
     *
     * @return false if that did not happen within {@code timeout}
     */
    public boolean awaitInputEnd(Duration timeout) throws InterruptedException {
        return inputEnded.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * Stops: no packet is received any more, those under way are sent or dropped as {@code CLOSING}
     * within a second, ports are closed, keys wiped, memory given back. Closing again does nothing.
     * A listener, or what hangs on a change's answer, may close its engine too.
     *
     * @throws EngineException if a port could not keep what it was given (a full disk), or one of
     *     its threads did not end: its memory then stays
     */
    @Override
    public void close() {
        boolean first = closing.compareAndSet(false, true);
        if (!first && conductorRunner.isCurrent()) {
            return; // who was first waits for this thread
        }
        synchronized (lifecycle) {
            if (state() != State.CLOSED) {
                stopAndRelease();
            }
        }
    }

    private void stopAndRelease() {
        boolean started = state() == State.STARTED;
        state(State.CLOSING); // no changes from here on: they would keep the conductor busy
        boolean stepped = parts.scheduler() != null;
        if (stepped && started && !stopConductor()) { // it must not run roles that stop
            throw leaveMemoryTo(parts.scheduler().roleName());
        }
        String stuck = runtime.stop(STOP_NANOS);
        if (stuck != null) {
            throw leaveMemoryTo(stuck);
        }
        EngineException failure = null;
        for (Port port : ports) {
            failure = close(port, failure);
        }
        if (started && !stopConductor()) {
            EngineException left = leaveMemoryTo("the conductor, or a listener that it called,");
            if (failure != null) {
                left.addSuppressed(failure);
            }
            throw left;
        }
        synchronized (this) {
            runtime.close();
            last = take(); // with every mbuf at home, and the SAs still there
            state = State.CLOSED;
            parts.close();
            Recordings.life(name, "closed", config.mode(), config.threads());
        }
        if (failure != null) {
            throw failure;
        }
    }

    private boolean stopConductor() {
        conductorRunner.stop();
        return conductorRunner.isCurrent() || conductorRunner.join(STOP_NANOS);
    }

    /** Memory cannot be unmapped under a thread that may still use it. */
    private synchronized EngineException leaveMemoryTo(String thread) {
        conductorRunner.stop(); // tells nobody anything any more
        last = take();
        state = State.CLOSED;
        return new EngineException(
                "engine "
                        + name
                        + ": "
                        + thread
                        + " did not stop in time; its memory is not freed");
    }

    private EngineException close(Port port, EngineException failure) {
        try {
            port.close();
        } catch (IOException | RuntimeException e) {
            EngineException mine =
                    new EngineException("port " + port.name() + ": " + e.getMessage(), e);
            if (failure == null) {
                return mine;
            }
            failure.addSuppressed(mine);
        }
        return failure;
    }

    /** Passes events on to the owner; what a listener throws is logged. */
    private final class Events implements ControlEvents {
        private boolean laneFailed;

        @Override
        public void inputEnded() {
            inputEnded.countDown();
            tell(listener::inputEnded);
        }

        @Override
        public void portFailed(String port, Throwable cause) {
            LOG.log(Level.ERROR, "Port " + port + " failed: " + cause.getMessage());
            Recordings.failure(name, "port " + port, cause);
            tell(() -> listener.portFailed(port, cause));
        }

        @Override
        public void portNotice(String port, String notice) {
            LOG.log(Level.WARNING, "Port " + port + ": " + notice);
            tell(() -> listener.portNotice(port, notice));
        }

        @Override
        public void laneFailed(int lane, Throwable cause) {
            if (!laneFailed) { // further failures are counted, and told to the listener
                laneFailed = true;
                LOG.log(
                        Level.ERROR,
                        "Lane " + lane + " drops packets because a stage threw",
                        cause);
            }
            Recordings.failure(name, "lane " + lane, cause);
            tell(() -> listener.laneFailed(lane, cause));
        }

        @Override
        public void stalled(Stall stall) {
            LOG.log(
                    Level.ERROR,
                    "Role "
                            + stall.role()
                            + " has not got through its duty cycle for "
                            + stall.nanos() / 1_000_000
                            + " ms: its lane stands still");
            Recordings.stall(name, stall.role(), stall.nanos());
            tell(() -> listener.stalled(stall.lane(), stall.role()));
        }

        @Override
        public void peerMoved(String tunnel, InetSocketAddress from, InetSocketAddress to) {
            LOG.log(Level.INFO, "Tunnel " + tunnel + ": its peer moved from " + from + " to " + to);
            tell(() -> listener.peerMoved(tunnel, from, to));
        }

        @Override
        public void linkChanged(String port, boolean up, int mtu) {
            LOG.log(
                    Level.INFO,
                    "The link of port %s is %s, with an MTU of %d"
                            .formatted(port, up ? "up" : "down", mtu));
            tell(() -> listener.linkChanged(port, up, mtu));
        }

        @Override
        public void audit(AuditEvent event) {
            AUDIT.log(Level.WARNING, event::toString);
            tell(() -> listener.audit(event));
        }

        @Override
        public void softExpired(String sa, Expiry cause) {
            boolean askedFor = cause != Expiry.SEQUENCE_NUMBERS;
            LOG.log(
                    askedFor ? Level.INFO : Level.WARNING,
                    "SA " + sa + " has nearly used up its " + cause.text() + ": rekey");
            tell(() -> listener.softExpired(sa, cause));
        }

        @Override
        public void hardExpired(String sa, Expiry cause) {
            LOG.log(Level.WARNING, "SA " + sa + " has used up its " + cause.text() + ": removed");
            tell(() -> listener.hardExpired(sa, cause));
        }

        @Override
        public void acquire(String policy, TrafficSelector selectors) {
            tell(() -> listener.acquire(policy, selectors));
        }

        private void tell(Runnable event) {
            try {
                event.run();
            } catch (Throwable e) {
                LOG.log(Level.ERROR, "An engine listener threw", e);
            }
        }
    }
}
