package io.esplanade.bench.race;

import io.esplanade.engine.os.IdleStrategy;
import io.esplanade.engine.runtime.config.RuntimeConfig;
import io.esplanade.engine.runtime.config.RuntimeConfig.LockScope;
import io.esplanade.engine.runtime.config.RuntimeConfig.Numbering;
import io.esplanade.engine.runtime.config.RuntimeConfig.PerCore;
import io.esplanade.engine.runtime.config.RuntimeConfig.Placement;
import io.esplanade.engine.runtime.config.RuntimeConfig.Threading;

import java.util.List;

/**
 * Turns settings into the engine's configuration. All designs are alike in what is not theirs:
 * threads never sleep, and are pinned to the same CPUs.
 */
final class Runtimes {

    private Runtimes() {}

    /** Queues that each port has: one for each thread that receives. */
    static int queues(Setting setting) {
        return switch (setting.contender()) {
            case ONE_LANE_GROUPED, ONE_LANE_DEDICATED, ONE_LANE_AUTO -> 1;
            default -> setting.threads();
        };
    }

    /** The runtime of a contender; of a gateway of parts, its threads. */
    static RuntimeConfig of(Request request) {
        int n = request.setting().threads();
        return switch (request.setting().contender()) {
            case GIANT_LOCK -> pinned(RuntimeConfig.giantLock(n), request);
            case GIANT_LOCK_PER_PACKET ->
                    pinned(RuntimeConfig.giantLock(n).withScope(LockScope.PACKET), request);
            case FINE_GRAINED -> pinned(RuntimeConfig.fineGrained(n), request);
            case FINE_GRAINED_PER_RUN ->
                    pinned(RuntimeConfig.fineGrained(n).withNumbering(Numbering.PER_RUN), request);
            case PER_CORE ->
                    pinned(RuntimeConfig.perCore(n).withThreading(Threading.SHARED), request);
            case ONE_LANE_GROUPED -> pinned(spread(n), request);
            case ONE_LANE_DEDICATED ->
                    pinned(spread(n).withThreading(Threading.DEDICATED), request);
            case ONE_LANE_AUTO -> pinned(spread(n).withPlacement(Placement.AUTO), request);
            case RINGLESS, RINGLESS_LOCK, RINGLESS_REFERENCES, RINGLESS_NUMBERS, RINGLESS_POOL ->
                    pinned(RuntimeConfig.fineGrained(n), request);
            case CIPHER_ALONE, HAND_OVER ->
                    throw new IllegalArgumentException("that is no gateway");
        };
    }

    private static PerCore spread(int workers) {
        return RuntimeConfig.perCore(1)
                .withWorkers(workers)
                .withPlacement(Placement.SPREAD)
                .withThreading(Threading.GROUPED);
    }

    private static RuntimeConfig pinned(RuntimeConfig config, Request request) {
        List<Integer> cpus = request.cpus(config.threads());
        return switch (config) {
            case RuntimeConfig.GiantLock c -> c.withCpus(cpus).withIdle(IdleStrategy.BUSY_SPIN);
            case RuntimeConfig.FineGrained c -> c.withCpus(cpus).withIdle(IdleStrategy.BUSY_SPIN);
            case PerCore c -> c.withCpus(cpus).withIdle(IdleStrategy.BUSY_SPIN);
            case RuntimeConfig.Stepped _ ->
                    throw new IllegalArgumentException("what is stepped does not race");
        };
    }
}
