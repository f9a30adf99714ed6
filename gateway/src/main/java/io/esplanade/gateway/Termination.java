package io.esplanade.gateway;

import java.util.concurrent.CompletableFuture;

/**
 * SIGTERM and SIGINT: asks the verb to end, waits until it has drained and said its last word, and
 * ends the process with the verb's exit code rather than the signal's. Thread-safe.
 */
public final class Termination {

    private final CompletableFuture<Integer> outcome = new CompletableFuture<>();
    private final boolean signals;
    private volatile boolean requested;
    private Thread hook;

    private Termination(boolean signals) {
        this.signals = signals;
    }

    /** By signals to the process, whose {@link Main} promises to {@link #finish}. */
    static Termination bySignals() {
        return new Termination(true);
    }

    /** By {@link #request} alone. */
    static Termination byRequest() {
        return new Termination(false);
    }

    /** From now on a signal is a request. */
    synchronized void arm() {
        if (signals && hook == null) {
            hook = Thread.ofPlatform().name("termination").unstarted(this::endTheProcess);
            Runtime.getRuntime().addShutdownHook(hook);
        }
    }

    private void endTheProcess() {
        requested = true;
        Runtime.getRuntime().halt(outcome.join());
    }

    /** Asks the verb to end. */
    public void request() {
        requested = true;
    }

    /** Whether the verb is to end. */
    public boolean requested() {
        return requested;
    }

    /** The verb has ended: nothing is left to do but to end the process. */
    void finish(int exitCode) {
        outcome.complete(exitCode);
    }
}
