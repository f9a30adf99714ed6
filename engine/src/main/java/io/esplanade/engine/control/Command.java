package io.esplanade.engine.control;

import io.esplanade.engine.fib.Route;
import io.esplanade.engine.ipsec.Prefix;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.ipsec.TrafficSelector;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * One change that the conductor is asked for. Each answers by its own future, which completes when
 * the change is effective in every lane, or fails with an {@link IllegalArgumentException} that
 * says why it was refused.
 */
public sealed interface Command {

    CompletableFuture<Void> answer();

    /** Adds an SA, whose key is the engine's from now on: wiped when refused or retired. */
    record AddSa(SecurityAssociation sa, CompletableFuture<Void> answer) implements Command {}

    /** Removes an SA; answered when its contexts are freed and its key is wiped. */
    record RemoveSa(String name, CompletableFuture<Void> answer) implements Command {}

    /** Changes what may come out of an inbound SA, which goes on as it is. */
    record SelectSa(String name, List<TrafficSelector> selectors, CompletableFuture<Void> answer)
            implements Command {}

    record AddPolicy(SecurityPolicy policy, CompletableFuture<Void> answer) implements Command {}

    record RemovePolicy(String name, CompletableFuture<Void> answer) implements Command {}

    /** Adds a route, or replaces the one for the same destination. */
    record AddRoute(Route route, CompletableFuture<Void> answer) implements Command {}

    record RemoveRoute(Prefix destination, CompletableFuture<Void> answer) implements Command {}

    /** Changes nothing: only the answer counts. */
    record Pulse(CompletableFuture<Void> answer) implements Command {}
}
