package io.esplanade.engine.runtime;

import io.esplanade.engine.control.Stall;
import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.ipsec.SaTable;
import io.esplanade.engine.mbuf.DropSink;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.os.AgentRunner;
import io.esplanade.engine.os.IdleStrategy;
import io.esplanade.engine.os.Poller;
import io.esplanade.engine.path.SlowPath;
import io.esplanade.engine.path.Transmitter;
import io.esplanade.engine.path.Worker;
import io.esplanade.engine.port.Capability;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.RxQueue;
import io.esplanade.engine.port.TxQueue;
import io.esplanade.engine.runtime.config.RuntimeConfig;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * What all runtimes have in common: roles in groups, a thread for each group, and their life. Below
 * it says which roles there are, how they are joined, and what is under way between them.
 */
public abstract class ThreadedRuntime implements PacketRuntime {

    /** How long what is under way may take to leave when the engine stops, ns. */
    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long LOOK_NANOS = 100_000;

    private final RuntimeSetup setup;
    private final RuntimeConfig config;
    private final Epochs epochs = new Epochs();
    private final List<CounterTable> counters = new ArrayList<>();
    private final List<Worker> workers = new ArrayList<>();
    private final List<Opened<RxQueue>> receivers = new ArrayList<>();
    private final List<Opened<TxQueue>> senders = new ArrayList<>();
    private List<RoleGroup> groups = List.of();
    private List<Role> roles = List.of();
    private List<AgentRunner> runners = List.of();
    private final List<Poller> pollers = new ArrayList<>();
    private StallWatch stalls;

    private volatile boolean running;
    private volatile boolean closing;
    private volatile long cpuNanos;

    private record Opened<Q>(Q queue, String port) {}

    protected ThreadedRuntime(RuntimeSetup setup, RuntimeConfig config) {
        this.setup = setup;
        this.config = config;
    }

    // What a runtime is.

    /** Makes the roles, in the groups that share a thread. */
    protected abstract List<List<Role>> build();

    /** Whether nothing is under way any more; any thread. */
    protected abstract boolean drained();

    /** When no thread runs any more: drops what is still under way. */
    protected abstract void abandon();

    // What it is built with.

    protected final RuntimeSetup setup() {
        return setup;
    }

    /** The epoch of this moment, which roles adopt between bursts. */
    protected final long currentEpoch() {
        return epochs.current();
    }

    /** Whether no more is to be received. */
    protected final boolean isClosing() {
        return closing;
    }

    /** A table for one thread's or role's counts. */
    protected final CounterTable newCounters() {
        CounterTable table = new CounterTable();
        counters.add(table);
        return table;
    }

    /**
     * Where packets end that go nowhere, for one thread or role.
     *
     * @param counters the thread's or role's
     */
    protected final DropSink newDropSink(MbufSource home, CounterTable counters) {
        return new DropSink(home, counters, setup.tables().audit().watch(counters));
    }

    /**
     * The receive queues of thread {@code thread} of {@code threads}: every {@code threads}-th of
     * each port, so that a port with fewer queues has none for some.
     */
    protected final Receivers openReceivers(
            int thread, int threads, MbufSource source, CounterTable counters) {
        List<Receivers.Opened> opened = new ArrayList<>();
        List<Port> ports = setup.ports();
        for (int i = 0; i < ports.size(); i++) {
            Port port = ports.get(i);
            for (int q = thread; q < port.rxQueues(); q += threads) {
                RxQueue queue = port.rxQueue(q, source);
                receivers.add(new Opened<>(queue, port.name()));
                opened.add(new Receivers.Opened(i, port, queue));
            }
        }
        return new Receivers(opened, counters);
    }

    protected final TxQueue openTxQueue(Port port, int index, MbufSource home) {
        TxQueue queue = port.txQueue(index, home);
        senders.add(new Opened<>(queue, port.name()));
        return queue;
    }

    /** A worker, which ends with this runtime. */
    protected final Worker newWorker(SaTable sas, int index, CounterTable counters) {
        Worker worker = new Worker(sas, index, setup.providers(), setup.burstSize(), counters);
        workers.add(worker);
        return worker;
    }

    /**
     * What Ingress of thread or lane {@code lane} does with the packets that are not simple.
     *
     * @param lanes how many share the datagrams that come in fragments: hand them to each other
     */
    protected final SlowPath newSlowPath(
            MbufSource source, DropSink drops, CounterTable counters, int lane, int lanes) {
        return new SlowPath(
                setup.tables(),
                setup.pool(),
                source,
                drops,
                counters,
                setup.clock(),
                setup.ip(),
                setup.burstSize(),
                lane,
                lanes);
    }

    /**
     * A transmitter on a queue of a port.
     *
     * @param underWay see {@link Transmitter}
     */
    protected final Transmitter newTransmitter(
            Port port, TxQueue queue, int underWay, DropSink drops, CounterTable counters) {
        return new Transmitter(
                port,
                setup.ports().indexOf(port),
                setup.tables(),
                queue,
                setup.pool(),
                setup.burstSize(),
                underWay,
                drops,
                counters);
    }

    // Its life.

    @Override
    public final void open() throws IOException {
        for (Port port : setup.ports()) {
            port.own(setup.tables().localAddresses().all());
            port.attach(setup.pool());
        }
        groups = named(build());
        roles = groups.stream().flatMap(group -> group.roles().stream()).toList();
    }

    /** Threads are named for their lane, and numbered where it has several. */
    private static List<RoleGroup> named(List<List<Role>> groups) {
        Map<Integer, Long> threads =
                groups.stream().collect(Collectors.groupingBy(g -> lane(g), Collectors.counting()));
        Map<Integer, Integer> number = new HashMap<>();
        List<RoleGroup> named = new ArrayList<>();
        for (List<Role> group : groups) {
            String name = "lane-" + lane(group);
            if (threads.get(lane(group)) > 1) {
                name += "." + (number.merge(lane(group), 1, Integer::sum) - 1);
            }
            named.add(new RoleGroup(name, group));
        }
        return named;
    }

    private static int lane(List<Role> group) {
        return group.getFirst().lane();
    }

    @Override
    public final List<Role> agents() {
        return roles;
    }

    @Override
    public final void start() {
        List<AgentRunner> started = new ArrayList<>();
        boolean live = config.idle() != IdleStrategy.BUSY_SPIN && hasDescriptors();
        for (int i = 0; i < groups.size(); i++) {
            RoleGroup group = groups.get(i);
            int cpu = config.cpus().isEmpty() ? AgentRunner.ANY_CPU : config.cpus().get(i);
            String name = "esplanade-" + setup.name() + "-" + group.roleName();
            Poller poller = live ? newPoller(group) : null;
            started.add(new AgentRunner(group, name, config.idle(), cpu, poller));
        }
        running = true;
        stalls = new StallWatch(started, groups, setup.clock());
        runners = List.copyOf(started);
        for (AgentRunner runner : runners) {
            runner.start();
        }
    }

    private boolean hasDescriptors() {
        return receivers.stream().anyMatch(r -> r.queue().descriptors().length > 0);
    }

    /** What the thread of {@code group} sleeps on, to be woken by whoever has work for it. */
    private Poller newPoller(RoleGroup group) {
        List<Receivers> received =
                group.roles().stream().map(Role::receivers).filter(Objects::nonNull).toList();
        int[] descriptors =
                received.stream().flatMapToInt(r -> Arrays.stream(r.descriptors())).toArray();
        // A lossless port that was full has room again without a word.
        boolean complete =
                received.stream().allMatch(Receivers::haveDescriptors)
                        && setup.ports().stream()
                                .noneMatch(p -> p.capabilities().contains(Capability.LOSSLESS));
        Poller poller = new Poller(descriptors, complete, config.idle() == IdleStrategy.BACKOFF);
        pollers.add(poller);
        group.roles().forEach(role -> role.sleepsOn(poller));
        return poller;
    }

    @Override
    public final void startStepped() {
        running = true;
    }

    @Override
    public final String stop(long nanos) {
        closing = true;
        long deadline = setup.clock().nanoTime() + DRAIN_NANOS;
        while (running && !drained() && setup.clock().nanoTime() - deadline < 0) {
            if (runners.isEmpty()) {
                roles.forEach(Role::doWork);
            } else {
                runners.forEach(AgentRunner::wake);
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }
        cpuNanos = cpuNanos();
        runners.forEach(AgentRunner::stop);
        for (int i = 0; i < runners.size(); i++) {
            if (!runners.get(i).join(nanos)) {
                return groups.get(i).current().roleName();
            }
        }
        running = false;
        abandon();
        workers.forEach(Worker::close);
        return null;
    }

    @Override
    public void close() {
        pollers.forEach(Poller::close);
    }

    // What others see of it.

    @Override
    public final List<CounterTable> counters() {
        return counters;
    }

    @Override
    public final long cpuNanos() {
        if (!running || runners.isEmpty()) {
            return cpuNanos;
        }
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long sum = 0;
        for (AgentRunner runner : runners) {
            sum += Math.max(0, threads.getThreadCpuTime(runner.threadId()));
        }
        return sum;
    }

    @Override
    public final long advanceEpoch() {
        return epochs.advance();
    }

    @Override
    public final long passedEpoch() {
        if (!running) {
            return Long.MAX_VALUE;
        }
        long passed = passed();
        if (passed < epochs.current() && !pollers.isEmpty()) {
            runners.forEach(AgentRunner::wake);
        }
        return passed;
    }

    /** The newest epoch that everything has passed. */
    protected abstract long passed();

    @Override
    public final boolean ended() {
        return running && inputEnded() && drained();
    }

    /** Whether all receive queues have ended; any thread. */
    protected abstract boolean inputEnded();

    @Override
    public final Throwable takeFailure(int lane) {
        for (Role role : roles) {
            if (role.lane() == lane) {
                Throwable failure = role.takeFailure();
                if (failure != null) {
                    return failure;
                }
            }
        }
        return null;
    }

    @Override
    public final List<Stall> newStalls() {
        return running && stalls != null ? stalls.look() : List.of();
    }

    @Override
    public final Map<String, Throwable> failedPorts() {
        Map<String, Throwable> failed = new TreeMap<>();
        if (running) {
            senders.forEach(sender -> note(failed, sender.port(), sender.queue().failure()));
            receivers.forEach(
                    receiver -> note(failed, receiver.port(), receiver.queue().failure()));
        }
        return failed;
    }

    private static void note(Map<String, Throwable> failed, String port, Throwable failure) {
        if (failure != null) {
            failed.putIfAbsent(port, failure);
        }
    }
}
