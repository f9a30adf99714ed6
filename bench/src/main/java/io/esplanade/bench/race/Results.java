package io.esplanade.bench.race;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What a race found.
 *
 * @param machine where it ran
 * @param outcomes one per setting, in the order of the plan
 * @param timing how long the JVMs worked that took turns
 * @param quick whether it was the short race
 */
public record Results(Machine machine, List<Outcome> outcomes, Timing timing, boolean quick) {

    public Results {
        outcomes = List.copyOf(outcomes);
    }

    /** How many runs brought nothing. */
    public int failures() {
        return outcomes.stream().mapToInt(o -> o.failures().size()).sum();
    }

    /** What was measured of this setting, if it was. */
    public Optional<Outcome> of(Setting setting) {
        return measured(s -> s.equals(setting)).findFirst();
    }

    /** Outcomes with at least one run, of settings that are asked for. */
    public Stream<Outcome> measured(Predicate<Setting> settings) {
        return outcomes.stream().filter(o -> o.isMeasured() && settings.test(o.setting()));
    }
}
