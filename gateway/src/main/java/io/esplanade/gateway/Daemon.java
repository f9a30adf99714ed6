package io.esplanade.gateway;

import io.esplanade.engine.Engine;
import io.esplanade.engine.EngineException;
import io.esplanade.engine.Snapshot;
import io.esplanade.engine.os.Affinity;
import io.esplanade.gateway.daemon.HangUps;
import io.esplanade.gateway.daemon.ProcessStatus;
import io.esplanade.gateway.daemon.ServiceManager;
import io.esplanade.gateway.file.Gateway;
import io.esplanade.gateway.file.RefusedException;
import io.esplanade.gateway.file.Reload;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * What makes a running gateway a service: it tells its manager how it is, and follows its file when
 * SIGHUP asks for it.
 */
final class Daemon implements Operation.Companion, AutoCloseable {

    private static final long STATUS_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** How many SAs the report names at most. */
    private static final int SHOWN_SAS = 32;

    private final Gateway gateway;
    private final GatewayOptions options;
    private final Console console;
    private final ServiceManager manager = ServiceManager.of(System.getenv());
    private final Optional<HangUps> hangUps = HangUps.open();
    private Reload reload;
    private long nextStatus;
    private long nextAlive;
    private CompletableFuture<Void> pulse;

    Daemon(Gateway gateway, GatewayOptions options, Console console) {
        this.gateway = gateway;
        this.options = options;
        this.console = console;
    }

    @Override
    public List<String> started(Engine engine) {
        reload = new Reload(options.file(), gateway, options.provider(), engine);
        nextStatus = System.nanoTime() + STATUS_NANOS;
        nextAlive = System.nanoTime();
        manager.ready("running");
        List<String> lines = new ArrayList<>();
        List<Snapshot.SaState> sas = engine.snapshot().sas();
        sas.stream().limit(SHOWN_SAS).forEach(sa -> lines.add(text(sa)));
        if (sas.size() > SHOWN_SAS) {
            lines.add("… and %d more".formatted(sas.size() - SHOWN_SAS));
        }
        lines.add("may use CPUs " + cpus());
        lines.add("runs as " + ProcessStatus.ofThisThread().privileges());
        lines.add(
                hangUps.isPresent()
                        ? "reads %s again on SIGHUP".formatted(options.file())
                        : "ends on SIGHUP, which only './esplanade run' makes read the file again");
        if (manager.listens()) {
            lines.add(
                    "tells its service manager"
                            + (manager.watchdogNanos() > 0 ? ", which watches it" : ""));
        }
        return lines;
    }

    private static String text(Snapshot.SaState sa) {
        return "SA %s: %s, SPI 0x%08x, lane %d%s"
                .formatted(
                        sa.name(),
                        sa.direction().name().toLowerCase(Locale.ROOT),
                        sa.spi(),
                        sa.lane(),
                        sa.worker() < 0 ? "" : ", worker " + sa.worker());
    }

    private static String cpus() {
        return Arrays.stream(Affinity.cpus())
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(", "));
    }

    @Override
    public void tick(Engine engine) throws InterruptedException {
        if (hangUps.isPresent() && hangUps.get().take()) {
            manager.reloading();
            manager.ready(reload());
            nextStatus = System.nanoTime() + STATUS_NANOS;
        }
        long now = System.nanoTime();
        if (manager.listens() && now - nextStatus >= 0) {
            nextStatus = now + STATUS_NANOS;
            manager.status(Operation.line(engine.snapshot()));
        }
        if (manager.watchdogNanos() > 0) {
            proveAlive(engine, now);
        }
    }

    /** The watchdog is fed only by an engine all of whose lanes go round. */
    private void proveAlive(Engine engine, long now) {
        if (pulse != null && pulse.isDone()) {
            pulse = null;
            manager.alive();
        }
        if (pulse == null && now - nextAlive >= 0) {
            nextAlive = now + manager.watchdogNanos() / 4;
            pulse = engine.pulse();
        }
    }

    /** Reads the file again; answers what became of it. */
    private String reload() throws InterruptedException {
        try {
            List<String> changes =
                    reload.run(w -> console.err().println(w.text(options.file().toString())));
            console.out().println(options.file() + " read again:");
            if (changes.isEmpty()) {
                console.out().println("  nothing changed");
            }
            changes.forEach(line -> console.out().println("  " + line));
            console.out().flush();
            return "read its file again: %d changes".formatted(changes.size());
        } catch (RefusedException | EngineException | IOException e) {
            console.err().println(e.getMessage());
            console.err().println("esplanade: the file was refused; all goes on as before");
            return "refused its file; all goes on as before";
        }
    }

    @Override
    public void stopping() {
        manager.stopping();
    }

    @Override
    public void close() {
        hangUps.ifPresent(HangUps::close);
    }
}
