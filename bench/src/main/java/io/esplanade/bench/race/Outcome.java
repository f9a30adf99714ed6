package io.esplanade.bench.race;

import java.util.List;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * All runs of one setting.
 *
 * @param runs those that came to an end, in the order of the rounds
 * @param failures what those said that did not
 */
public record Outcome(Setting setting, List<RunResult> runs, List<String> failures) {

    public Outcome {
        runs = List.copyOf(runs);
        failures = List.copyOf(failures);
    }

    public boolean isMeasured() {
        return !runs.isEmpty();
    }

    /** Some figure of each run; there must be runs. */
    public Sample sample(ToDoubleFunction<RunResult> figure) {
        return Sample.of(runs.stream().mapToDouble(figure).toArray());
    }

    /** Packets per second. */
    public Sample rate() {
        return sample(RunResult::perSecond);
    }

    /** The largest figure of that name in any run; empty if no run has it. */
    public OptionalDouble worst(String figure) {
        return runs.stream()
                .filter(r -> r.figures().containsKey(figure))
                .mapToDouble(r -> r.figures().get(figure))
                .max();
    }
}
