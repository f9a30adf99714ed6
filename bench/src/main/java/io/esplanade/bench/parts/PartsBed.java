package io.esplanade.bench.parts;

import io.esplanade.bench.bed.NoEvents;
import io.esplanade.bench.bed.Traffic;
import io.esplanade.engine.control.Command;
import io.esplanade.engine.control.Conductor;
import io.esplanade.engine.counters.CounterSum;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.ip.IpConfig;
import io.esplanade.engine.mbuf.MbufLedger;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.path.Tables;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.runtime.RuntimeSetup;
import io.esplanade.engine.runtime.config.RuntimeConfig;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A gateway of {@link Part}s with its threads, encrypting; its conductor rests once it runs. */
public final class PartsBed implements AutoCloseable {

    private static final long STOP_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final List<Port> ports;
    private final MbufPool pool;
    private final MbufLedger ledger;
    private final PartsRuntime runtime;
    private final Conductor conductor;
    private final StageTimes times = new StageTimes(Clock.system());

    /**
     * What it is made from.
     *
     * @param threads with one clock, one
     * @param mbufs all threads together
     */
    public record Spec(
            String name,
            Part part,
            RuntimeConfig threads,
            CryptoProvider provider,
            int sas,
            int mbufs,
            int burstSize,
            int flowCacheSize,
            List<Port> ports) {}

    public PartsBed(Spec spec) {
        ports = spec.ports();
        pool = new MbufPool(spec.mbufs(), 0, false);
        ledger = new MbufLedger(pool);
        Tables tables = Tables.of(ports);
        CryptoProvider provider =
                spec.part() == Part.CLOCK
                        ? new Timed.Provider(spec.provider(), times)
                        : spec.provider();
        CryptoProvider[] providers = {provider};
        runtime =
                new PartsRuntime(
                        new RuntimeSetup(
                                spec.name(),
                                spec.burstSize(),
                                spec.flowCacheSize(),
                                ports,
                                providers,
                                tables,
                                IpConfig.DEFAULT,
                                pool,
                                Clock.system()),
                        spec.threads(),
                        spec.part(),
                        times);
        conductor =
                new Conductor(
                        tables,
                        ports,
                        null,
                        providers,
                        null,
                        IpConfig.DEFAULT.pathMtuAge(),
                        Clock.system(),
                        runtime,
                        new NoEvents());
        List<Command> commands = Traffic.gatewayA(Traffic.newKeys(spec.sas()));
        conductor.apply(commands);
        for (Command command : commands) {
            if (command.answer().isCompletedExceptionally()) {
                throw new IllegalStateException(command.answer().exceptionNow());
            }
        }
    }

    public void start() throws IOException {
        runtime.open();
        runtime.start();
    }

    /** What all threads count. */
    public CounterSum counters() {
        return new CounterSum(runtime.counters());
    }

    /** Where the mbufs are. */
    public MbufLedger ledger() {
        return ledger;
    }

    /** How long the stages take, if it has a clock. */
    public StageTimes times() {
        return times;
    }

    /** Ends the threads, when packets have left; the ledger and counters still answer. */
    public void stop() throws IOException {
        String late = runtime.stop(STOP_NANOS);
        if (late != null) {
            throw new IllegalStateException(late + " did not end");
        }
        for (Port port : ports) {
            port.close();
        }
        runtime.close();
    }

    /** Frees everything, after {@link #stop}. */
    @Override
    public void close() {
        conductor.close();
        pool.close();
    }
}
