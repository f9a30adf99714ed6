package io.esplanade.gateway;

import io.esplanade.engine.Engine;
import io.esplanade.engine.EngineListener;
import io.esplanade.engine.Snapshot;
import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.ipsec.AuditEvent;
import io.esplanade.engine.ipsec.Expiry;
import io.esplanade.gateway.file.Assembly;
import io.esplanade.gateway.file.Gateway;
import io.esplanade.gateway.file.Providers;
import io.esplanade.gateway.view.ProgressLine;
import io.esplanade.gateway.view.Report;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * One run of a gateway's engine, from start to drained. One thread; the engine's listener is its
 * own.
 */
final class Operation {

    private static final Duration TICK = Duration.ofMillis(100);

    private final Gateway gateway;
    private final String provider;
    private final Console console;
    private final Termination termination;
    private final Companion companion;
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private Snapshot last;

    /**
     * @param provider the crypto provider asked for, or null for the file's
     */
    Operation(
            Gateway gateway,
            String provider,
            Console console,
            Termination termination,
            Companion companion) {
        this.companion = companion;
        this.gateway = gateway;
        this.provider = provider;
        this.console = console;
        this.termination = termination;
    }

    /** Says what runs and how it ends. */
    private void announce(Engine engine, PrintWriter out) {
        out.println("gateway " + gateway.name());
        gateway.summary().forEach(line -> out.println("  " + line));
        out.println("  crypto by " + providerName());
        companion.started(engine).forEach(line -> out.println("  " + line));
        out.println(
                gateway.portsOtherThan("pcap").isEmpty()
                        ? "Runs until its captures have been read, or until SIGTERM or SIGINT."
                        : "Runs until SIGTERM or SIGINT.");
        out.println();
        out.flush();
    }

    private String providerName() {
        return provider != null ? provider : gateway.provider();
    }

    /**
     * Runs the engine until its input has ended or a signal came, and closes it.
     *
     * @param report takes the report of the start
     */
    void run(PrintWriter report) throws IOException, UserException, InterruptedException {
        if (provider != null && !Providers.names().contains(provider)) {
            throw new UserException(
                    "there is no crypto provider '%s': use one of %s"
                            .formatted(provider, String.join(", ", Providers.names())));
        }
        try (Assembly assembly = gateway.assemble(provider)) {
            Engine engine =
                    assembly.builder().listener(new Failures(failures, console.err())).build();
            // What a thousand SAs consist of moves together, out of what reading the file has left
            // behind: packets that go through them then cost a tenth less.
            System.gc();
            try (engine) {
                engine.start();
                termination.arm(); // not before: opening a pipe waits, and nothing is to drain yet
                announce(engine, report);
                watch(engine);
                companion.stopping();
            }
            last = engine.snapshot();
        }
    }

    private void watch(Engine engine) throws InterruptedException {
        try (ProgressLine progress = new ProgressLine(console.err(), console.live())) {
            while (!termination.requested() && !engine.awaitInputEnd(TICK)) {
                if (progress.due(System.nanoTime())) {
                    progress.show(line(engine.snapshot()));
                }
                companion.tick(engine);
            }
        }
    }

    /** How it goes, in a line for people. */
    static String line(Snapshot now) {
        return "%,d in  %,d out  %,d encrypted  %,d decrypted  %,d dropped"
                .formatted(
                        now.counter(Counter.RX_PACKETS),
                        now.counter(Counter.TX_PACKETS),
                        now.counter(Counter.ENCRYPTED_PACKETS),
                        now.counter(Counter.DECRYPTED_PACKETS),
                        now.dropped());
    }

    /** Whoever goes along with an operation, by its thread. */
    interface Companion {

        /** One that does nothing. */
        Companion NONE = new Companion() {};

        /** The engine runs; answers what is to be said of it, a line each. */
        default List<String> started(Engine engine) {
            return List.of();
        }

        /** Called some times a second. */
        default void tick(Engine engine) throws InterruptedException {}

        /** The engine is about to be closed. */
        default void stopping() {}
    }

    /** The numbers after the close. */
    Report report() {
        return new Report(gateway.name(), last, true);
    }

    /** Whether all went well: nothing failed and nothing leaked. */
    int exitCode() {
        return failures.isEmpty() && report().leaked() == 0 ? Exit.OK : Exit.FAILED;
    }

    /** Says what fails, when it does. */
    private record Failures(List<String> seen, PrintWriter err) implements EngineListener {

        @Override
        public void portFailed(String port, Throwable cause) {
            String message = String.valueOf(cause.getMessage());
            say(message.contains(port) ? message : "port " + port + ": " + message);
        }

        @Override
        public void laneFailed(int lane, Throwable cause) {
            seen.add("lane " + lane + " failed: " + cause); // the log has said it
        }

        @Override
        public void portNotice(String port, String notice) {
            err.println("esplanade: port " + port + ": " + notice);
        }

        @Override
        public void stalled(int lane, String role) {
            err.println("esplanade: lane %d stands still: %s is stuck".formatted(lane, role));
        }

        @Override
        public void peerMoved(String tunnel, InetSocketAddress from, InetSocketAddress to) {
            err.println(
                    "esplanade: the peer of tunnel %s was at %s and is at %s"
                            .formatted(tunnel, from, to));
        }

        @Override
        public void audit(AuditEvent event) {
            err.println("esplanade: " + event);
        }

        @Override
        public void softExpired(String sa, Expiry cause) {
            err.println(
                    "esplanade: SA %s has nearly used up its %s: replace its key"
                            .formatted(sa, cause.text()));
        }

        @Override
        public void hardExpired(String sa, Expiry cause) {
            err.println(
                    "esplanade: SA %s has used up its %s and is removed"
                            .formatted(sa, cause.text()));
        }

        private void say(String text) {
            seen.add(text);
            err.println("esplanade: " + text);
        }
    }
}
