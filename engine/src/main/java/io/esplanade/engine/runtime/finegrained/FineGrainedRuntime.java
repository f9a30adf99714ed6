package io.esplanade.engine.runtime.finegrained;

import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.ipsec.AssociationState;
import io.esplanade.engine.ipsec.InboundState;
import io.esplanade.engine.ipsec.SaTable;
import io.esplanade.engine.ipsec.SequenceSource;
import io.esplanade.engine.mbuf.BatchSource;
import io.esplanade.engine.mbuf.LaneMbufSource;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.TxQueue;
import io.esplanade.engine.runtime.Role;
import io.esplanade.engine.runtime.RuntimeSetup;
import io.esplanade.engine.runtime.SymmetricRuntime;
import io.esplanade.engine.runtime.config.RuntimeConfig;
import io.esplanade.engine.runtime.giant.Mutex;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Threads that share SAs, mbufs and scarce transmit queues, each guarded by itself, in the manner
 * of FAST_IPSEC. Packets of one SA that come in on the queues of different threads may overtake
 * each other.
 */
public final class FineGrainedRuntime extends SymmetricRuntime {

    private final RuntimeConfig.FineGrained config;
    private final LaneMbufSource pool;
    private final Mutex poolMutex;
    private final SaTable sas;
    private final SequenceSource sequences;
    private final List<BatchSource> sources = new ArrayList<>(); // by thread
    private final Map<Port, SharedTxQueue.Common[]> sharedQueues = new HashMap<>();

    public FineGrainedRuntime(RuntimeSetup setup, RuntimeConfig.FineGrained config) {
        super(setup, config);
        this.config = config;
        pool = new LaneMbufSource(setup.pool(), 0, 1);
        poolMutex = newMutex();
        sas = new CountedSaTable(setup.tables().sad());
        sequences = new AtomicSequenceSource(config.numbering());
    }

    boolean closing() {
        return isClosing();
    }

    int burstSize() {
        return setup().burstSize();
    }

    private Mutex newMutex() {
        return new Mutex(setup().clock());
    }

    @Override
    protected Role newRole(int thread) {
        CounterTable counters = newCounters();
        BatchSource mbufs =
                new BatchSource(
                        setup().pool(), new LockedStock(pool, poolMutex, counters), burstSize());
        sources.add(mbufs);
        Means means = new Means(mbufs, sas, sequences, new LockedReplayGate(counters), thread);
        return new FineGrainedRole(thread, this, newStages(thread, means, counters), mbufs);
    }

    @Override
    protected TxQueue txQueue(Port port, int thread, Means means, CounterTable counters) {
        if (port.txQueues() >= config.threads()) {
            return openTxQueue(port, thread, means.mbufs());
        }
        SharedTxQueue.Common[] queues =
                sharedQueues.computeIfAbsent(port, p -> new SharedTxQueue.Common[p.txQueues()]);
        int index = thread % queues.length;
        if (queues[index] == null) {
            queues[index] = new SharedTxQueue.Common(newMutex(), means.mbufs());
            queues[index].queue(openTxQueue(port, index, queues[index]));
        }
        return new SharedTxQueue(queues[index], means.mbufs(), counters);
    }

    @Override
    public int contexts() {
        return config.threads();
    }

    @Override
    public void place(AssociationState sa) {
        sa.place(0, AssociationState.ANY_WORKER, "every thread may work on it");
        if (sa instanceof InboundState in) {
            in.guard(newMutex());
        }
    }

    /**
     * {@inheritDoc} It checks, in invariants mode, that no packet refers to the SA any more.
     *
     * @throws IllegalStateException if one does
     */
    @Override
    public void displace(AssociationState sa) {
        if (setup().pool().invariants() && sa.references() != 0) {
            throw new IllegalStateException(sa + " is retired with references: " + sa.references());
        }
    }

    @Override
    public void close() {
        super.close();
        sources.forEach(BatchSource::close);
        pool.close();
    }
}
