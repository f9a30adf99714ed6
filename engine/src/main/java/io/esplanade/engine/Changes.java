package io.esplanade.engine;

import io.esplanade.engine.fib.Route;
import io.esplanade.engine.ipsec.Prefix;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.ipsec.TrafficSelector;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A batch of changes to a running engine, applied in order by {@link #submit}.
 *
 * <p>Each change answers with its own future, which completes when the change has taken effect in
 * every lane (for a removal: when nothing uses what was removed and its key is wiped) or fails with
 * a {@link EngineException} that says why it was refused. A refused change does not stop the others
 * of its batch. The policies of one batch become visible to packets at the same moment.
 *
 * <p>Not thread-safe; submitted once.
 */
public interface Changes {

    /** Adds an SA; the engine owns its key from now on. A refused SA's key is wiped. */
    CompletableFuture<Void> add(SecurityAssociation sa);

    CompletableFuture<Void> removeSa(String name);

    /**
     * Changes what may come out of an inbound SA: the policies' doing, not the key's. Its numbers
     * and its replay window go on.
     */
    CompletableFuture<Void> select(String sa, List<TrafficSelector> selectors);

    CompletableFuture<Void> add(SecurityPolicy policy);

    CompletableFuture<Void> removePolicy(String name);

    /** Adds a route, or replaces the one for the same destination. */
    CompletableFuture<Void> add(Route route);

    CompletableFuture<Void> removeRoute(Prefix destination);

    /**
     * Hands the batch to the conductor.
     *
     * @return completes when all its changes have been answered, with a failure if one was refused
     * @throws IllegalStateException if it was submitted before, or the engine does not run: then
     *     every change is refused
     */
    CompletableFuture<Void> submit();
}
