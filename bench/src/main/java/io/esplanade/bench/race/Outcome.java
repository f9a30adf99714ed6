package io.esplanade.bench.race;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;

/**
 * All runs of one setting.
 *
 * @param runs those that came to an end, in the order of the heats
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

    /** Packets per second, of each slice. */
    public Sample rate() {
        return Sample.of(
                runs.stream()
                        .flatMap(r -> r.slices().stream())
                        .mapToDouble(Slice::perSecond)
                        .toArray());
    }

    /**
     * How many times as many packets went through as with {@code base}, in each turn that both had;
     * empty if they never ran in the same heat.
     */
    public Optional<Sample> against(Outcome base) {
        return inTurns(base, (mine, its) -> mine.perSecond() / its.perSecond());
    }

    /** How many ns a packet took more than with {@code base}, in each turn that both had. */
    public Optional<Sample> beyond(Outcome base) {
        return inTurns(base, (mine, its) -> mine.nanosPerPacket() - its.nanosPerPacket());
    }

    private Optional<Sample> inTurns(Outcome base, ToDoubleBiFunction<Slice, Slice> figure) {
        List<Double> figures = new ArrayList<>();
        for (RunResult mine : runs) {
            for (RunResult its : base.runs) {
                int turns = mine.heat() == its.heat() ? mine.slices().size() : 0;
                for (int i = 0; i < Math.min(turns, its.slices().size()); i++) {
                    figures.add(figure.applyAsDouble(mine.slices().get(i), its.slices().get(i)));
                }
            }
        }
        return figures.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        Sample.of(figures.stream().mapToDouble(Double::doubleValue).toArray()));
    }

    /** The largest figure of that name in any run; empty if no run has it. */
    public OptionalDouble worst(String figure) {
        return runs.stream()
                .filter(r -> r.figures().containsKey(figure))
                .mapToDouble(r -> r.figures().get(figure))
                .max();
    }
}
