package io.esplanade.bench.race;

import io.esplanade.bench.race.Racer.FailedException;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Runs a heat once: starts and warms up its racers one after the other, and lets them take turns.
 * All but one are stopped at any time, and a racer that is alone never is. One thread.
 */
final class HeatRun implements AutoCloseable {

    private final Heat heat;
    private final int number;
    private final List<Integer> cpus;
    private final Racer.Starter starter;
    private final Consumer<String> progress;
    private final Map<Setting, Racer> racers = new LinkedHashMap<>();
    private final Map<Setting, RunResult> results = new LinkedHashMap<>();
    private final Map<Setting, String> failures = new LinkedHashMap<>();
    private Racer working; // null if none is

    /**
     * @param number of the heat, one for each time that one is run
     * @param progress is told what is being done
     */
    HeatRun(
            Heat heat,
            int number,
            List<Integer> cpus,
            Racer.Starter starter,
            Consumer<String> progress) {
        this.heat = heat;
        this.number = number;
        this.cpus = cpus;
        this.starter = starter;
        this.progress = progress;
    }

    /** Runs all of it; a racer that fails is out, and the others go on. */
    void run() throws InterruptedException {
        for (Setting setting : heat.settings()) {
            progress.accept("%s warms up".formatted(setting.label()));
            attempt(setting, () -> start(setting));
        }
        List<Setting> order = heat.settings();
        for (int turn = 0; turn < heat.timing().turns(); turn++) {
            progress.accept("turn %d of %d".formatted(turn + 1, heat.timing().turns()));
            for (Setting setting : order) {
                attempt(setting, () -> take(setting).slice());
            }
            order = order.reversed(); // what changes steadily meanwhile cancels out
        }
        for (Setting setting : heat.settings()) {
            attempt(setting, () -> results.put(setting, take(setting).end()));
        }
    }

    /** What came of those that ended. */
    Map<Setting, RunResult> results() {
        return results;
    }

    /** What those said that failed. */
    Map<Setting, String> failures() {
        return failures;
    }

    private void start(Setting setting) throws FailedException, InterruptedException {
        let(null);
        working = starter.start(new Request(setting, heat.timing(), cpus, number));
        racers.put(setting, working);
    }

    private Racer take(Setting setting) {
        let(racers.get(setting));
        return working;
    }

    /** Lets {@code next} work, and nobody else. */
    private void let(Racer next) {
        if (next == working) {
            return;
        }
        if (working != null) {
            working.stop();
        }
        working = next;
        if (next != null) {
            next.resume();
        }
    }

    private interface Step {
        void run() throws FailedException, InterruptedException;
    }

    private void attempt(Setting setting, Step step) throws InterruptedException {
        if (failures.containsKey(setting)) {
            return;
        }
        try {
            step.run();
        } catch (FailedException e) {
            failures.put(setting, e.getMessage());
            Racer failed = racers.remove(setting);
            if (failed != null) {
                failed.close();
                working = null;
            }
        }
    }

    /** Leaves no racer behind. */
    @Override
    public void close() {
        new ArrayList<>(racers.values()).forEach(Racer::close);
        racers.clear();
    }
}
