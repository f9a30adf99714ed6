package io.esplanade.engine;

import io.esplanade.engine.control.Command;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.ipsec.Prefix;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.ipsec.TrafficSelector;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/** A batch of changes as commands for the conductor. */
final class EngineChanges implements Changes {

    private final Consumer<List<Command>> conductor;
    private final List<Command> commands = new ArrayList<>();
    private final List<CompletableFuture<Void>> answers = new ArrayList<>();
    private boolean submitted;

    EngineChanges(Consumer<List<Command>> conductor) {
        this.conductor = conductor;
    }

    @Override
    public CompletableFuture<Void> add(SecurityAssociation sa) {
        return with(new Command.AddSa(sa, new CompletableFuture<>()));
    }

    @Override
    public CompletableFuture<Void> removeSa(String name) {
        return with(new Command.RemoveSa(name, new CompletableFuture<>()));
    }

    @Override
    public CompletableFuture<Void> select(String sa, List<TrafficSelector> selectors) {
        return with(new Command.SelectSa(sa, List.copyOf(selectors), new CompletableFuture<>()));
    }

    @Override
    public CompletableFuture<Void> add(SecurityPolicy policy) {
        return with(new Command.AddPolicy(policy, new CompletableFuture<>()));
    }

    @Override
    public CompletableFuture<Void> removePolicy(String name) {
        return with(new Command.RemovePolicy(name, new CompletableFuture<>()));
    }

    @Override
    public CompletableFuture<Void> add(Route route) {
        return with(new Command.AddRoute(route, new CompletableFuture<>()));
    }

    @Override
    public CompletableFuture<Void> removeRoute(Prefix destination) {
        return with(new Command.RemoveRoute(destination, new CompletableFuture<>()));
    }

    @Override
    public CompletableFuture<Void> submit() {
        if (submitted) {
            throw new IllegalStateException("a batch is submitted once; begin another");
        }
        submitted = true;
        try {
            conductor.accept(commands);
        } catch (IllegalStateException e) {
            commands.forEach(command -> refuse(command, e));
            throw e;
        }
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new));
    }

    /** Nobody will apply it: wipes the key that is the engine's by now, and answers. */
    private static void refuse(Command command, IllegalStateException why) {
        if (command instanceof Command.AddSa add) {
            add.sa().key().close();
        }
        command.answer().completeExceptionally(why);
    }

    private CompletableFuture<Void> with(Command command) {
        if (submitted) {
            throw new IllegalStateException("the batch was submitted; begin another");
        }
        commands.add(command);
        CompletableFuture<Void> answer =
                command.answer()
                        .exceptionally(
                                e -> {
                                    throw refused(e);
                                });
        answers.add(answer);
        return answer;
    }

    /** What the conductor refused, in the terms of the API. */
    static EngineException refused(Throwable cause) {
        Throwable e = cause instanceof CompletionException ? cause.getCause() : cause;
        return new EngineException(e.getMessage(), e);
    }
}
