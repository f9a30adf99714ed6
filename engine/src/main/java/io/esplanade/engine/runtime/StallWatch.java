package io.esplanade.engine.runtime;

import io.esplanade.engine.control.Stall;
import io.esplanade.engine.os.AgentRunner;
import io.esplanade.engine.os.Clock;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Notices threads that do not get through a duty cycle: an idle one ends many a second, so one that
 * ends none for long hangs in something, or has no CPU. For one thread, the conductor's.
 */
final class StallWatch {

    /** How long one duty cycle may take, ns. */
    private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final List<AgentRunner> runners;
    private final List<RoleGroup> groups;
    private final Clock clock;
    private final long[] cycles;
    private final long[] since;
    private final boolean[] said;

    StallWatch(List<AgentRunner> runners, List<RoleGroup> groups, Clock clock) {
        this.runners = runners;
        this.groups = groups;
        this.clock = clock;
        cycles = new long[runners.size()];
        since = new long[runners.size()];
        said = new boolean[runners.size()];
        Arrays.fill(since, clock.nanoTime());
    }

    /** The stalls that began to be long since the last look: each once. */
    List<Stall> look() {
        long now = clock.nanoTime();
        List<Stall> stalls = new ArrayList<>();
        for (int i = 0; i < cycles.length; i++) {
            long seen = runners.get(i).cycles();
            if (seen != cycles[i] || !runners.get(i).isAlive()) { // at a stop some end early
                cycles[i] = seen;
                since[i] = now;
                said[i] = false;
            } else if (!said[i] && now - since[i] > LONG_NANOS) {
                said[i] = true;
                Role role = groups.get(i).current();
                stalls.add(new Stall(role.lane(), role.roleName(), now - since[i]));
            }
        }
        return stalls;
    }
}
