package io.esplanade.bench.race;

import io.esplanade.bench.text.ProgressLine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs the heats that a plan says, all of them once before any a second time. One thread. */
public final class Race {

    private final Plan plan;
    private final Machine machine;
    private final Racer.Starter starter;
    private final ProgressLine progress;
    private final Map<Setting, List<RunResult>> results = new LinkedHashMap<>();
    private final Map<Setting, List<String>> failures = new HashMap<>();
    private final long start = System.nanoTime();
    private final int total;
    private final long expectedMillis;
    private int heats; // begun
    private long doneMillis; // of those expected
    private double pace = 1; // what was spent for each of them

    public Race(Plan plan, Machine machine, ProgressLine progress) {
        this(plan, machine, progress, Child::start);
    }

    Race(Plan plan, Machine machine, ProgressLine progress, Racer.Starter starter) {
        this.plan = plan;
        this.machine = machine;
        this.progress = progress;
        this.starter = starter;
        total = Plan.rounds(plan.heats()).size() + Plan.rounds(plan.latencyHeats(1)).size();
        expectedMillis = plan.expectedMillis();
    }

    /**
     * Runs all of it; failures are kept with the results.
     *
     * @throws IOException if the machine has not the memory for it
     */
    public Results run() throws IOException, InterruptedException {
        long need = plan.heats().stream().mapToInt(Heat::megabytes).max().orElse(0);
        if (need > machine.freeMegabytes()) {
            throw new IOException(
                    "the race needs %,d MB of memory, and %,d are free"
                            .formatted(need, machine.freeMegabytes()));
        }
        run(plan.heats());
        if (!results.getOrDefault(plan.loadReference(), List.of()).isEmpty()) {
            run(plan.latencyHeats(outcome(plan.loadReference()).rate().median()));
        }
        List<Outcome> outcomes = new ArrayList<>();
        results.keySet().forEach(s -> outcomes.add(outcome(s)));
        return new Results(machine, outcomes, plan.timing(), plan.isQuick());
    }

    private Outcome outcome(Setting setting) {
        return new Outcome(
                setting, results.get(setting), failures.getOrDefault(setting, List.of()));
    }

    private void run(List<Heat> heats) throws InterruptedException {
        for (Heat heat : Plan.rounds(heats)) {
            run(heat);
        }
    }

    private void run(Heat heat) throws InterruptedException {
        int number = ++heats;
        String name = heat.name();
        try (HeatRun run =
                new HeatRun(
                        heat,
                        number,
                        machine.cpus(),
                        starter,
                        doing -> progress.show("%s  %s: %s".formatted(progress(), name, doing)))) {
            run.run();
            doneMillis += heat.expectedMillis();
            pace = (double) spentMillis() / doneMillis;
            heat.settings().forEach(s -> note(s, run));
        }
    }

    private void note(Setting setting, HeatRun run) {
        List<RunResult> mine = results.computeIfAbsent(setting, _ -> new ArrayList<>());
        String found;
        if (run.results().containsKey(setting)) {
            RunResult result = run.results().get(setting);
            mine.add(result);
            found = figure(result);
        } else {
            String said = run.failures().get(setting);
            failures.computeIfAbsent(setting, _ -> new ArrayList<>()).add(said);
            found = "FAILED: " + said.lines().findFirst().orElse("it said nothing");
        }
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
        return "%.2f Mpps".formatted(result.rate().median() / 1e6);
    }

    private long spentMillis() {
        return (System.nanoTime() - start) / 1_000_000;
    }

    /** {@code [12/96] 1:10, 8:20 to go}: as long as expected, at the pace of the heats so far. */
    private String progress() {
        long spent = spentMillis();
        long left = Math.round(expectedMillis * pace) - spent;
        return "[%d/%d] %s, %s to go".formatted(heats, total, time(spent), time(left));
    }

    private static String time(long millis) {
        long seconds = Math.max(0, millis / 1000);
        return "%d:%02d".formatted(seconds / 60, seconds % 60);
    }
}
