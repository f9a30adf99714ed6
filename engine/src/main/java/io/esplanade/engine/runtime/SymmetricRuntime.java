package io.esplanade.engine.runtime;

import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.ipsec.ReplayGate;
import io.esplanade.engine.ipsec.SaTable;
import io.esplanade.engine.ipsec.SequenceSource;
import io.esplanade.engine.mbuf.DropSink;
import io.esplanade.engine.mbuf.MbufRing;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.path.Egress;
import io.esplanade.engine.path.HandOver;
import io.esplanade.engine.path.Ingress;
import io.esplanade.engine.path.LaneTask;
import io.esplanade.engine.path.SlowPath;
import io.esplanade.engine.path.Transmitter;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.TxQueue;
import io.esplanade.engine.runtime.config.RuntimeConfig;

import java.util.ArrayList;
import java.util.List;

/**
 * Runtimes whose threads all do the same: each takes the packets of its own receive queues through
 * all stages, on SAs that every thread may work on. Below it says how what they share is guarded.
 */
public abstract class SymmetricRuntime extends ThreadedRuntime {

    private final RuntimeConfig config;
    private final List<RunToCompletion> all = new ArrayList<>();

    protected SymmetricRuntime(RuntimeSetup setup, RuntimeConfig config) {
        super(setup, config);
        this.config = config;
    }

    /**
     * What the stages of one thread are made with, where runtimes differ.
     *
     * @param context which of an SA's crypto contexts it uses
     */
    public record Means(
            MbufSource mbufs,
            SaTable sas,
            SequenceSource sequences,
            ReplayGate replay,
            int context) {}

    /** Makes the role of thread {@code thread}, around its {@linkplain #newStages stages}. */
    protected abstract Role newRole(int thread);

    /** The queue on which thread {@code thread} sends by {@code port}. */
    protected abstract TxQueue txQueue(Port port, int thread, Means means, CounterTable counters);

    @Override
    public boolean ordersSas() {
        return false;
    }

    @Override
    protected List<List<Role>> build() {
        List<List<Role>> groups = new ArrayList<>();
        for (int thread = 0; thread < config.threads(); thread++) {
            groups.add(List.of(newRole(thread)));
        }
        return groups;
    }

    /** The stages of thread {@code thread}, with queues and flow caches of their own. */
    protected final RunToCompletion newStages(int thread, Means means, CounterTable counters) {
        DropSink drops = newDropSink(means.mbufs(), counters);
        Transmitter[] transmitters = newTransmitters(thread, means, drops, counters);
        MbufRing loop = new MbufRing(Integer.highestOneBit(2 * setup().burstSize()));
        SlowPath slow = newSlowPath(means.mbufs(), drops, counters, 0, 1);
        Ingress ingress =
                new Ingress(
                        setup().tables(),
                        means.sas(),
                        means.sequences(),
                        means.replay(),
                        setup().flowCacheSize(),
                        drops,
                        counters,
                        0,
                        HandOver.NONE,
                        slow);
        Egress egress =
                new Egress(
                        setup().tables(),
                        means.sas(),
                        means.replay(),
                        setup().flowCacheSize(),
                        setup().pool(),
                        loop,
                        transmitters,
                        drops,
                        counters);
        RunToCompletion stages =
                new RunToCompletion(
                        thread,
                        this,
                        new RunToCompletion.Stages(
                                openReceivers(thread, config.threads(), means.mbufs(), counters),
                                ingress,
                                slow,
                                newWorker(means.sas(), means.context(), counters),
                                egress,
                                loop,
                                transmitters,
                                means.mbufs(),
                                means.sas(),
                                drops,
                                counters));
        all.add(stages);
        return stages;
    }

    private Transmitter[] newTransmitters(
            int thread, Means means, DropSink drops, CounterTable counters) {
        List<Transmitter> transmitters = new ArrayList<>();
        for (Port port : setup().ports()) {
            TxQueue queue = txQueue(port, thread, means, counters);
            transmitters.add(newTransmitter(port, queue, 0, drops, counters));
        }
        return transmitters.toArray(Transmitter[]::new);
    }

    /** {@inheritDoc} Here: threads, each of which tells its failures by itself. */
    @Override
    public final int lanes() {
        return config.threads();
    }

    /** {@inheritDoc} Here: a thread, any of which will do. */
    @Override
    public final boolean give(int lane, LaneTask task) {
        boolean taken = all.get(lane).tasks().offer(task);
        agents().get(lane).wake();
        return taken;
    }

    @Override
    protected final long passed() {
        long passed = Long.MAX_VALUE;
        for (RunToCompletion stages : all) {
            passed = Math.min(passed, stages.epoch());
        }
        return passed;
    }

    @Override
    protected final boolean inputEnded() {
        for (RunToCompletion stages : all) {
            if (!stages.inputEnded()) {
                return false;
            }
        }
        return true;
    }

    @Override
    protected final boolean drained() {
        for (RunToCompletion stages : all) {
            if (!stages.drained()) {
                return false;
            }
        }
        return true;
    }

    @Override
    protected final void abandon() {
        all.forEach(RunToCompletion::abandon);
    }
}
