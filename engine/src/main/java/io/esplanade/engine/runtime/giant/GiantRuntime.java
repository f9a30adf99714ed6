package io.esplanade.engine.runtime.giant;

import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.ipsec.AssociationState;
import io.esplanade.engine.ipsec.PlainReplayGate;
import io.esplanade.engine.ipsec.PlainSequenceSource;
import io.esplanade.engine.mbuf.LaneMbufSource;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.TxQueue;
import io.esplanade.engine.runtime.Role;
import io.esplanade.engine.runtime.RunToCompletion;
import io.esplanade.engine.runtime.RuntimeSetup;
import io.esplanade.engine.runtime.SymmetricRuntime;
import io.esplanade.engine.runtime.config.RuntimeConfig;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Threads that share everything under one lock, in the manner of KAME on FreeBSD 5 and 6, whose
 * presence put the network stack back under Giant. Nothing else is locked, atomic or counted: with
 * the lock, a thread is as alone as a lane is.
 */
public final class GiantRuntime extends SymmetricRuntime {

    private static final Logger LOG = System.getLogger(GiantRuntime.class.getName());

    private final RuntimeConfig.GiantLock config;
    private final Mutex giant;
    private final LaneMbufSource source;
    private final Map<Port, TxQueue[]> txQueues = new HashMap<>();

    public GiantRuntime(RuntimeSetup setup, RuntimeConfig.GiantLock config) {
        super(setup, config);
        this.config = config;
        giant = new Mutex(setup.clock());
        source = new LaneMbufSource(setup.pool(), 0, 1);
    }

    boolean closing() {
        return isClosing();
    }

    @Override
    protected List<List<Role>> build() {
        LOG.log(
                Level.WARNING,
                setup().name()
                        + ": giant-lock runs IPsec in the manner of KAME, which is not MP-safe: one"
                        + " lock is around the whole packet path");
        LOG.log(
                Level.WARNING,
                setup().name()
                        + ": expect reduced performance; of "
                        + config.threads()
                        + " threads one at a time moves packets");
        return super.build();
    }

    @Override
    protected Role newRole(int thread) {
        CounterTable counters = newCounters();
        Means means =
                new Means(
                        source,
                        setup().tables().sad(),
                        new PlainSequenceSource(),
                        new PlainReplayGate(),
                        0);
        RunToCompletion stages = newStages(thread, means, counters);
        return new GiantRole(
                thread, this, stages, giant, config.scope(), counters, setup().clock());
    }

    @Override
    protected TxQueue txQueue(Port port, int thread, Means means, CounterTable counters) {
        TxQueue[] queues = txQueues.computeIfAbsent(port, p -> new TxQueue[p.txQueues()]);
        int index = thread % queues.length;
        if (queues[index] == null) {
            queues[index] = openTxQueue(port, index, source);
        }
        return queues[index];
    }

    @Override
    public int contexts() {
        return 1;
    }

    @Override
    public void place(AssociationState sa) {
        sa.place(0, 0, "every thread may work on it, with the giant lock");
    }

    @Override
    public void displace(AssociationState sa) {}

    @Override
    public void close() {
        super.close();
        source.close();
    }
}
