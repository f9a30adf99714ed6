package io.esplanade.gateway.file;

import io.esplanade.engine.Engine;
import io.esplanade.engine.EngineException;
import io.esplanade.engine.crypto.KeyMaterial;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A running engine that follows its gateway file: reads it again and makes the changes between what
 * it said and what it says. One thread.
 *
 * <p>A changed SA is a new one: its successor comes first, then what leads to it, and then the old
 * one goes, so that no packet meets a gap. A file that is refused, for what it says or by the
 * engine, leaves everything as it was.
 */
public final class Reload {

    private final Path path;
    private final String provider;
    private final Engine engine;
    private Running running;

    /**
     * @param path of the gateway file
     * @param gateway what the engine was made of
     * @param provider the crypto provider of all tunnels, or null for those that the file names
     */
    public Reload(Path path, Gateway gateway, String provider, Engine engine) {
        this.path = path;
        this.provider = provider;
        this.engine = engine;
        running = Running.of(gateway.file(), provider);
    }

    /**
     * Reads the file again and has the engine do what it says.
     *
     * @param warn takes what is doubtful in the file and yet not refused
     * @return what changed, a line each
     * @throws RefusedException if the file is wrong, or wants what only a restart can give
     * @throws EngineException if the engine refused a change
     */
    public List<String> run(Consumer<Problem> warn)
            throws RefusedException, IOException, InterruptedException {
        Gateway next = Gateway.load(path);
        Set<KeyMaterial> taken = new HashSet<>();
        try {
            next.warnings().forEach(warn);
            ReloadPlan plan = new ReloadPlan(running, Running.of(next.file(), provider));
            plan.check(path);
            running = plan.apply(engine, taken);
            return plan.lines();
        } finally {
            next.closeBut(taken);
        }
    }
}
