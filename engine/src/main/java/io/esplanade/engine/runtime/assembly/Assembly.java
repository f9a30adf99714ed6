package io.esplanade.engine.runtime.assembly;

import io.esplanade.engine.control.Conductor;
import io.esplanade.engine.control.ControlEvents;
import io.esplanade.engine.control.NonceStore;
import io.esplanade.engine.counters.CounterSum;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.fib.KernelRouting;
import io.esplanade.engine.ip.IpConfig;
import io.esplanade.engine.mbuf.MbufLedger;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.os.Agent;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.path.Tables;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.runtime.PacketRuntime;
import io.esplanade.engine.runtime.RuntimeSetup;
import io.esplanade.engine.runtime.config.RuntimeConfig;
import io.esplanade.engine.runtime.finegrained.FineGrainedRuntime;
import io.esplanade.engine.runtime.giant.GiantRuntime;
import io.esplanade.engine.runtime.percore.PerCoreRuntime;
import io.esplanade.engine.runtime.stepped.SteppedScheduler;

import java.io.IOException;
import java.util.List;

/**
 * All parts of an engine, put together and without threads: an engine gives them threads, a test or
 * a benchmark may drive them itself.
 *
 * <p>{@link #close} when nothing uses any part any more and the ports were closed.
 */
public final class Assembly implements AutoCloseable {

    private final MbufPool pool;
    private final MbufLedger ledger;
    private final Tables tables;
    private final PacketRuntime runtime;
    private final Conductor conductor;
    private final SteppedScheduler scheduler; // null unless stepped

    /**
     * What an engine is made from.
     *
     * @param name for its threads
     * @param mbufs how many small mbufs
     * @param largeMbufs how many large ones
     * @param invariants whether each move and access of an mbuf is checked
     * @param burstSize the most packets worked on together
     * @param flowCacheSize flows that each flow cache remembers
     * @param providers loaded; the first is the default
     * @param nonceStore may be null
     * @param kernel what of the kernel is followed, or null
     * @param ip what lanes do about ICMP, path MTU and fragments
     */
    public record Spec(
            String name,
            RuntimeConfig runtime,
            int mbufs,
            int largeMbufs,
            boolean invariants,
            int burstSize,
            int flowCacheSize,
            List<Port> ports,
            CryptoProvider[] providers,
            NonceStore nonceStore,
            KernelRouting kernel,
            IpConfig ip,
            Clock clock) {}

    public Assembly(Spec spec, ControlEvents events) {
        List<Port> ports = spec.ports();
        tables = Tables.of(ports);
        pool = new MbufPool(spec.mbufs(), spec.largeMbufs(), spec.invariants());
        ledger = new MbufLedger(pool);
        runtime =
                newRuntime(
                        spec.runtime(),
                        new RuntimeSetup(
                                spec.name(),
                                spec.burstSize(),
                                spec.flowCacheSize(),
                                ports,
                                spec.providers(),
                                tables,
                                spec.ip(),
                                pool,
                                spec.clock()));
        conductor =
                new Conductor(
                        tables,
                        ports,
                        spec.kernel(),
                        spec.providers(),
                        spec.nonceStore(),
                        spec.ip().pathMtuAge(),
                        spec.clock(),
                        runtime,
                        events);
        scheduler =
                spec.runtime() instanceof RuntimeConfig.Stepped stepped
                        ? new SteppedScheduler(stepped.seed())
                        : null;
    }

    private static PacketRuntime newRuntime(RuntimeConfig config, RuntimeSetup setup) {
        return switch (config) {
            case RuntimeConfig.PerCore perCore -> new PerCoreRuntime(setup, perCore);
            case RuntimeConfig.GiantLock giant -> new GiantRuntime(setup, giant);
            case RuntimeConfig.FineGrained fine -> new FineGrainedRuntime(setup, fine);
            case RuntimeConfig.Stepped stepped -> newRuntime(stepped.of(), setup);
        };
    }

    public Tables tables() {
        return tables;
    }

    public MbufPool pool() {
        return pool;
    }

    public MbufLedger ledger() {
        return ledger;
    }

    public PacketRuntime runtime() {
        return runtime;
    }

    public Conductor conductor() {
        return conductor;
    }

    /**
     * Opens the ports and starts a thread for each group of roles; stepped roles have none, and
     * {@link #control} drives them.
     *
     * @throws IOException if a port cannot be opened; what was opened stays for {@link #close}
     */
    public void start() throws IOException {
        runtime.open();
        conductor.open();
        if (scheduler == null) {
            runtime.start();
        } else {
            runtime.startStepped();
            scheduler.add(runtime.agents());
            scheduler.add(List.of(conductor));
        }
    }

    /** What drives all roles and the conductor if they are stepped, else null. */
    public SteppedScheduler scheduler() {
        return scheduler;
    }

    /** What the control thread runs: the conductor, and with it all roles if they are stepped. */
    public Agent control() {
        return scheduler == null ? conductor : scheduler;
    }

    /** What all threads count. */
    public CounterSum counters() {
        return new CounterSum(runtime.counters());
    }

    /** Frees every SA, wipes every key, and gives the memory back. */
    @Override
    public void close() {
        runtime.close();
        conductor.close();
        pool.close();
    }
}
