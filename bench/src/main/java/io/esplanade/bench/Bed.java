package io.esplanade.bench;

import io.esplanade.engine.control.Command;
import io.esplanade.engine.control.Conductor;
import io.esplanade.engine.control.ControlEvents;
import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.path.Tables;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.runtime.Lane;
import io.esplanade.engine.runtime.LaneRuntime;

import java.io.IOException;
import java.util.List;

/** A gateway's lane without threads: the benchmark's thread drives it. */
final class Bed implements AutoCloseable {

    private final MbufPool pool = new MbufPool(4096, 0, false);
    private final List<Port> ports;
    private final LaneRuntime runtime;
    private final Conductor conductor;

    Bed(String name, CryptoProvider provider, List<Command> commands, Port... ports)
            throws IOException, CryptoException {
        this.ports = List.of(ports);
        provider.load();
        Tables tables = new Tables(this.ports.stream().map(Port::side).toArray(Side[]::new));
        CryptoProvider[] providers = {provider};
        Clock clock = Clock.system();
        runtime =
                new LaneRuntime(
                        new LaneRuntime.Setup(
                                name,
                                Burst.DEFAULT_SIZE,
                                8192,
                                this.ports,
                                providers,
                                tables,
                                pool,
                                clock));
        conductor =
                new Conductor(
                        tables,
                        this.ports.stream().map(Port::name).toList(),
                        providers,
                        LaneRuntime.WORKERS,
                        null,
                        clock,
                        runtime,
                        new NoEvents());
        conductor.apply(commands);
        for (Command command : commands) {
            if (command.answer().isCompletedExceptionally()) {
                throw new IllegalStateException(command.answer().exceptionNow());
            }
        }
        runtime.open();
    }

    Lane lane() {
        return runtime.lane();
    }

    CounterTable counters() {
        return runtime.counters();
    }

    @Override
    public void close() throws IOException {
        runtime.lane().onClose();
        for (Port port : ports) {
            port.close();
        }
        conductor.close();
        runtime.close();
        pool.close();
    }

    private static final class NoEvents implements ControlEvents {
        @Override
        public void inputEnded() {}

        @Override
        public void portFailed(String port, Throwable cause) {}

        @Override
        public void laneFailed(int lane, Throwable cause) {
            throw new IllegalStateException("lane " + lane, cause);
        }

        @Override
        public void sequenceNearlyExhausted(String sa, long remaining) {}
    }
}
