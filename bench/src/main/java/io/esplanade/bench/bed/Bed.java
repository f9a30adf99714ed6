package io.esplanade.bench.bed;

import io.esplanade.engine.control.Command;
import io.esplanade.engine.counters.CounterSum;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.ip.IpConfig;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.os.Agent;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.runtime.assembly.Assembly;
import io.esplanade.engine.runtime.config.RuntimeConfig;

import java.io.IOException;
import java.util.List;

/** A gateway's lane without threads: the benchmark's thread drives it. */
public final class Bed implements AutoCloseable {

    /**
     * Entries of the flow cache, so many that hardly two flows of a thousand share one: what is
     * measured is a gateway that knows its flows.
     */
    private static final int FLOW_CACHE = 65_536;

    /** Of each kind a second, as in an engine. */
    private static final int AUDITED = 10;

    private final List<Port> ports;
    private final Assembly parts;
    private final Agent[] roles;

    /**
     * @param mbufs how many there are
     */
    public Bed(
            String name, CryptoProvider provider, int mbufs, List<Command> commands, Port... ports)
            throws IOException, CryptoException {
        this.ports = List.of(ports);
        provider.load();
        parts =
                new Assembly(
                        new Assembly.Spec(
                                name,
                                RuntimeConfig.DEFAULT,
                                mbufs,
                                0,
                                false,
                                Burst.DEFAULT_SIZE,
                                FLOW_CACHE,
                                this.ports,
                                new CryptoProvider[] {provider},
                                null,
                                null,
                                IpConfig.DEFAULT,
                                Clock.system()),
                        new NoEvents());
        parts.tables().audit().perSecond(AUDITED, Clock.system().nanoTime());
        parts.conductor().apply(commands);
        for (Command command : commands) {
            if (command.answer().isCompletedExceptionally()) {
                throw new IllegalStateException(command.answer().exceptionNow());
            }
        }
        parts.runtime().open();
        parts.runtime().startStepped();
        roles = parts.runtime().agents().toArray(Agent[]::new);
    }

    /** One duty cycle of the lane: each of its roles once. */
    public int cycle() {
        int done = 0;
        for (Agent role : roles) {
            done += role.doWork();
        }
        return done;
    }

    public CounterSum counters() {
        return parts.counters();
    }

    @Override
    public void close() throws IOException {
        parts.runtime().stop(0);
        for (Port port : ports) {
            port.close();
        }
        parts.close();
    }
}
