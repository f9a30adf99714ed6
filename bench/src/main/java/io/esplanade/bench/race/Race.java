package io.esplanade.bench.race;

import io.esplanade.bench.text.ProgressLine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures what a plan says, each run in a JVM of its own, in interleaved rounds: whatever the
 * machine does meanwhile, it does to all settings alike. One thread.
 */
public final class Race {

    private final Plan plan;
    private final Machine machine;
    private final Runs runs;
    private final ProgressLine progress;
    private final Map<Setting, List<RunResult>> results = new LinkedHashMap<>();
    private final Map<Setting, List<String>> failures = new HashMap<>();
    private final long start = System.nanoTime();
    private int done;
    private int total;

    /** How one run is made. */
    @FunctionalInterface
    interface Runs {
        RunResult run(Request request) throws Child.FailedException, InterruptedException;
    }

    public Race(Plan plan, Machine machine, ProgressLine progress) {
        this(plan, machine, progress, Child::run);
    }

    Race(Plan plan, Machine machine, ProgressLine progress, Runs runs) {
        this.plan = plan;
        this.machine = machine;
        this.progress = progress;
        this.runs = runs;
    }

    /** Runs all of it; failures are kept with the results. */
    public Results run() throws InterruptedException {
        List<Setting> turns = Plan.interleaved(plan.rounds());
        total = turns.size() + Plan.interleaved(plan.latencyRounds(1)).size();
        for (Setting setting : turns) {
            run(setting, plan.timing());
        }
        if (results.containsKey(plan.loadReference())) {
            double rate = outcome(plan.loadReference()).rate().median();
            for (Setting setting : Plan.interleaved(plan.latencyRounds(rate))) {
                run(setting, plan.latencyTiming());
            }
        }
        List<Outcome> outcomes = new ArrayList<>();
        results.keySet().forEach(s -> outcomes.add(outcome(s)));
        return new Results(machine, outcomes, plan.timing(), plan.isQuick());
    }

    private Outcome outcome(Setting setting) {
        return new Outcome(
                setting, results.get(setting), failures.getOrDefault(setting, List.of()));
    }

    private void run(Setting setting, Timing timing) throws InterruptedException {
        progress.show("%s  %s".formatted(progress(), setting.label()));
        List<RunResult> mine = results.computeIfAbsent(setting, _ -> new ArrayList<>());
        String found;
        try {
            RunResult result = runs.run(new Request(setting, timing, machine.cpus()));
            mine.add(result);
            found = figure(result);
        } catch (Child.FailedException e) {
            failures.computeIfAbsent(setting, _ -> new ArrayList<>()).add(e.getMessage());
            found = "FAILED: " + e.getMessage().lines().findFirst().orElse("it said nothing");
        }
        done++;
        progress.done("%s  %s: %s".formatted(progress(), setting.label(), found));
    }

    private static String figure(RunResult result) {
        if (result.setting().look() == Look.LATENCY) {
            return result.latency().stream()
                    .filter(p -> p.percent() == 99)
                    .map(p -> "p99 %.1f µs".formatted(p.nanos() / 1e3))
                    .findFirst()
                    .orElse("no latency");
        }
        return "%.2f Mpps".formatted(result.perSecond() / 1e6);
    }

    /** {@code [12/96] 1:10, 8:20 to go}. */
    private String progress() {
        long spent = (System.nanoTime() - start) / 1_000_000_000;
        String left = done == 0 ? "" : ", %s to go".formatted(time(spent * (total - done) / done));
        return "[%d/%d] %s%s".formatted(done, total, time(spent), left);
    }

    private static String time(long seconds) {
        return "%d:%02d".formatted(seconds / 60, seconds % 60);
    }
}
