package io.esplanade.engine.runtime;

import io.esplanade.engine.control.DataPlane;
import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.os.Agent;

import java.io.IOException;
import java.util.List;

/**
 * What moves an engine's packets: stages on threads, and who owns what between them.
 *
 * <p>{@link #open}, then {@link #start} or {@link #startStepped}, {@link #stop} and {@link #close}
 * by the thread that owns the engine, in this order; the rest is thread-safe.
 */
public interface PacketRuntime extends DataPlane, AutoCloseable {

    /**
     * Opens the ports and makes the roles.
     *
     * @throws IOException if a port cannot be opened; what was opened stays for {@link #close}
     */
    void open() throws IOException;

    /** Starts the threads. */
    void start();

    /** Begins without threads: the caller drives {@link #agents} as it likes, one at a time. */
    void startStepped();

    /** The roles, for who drives them; they share nothing but what roles may share. */
    List<? extends Agent> agents();

    /**
     * Stops: receives no more, lets what is under way leave, for a bounded time, ends the threads,
     * and drops the rest as {@code CLOSING}.
     *
     * @param nanos how long each thread may take to end after that
     * @return null, or the name of a role whose thread did not end: its memory must stay
     */
    String stop(long nanos);

    /** What each thread or role counts. */
    List<CounterTable> counters();

    /** Thread CPU time that the threads have used, ns; after {@link #stop}, until then. */
    long cpuNanos();

    /** Gives all mbufs back to the pool, after the ports were closed. */
    @Override
    void close();
}
