package io.esplanade.bench.race;

import java.util.List;

/**
 * Settings that are compared with each other. Their JVMs are alive together and take turns, all but
 * one stopped, so that whatever the machine does meanwhile, it does to all of them.
 *
 * @param name what is compared, in a few words
 * @param settings in the order of a turn
 * @param times how often it is run, with new JVMs: the JIT does not make the same of the same code
 *     each time
 */
public record Heat(String name, List<Setting> settings, Timing timing, int times) {

    public Heat {
        settings = List.copyOf(settings);
    }

    /** What running it once takes, about. */
    int expectedMillis() {
        return settings.size() * timing.expectedMillis();
    }

    /** The memory that its JVMs take together. */
    int megabytes() {
        return settings.stream().mapToInt(Child::megabytes).sum();
    }
}
