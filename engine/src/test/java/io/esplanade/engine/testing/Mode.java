package io.esplanade.engine.testing;

import io.esplanade.engine.runtime.config.RuntimeConfig;

/** The ways of running that whatever is true of an engine must be true of. */
public enum Mode {
    ONE_LANE(RuntimeConfig.perCore(1)),
    TWO_LANES(RuntimeConfig.perCore(2)),
    TWO_WORKERS(
            RuntimeConfig.perCore(1).withWorkers(2).withPlacement(RuntimeConfig.Placement.SPREAD)),
    GIANT_LOCK(RuntimeConfig.giantLock(2)),
    FINE_GRAINED(RuntimeConfig.fineGrained(2));

    private final RuntimeConfig config;

    Mode(RuntimeConfig config) {
        this.config = config;
    }

    public RuntimeConfig config() {
        return config;
    }

    /** How many crypto contexts an SA has: one for each worker that may work on it. */
    public int contexts() {
        return this == TWO_WORKERS || this == FINE_GRAINED ? 2 : 1;
    }

    /** How many queues a port needs for every thread that receives to have one. */
    public int queues() {
        return this == ONE_LANE || this == TWO_WORKERS ? 1 : 2;
    }

    /** How many bursts of mbufs such an engine needs at least. */
    public int leastBursts() {
        return this == ONE_LANE ? 4 : 8;
    }
}
