package io.esplanade.engine.runtime.stepped;

import io.esplanade.engine.os.Agent;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Drives agents in an order made of a seed, one duty cycle of one agent a step.
 *
 * <p>The order is uneven on purpose, as the kernel's may be: there are phases of up to {@value
 * #LONGEST_PHASE} steps, and in each an agent's chance is drawn anew. One may have none for long,
 * or nearly all of it. Over many phases all have the same, and none starves for ever.
 *
 * <p>One thread.
 */
public final class SteppedScheduler implements Agent {

    private static final int LONGEST_BITS = 11;
    static final int LONGEST_PHASE = 1 << LONGEST_BITS;

    /** What an agent's weight may be in a phase. */
    private static final int[] WEIGHTS = {0, 0, 1, 4, 64};

    private final SplittableRandom random;
    private final List<Agent> agents = new ArrayList<>();
    private int[] weights = {};
    private int totalWeight;
    private int left; // steps of this phase
    private int idle; // steps in a row in which nothing was done
    private volatile Agent current;

    public SteppedScheduler(long seed) {
        random = new SplittableRandom(seed);
    }

    /** Has these driven too, from the next step on. */
    public void add(Collection<? extends Agent> more) {
        agents.addAll(more);
        left = 0;
    }

    /** The role at work or, between two steps, at work last; any thread. */
    @Override
    public String roleName() {
        Agent agent = current;
        return agent == null ? "stepped" : agent.roleName();
    }

    /**
     * One duty cycle of the agent whose turn the seed says it is.
     *
     * @return what it did; 1 if that was nothing, but others may have something to do: 0 only comes
     *     once in {@value #LONGEST_PHASE} steps in which none had
     */
    @Override
    public int doWork() {
        if (left == 0) {
            beginPhase();
        }
        left--;
        Agent agent = next();
        current = agent;
        int done = agent.doWork();
        idle = done == 0 ? idle + 1 : 0;
        if (idle == LONGEST_PHASE) {
            idle = 0;
            return 0;
        }
        return Math.max(1, done);
    }

    private void beginPhase() {
        left = 1 + random.nextInt(1 << random.nextInt(LONGEST_BITS + 1));
        weights = new int[agents.size()];
        totalWeight = 0;
        for (int i = 0; i < weights.length; i++) {
            weights[i] = WEIGHTS[random.nextInt(WEIGHTS.length)];
            totalWeight += weights[i];
        }
        if (totalWeight == 0) { // none has a chance: one has
            weights[random.nextInt(weights.length)] = 1;
            totalWeight = 1;
        }
    }

    private Agent next() {
        int drawn = random.nextInt(totalWeight);
        int i = 0;
        while (drawn >= weights[i]) {
            drawn -= weights[i++];
        }
        return agents.get(i);
    }
}
