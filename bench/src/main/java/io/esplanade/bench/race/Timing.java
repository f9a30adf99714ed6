package io.esplanade.bench.race;

/**
 * How long a run is.
 *
 * @param warmUpMillis before anything counts: the JIT's time
 * @param measuredMillis what counts
 */
public record Timing(int warmUpMillis, int measuredMillis) {}
