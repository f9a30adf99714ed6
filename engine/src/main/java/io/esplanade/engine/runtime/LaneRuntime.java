package io.esplanade.engine.runtime;

import io.esplanade.engine.control.DataPlane;
import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.ipsec.PlainReplayGate;
import io.esplanade.engine.ipsec.PlainSequenceSource;
import io.esplanade.engine.ipsec.ReplayGate;
import io.esplanade.engine.ipsec.SaTable;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.DropSink;
import io.esplanade.engine.mbuf.LaneMbufSource;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.os.AgentRunner;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.path.Egress;
import io.esplanade.engine.path.Ingress;
import io.esplanade.engine.path.Tables;
import io.esplanade.engine.path.Transmitter;
import io.esplanade.engine.path.Worker;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.RxQueue;
import io.esplanade.engine.port.TxQueue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The runtime of one lane on one thread.
 *
 * <p>{@link #open}, {@link #start}, {@link #stop} and {@link #close} by the thread that owns the
 * engine, in this order; the rest is thread-safe.
 */
public final class LaneRuntime implements DataPlane, AutoCloseable {

    /** Workers per lane. */
    public static final int WORKERS = 1;

    /**
     * What a runtime is made from.
     *
     * @param name the engine's name, for threads
     * @param burstSize the most packets worked on together
     * @param flowCacheSize flows that each of a lane's two caches remembers
     */
    public record Setup(
            String name,
            int burstSize,
            int flowCacheSize,
            List<Port> ports,
            CryptoProvider[] providers,
            Tables tables,
            MbufPool pool,
            Clock clock) {}

    private final Setup setup;
    private final Epochs epochs = new Epochs();
    private final CounterTable counters = new CounterTable();
    private final LaneMbufSource source;
    private RxQueue[] receivers;
    private TxQueue[] senders;
    private Lane lane;
    private AgentRunner runner;
    private volatile boolean running;
    private volatile long cpuNanos;

    public LaneRuntime(Setup setup) {
        this.setup = setup;
        source = new LaneMbufSource(setup.pool(), 0, 1);
    }

    /**
     * Opens the ports and makes the lane.
     *
     * @throws IOException if a port cannot be opened; what was opened stays for {@link #close}
     */
    public void open() throws IOException {
        List<Port> ports = setup.ports();
        receivers = new RxQueue[ports.size()];
        senders = new TxQueue[ports.size()];
        for (int i = 0; i < ports.size(); i++) {
            Port port = ports.get(i);
            port.attach(setup.pool());
            receivers[i] = port.rxQueue(0, source);
            senders[i] = port.txQueue(0, source);
        }
        lane = newLane(ports.toArray(Port[]::new));
    }

    private Lane newLane(Port[] ports) {
        LaneResources own =
                new LaneResources(
                        setup.pool(),
                        source,
                        new DropSink(source, counters),
                        counters,
                        setup.clock());
        int burstSize = setup.burstSize();
        Transmitter[] transmitters = new Transmitter[ports.length];
        for (int i = 0; i < ports.length; i++) {
            transmitters[i] =
                    new Transmitter(
                            ports[i], senders[i], setup.pool(), burstSize, own.drops(), counters);
        }
        Tables tables = setup.tables();
        SaTable sas = tables.sad();
        ReplayGate replay = new PlainReplayGate();
        Burst loop = new Burst(burstSize);
        Ingress ingress =
                new Ingress(
                        tables,
                        sas,
                        new PlainSequenceSource(),
                        replay,
                        setup.flowCacheSize(),
                        own.drops(),
                        counters);
        Egress egress =
                new Egress(
                        tables,
                        sas,
                        replay,
                        setup.flowCacheSize(),
                        setup.pool(),
                        loop,
                        transmitters,
                        own.drops(),
                        counters);
        Worker worker = new Worker(sas, 0, setup.providers(), burstSize, counters);
        return new Lane(
                "lane-0",
                own,
                epochs,
                ports,
                receivers,
                ingress,
                worker,
                egress,
                transmitters,
                loop,
                burstSize);
    }

    /** Starts the lane's thread. */
    public void start() {
        runner = new AgentRunner(lane, "esplanade-" + setup.name() + "-" + lane.roleName());
        running = true;
        try {
            runner.start();
        } catch (OutOfMemoryError e) { // how the JVM says that there can be no more threads
            running = false;
            lane.onClose();
            throw e;
        }
    }

    /**
     * Stops the lane: it drains first, for a bounded time.
     *
     * @return false if the thread did not end within {@code nanos}
     */
    public boolean stop(long nanos) {
        if (runner == null) {
            return true;
        }
        cpuNanos = cpuNanos();
        runner.stop();
        boolean stopped = runner.join(nanos);
        running = !stopped;
        return stopped;
    }

    /** The lane, to be driven by the caller instead of {@link #start}: tests and benchmarks. */
    public Lane lane() {
        return lane;
    }

    public CounterTable counters() {
        return counters;
    }

    /** Thread CPU time that the lanes have used, ns; after {@link #stop}, until then. */
    public long cpuNanos() {
        return running
                ? ManagementFactory.getThreadMXBean().getThreadCpuTime(runner.threadId())
                : cpuNanos;
    }

    /** Gives the lane's mbufs back to the pool, after the ports were closed. */
    @Override
    public void close() {
        source.close();
    }

    @Override
    public long advanceEpoch() {
        return epochs.advance();
    }

    @Override
    public long passedEpoch() {
        return running ? lane.epoch() : Long.MAX_VALUE;
    }

    @Override
    public boolean ended() {
        return running && lane.ended();
    }

    @Override
    public int lanes() {
        return lane == null ? 0 : 1;
    }

    @Override
    public Throwable takeFailure(int index) {
        return lane.takeFailure();
    }

    @Override
    public Map<String, Throwable> failedPorts() {
        Map<String, Throwable> failed = new TreeMap<>();
        for (int i = 0; running && i < senders.length; i++) {
            Throwable failure = senders[i].failure();
            if (failure == null) {
                failure = receivers[i].failure();
            }
            if (failure != null) {
                failed.put(setup.ports().get(i).name(), failure);
            }
        }
        return failed;
    }
}
