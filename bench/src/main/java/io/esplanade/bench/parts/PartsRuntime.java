package io.esplanade.bench.parts;

import io.esplanade.bench.parts.TimedRole.Stages;
import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.ipsec.AssociationState;
import io.esplanade.engine.ipsec.PlainReplayGate;
import io.esplanade.engine.ipsec.PlainSequenceSource;
import io.esplanade.engine.ipsec.SaTable;
import io.esplanade.engine.ipsec.Sad;
import io.esplanade.engine.ipsec.SequenceSource;
import io.esplanade.engine.mbuf.BatchSource;
import io.esplanade.engine.mbuf.DropSink;
import io.esplanade.engine.mbuf.LaneMbufSource;
import io.esplanade.engine.mbuf.MbufRing;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.path.Egress;
import io.esplanade.engine.path.HandOver;
import io.esplanade.engine.path.Ingress;
import io.esplanade.engine.path.Transmitter;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.TxQueue;
import io.esplanade.engine.runtime.Role;
import io.esplanade.engine.runtime.RuntimeSetup;
import io.esplanade.engine.runtime.SymmetricRuntime;
import io.esplanade.engine.runtime.config.RuntimeConfig;
import io.esplanade.engine.runtime.config.RuntimeConfig.Numbering;
import io.esplanade.engine.runtime.finegrained.AtomicSequenceSource;
import io.esplanade.engine.runtime.finegrained.CountedSaTable;
import io.esplanade.engine.runtime.finegrained.LockedStock;
import io.esplanade.engine.runtime.giant.Mutex;

import java.util.ArrayList;
import java.util.List;

/**
 * The stages in a row on each thread, with at most one part that threads share. No two threads may
 * meet the same SA: with a plain part that would be a race, and it is the caller who steers.
 */
final class PartsRuntime extends SymmetricRuntime {

    private final Part part;
    private final int threads;
    private final StageTimes times;
    private final Mutex mutex;
    private final LaneMbufSource shared;
    private final List<AutoCloseable> sources = new ArrayList<>();

    /**
     * @param times where {@link Part#CLOCK} writes; its threads must be one
     */
    PartsRuntime(RuntimeSetup setup, RuntimeConfig config, Part part, StageTimes times) {
        super(setup, config);
        this.part = part;
        this.threads = config.threads();
        this.times = times;
        mutex = new Mutex(setup.clock());
        shared = part == Part.POOL ? new LaneMbufSource(setup.pool(), 0, 1) : null;
    }

    boolean closing() {
        return isClosing();
    }

    @Override
    protected Role newRole(int thread) {
        CounterTable counters = newCounters();
        BatchSource batches = part == Part.POOL ? batches(counters) : null;
        MbufSource mbufs = batches == null ? ownMbufs(thread) : batches;
        Sad sad = setup().tables().sad();
        SaTable sas = part == Part.REFERENCES ? new CountedSaTable(sad) : sad;
        SequenceSource numbers =
                part == Part.NUMBERS
                        ? new AtomicSequenceSource(Numbering.PER_PACKET)
                        : new PlainSequenceSource();
        Means means = new Means(mbufs, sas, numbers, new PlainReplayGate(), thread);
        if (part == Part.CLOCK) {
            return timed(means, counters);
        }
        return new PartsRole(
                thread,
                this,
                newStages(thread, means, counters),
                part == Part.LOCK ? mutex : null,
                batches,
                counters,
                setup().burstSize());
    }

    private BatchSource batches(CounterTable counters) {
        LockedStock stock = new LockedStock(shared, mutex, counters);
        BatchSource source = new BatchSource(setup().pool(), stock, setup().burstSize());
        sources.add(source);
        return source;
    }

    private LaneMbufSource ownMbufs(int thread) {
        LaneMbufSource source = new LaneMbufSource(setup().pool(), thread, threads);
        sources.add(source);
        return source;
    }

    private Role timed(Means means, CounterTable counters) {
        RuntimeSetup setup = setup();
        DropSink drops = new DropSink(means.mbufs(), counters);
        Transmitter[] transmitters =
                setup.ports().stream()
                        .map(p -> timedTransmitter(p, means, drops, counters))
                        .toArray(Transmitter[]::new);
        Ingress ingress =
                new Ingress(
                        setup.tables(),
                        means.sas(),
                        means.sequences(),
                        means.replay(),
                        setup.flowCacheSize(),
                        drops,
                        counters,
                        0,
                        HandOver.NONE,
                        newSlowPath(means.mbufs(), drops, counters, 0, 1));
        Egress egress =
                new Egress(
                        setup.tables(),
                        means.sas(),
                        means.replay(),
                        setup.flowCacheSize(),
                        setup.pool(),
                        new MbufRing(Integer.highestOneBit(2 * setup.burstSize())),
                        transmitters,
                        drops,
                        counters);
        Stages stages =
                new Stages(
                        openReceivers(0, 1, means.mbufs(), counters),
                        ingress,
                        newWorker(means.sas(), 0, counters),
                        egress,
                        transmitters);
        return new TimedRole(this, stages, times, setup.pool(), setup.burstSize());
    }

    private Transmitter timedTransmitter(
            Port port, Means means, DropSink drops, CounterTable counters) {
        TxQueue queue = Timed.queue(openTxQueue(port, 0, means.mbufs()), times);
        return newTransmitter(port, queue, 0, drops, counters);
    }

    @Override
    protected TxQueue txQueue(Port port, int thread, Means means, CounterTable counters) {
        return openTxQueue(port, thread, means.mbufs());
    }

    @Override
    public int contexts() {
        return threads;
    }

    @Override
    public void place(AssociationState sa) {
        sa.place(0, AssociationState.ANY_WORKER, "whichever thread its packets come to");
    }

    @Override
    public void displace(AssociationState sa) {
        // Nothing was noted of it.
    }

    @Override
    public void close() {
        for (AutoCloseable source : sources) {
            try {
                source.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
        if (shared != null) {
            shared.close();
        }
    }
}
