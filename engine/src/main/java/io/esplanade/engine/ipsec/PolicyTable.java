package io.esplanade.engine.ipsec;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * The policies by name, and the {@link Spd} of them. A change costs the same at ten policies and at
 * a million. One thread, the conductor's.
 */
public final class PolicyTable {

    /** Policies added in the life of a table before it numbers them anew. */
    private static final long LAST_NUMBER = 0xffff_fffeL;

    private final ToIntFunction<String> tunnelIndex;
    private final Map<String, SpdEntry> entries = new HashMap<>();
    private long nextNumber;
    private Spd spd = Spd.EMPTY;

    /**
     * @param tunnelIndex the index of a tunnel by its name
     */
    public PolicyTable(ToIntFunction<String> tunnelIndex) {
        this(tunnelIndex, 0);
    }

    PolicyTable(ToIntFunction<String> tunnelIndex, long firstNumber) {
        this.tunnelIndex = tunnelIndex;
        this.nextNumber = firstNumber;
    }

    /**
     * Adds a policy, behind those of its priority.
     *
     * @throws IllegalArgumentException if there is one of its name
     */
    public void add(SecurityPolicy policy) {
        if (entries.containsKey(policy.name())) {
            throw new IllegalArgumentException(
                    "there is a policy " + policy.name() + ": choose another name");
        }
        enter(policy);
    }

    /**
     * Removes a policy.
     *
     * @throws IllegalArgumentException if there is none of this name
     */
    public void remove(String name) {
        SpdEntry entry = entries.remove(name);
        if (entry == null) {
            throw new IllegalArgumentException("there is no policy " + name);
        }
        spd = spd.without(entry);
    }

    /** The policies of this moment. */
    public Spd spd() {
        return spd;
    }

    private void enter(SecurityPolicy policy) {
        if (nextNumber > LAST_NUMBER) {
            numberAnew();
        }
        int tunnel = policy.tunnel() == null ? Spd.NONE : tunnelIndex.applyAsInt(policy.tunnel());
        SpdEntry entry =
                new SpdEntry(policy, tunnel, (long) policy.priority() << 32 | nextNumber++);
        entries.put(policy.name(), entry);
        spd = spd.with(entry);
    }

    private void numberAnew() {
        List<SpdEntry> inOrder =
                entries.values().stream().sorted(Comparator.comparingLong(SpdEntry::rank)).toList();
        entries.clear();
        spd = Spd.EMPTY;
        nextNumber = 0;
        inOrder.forEach(entry -> enter(entry.policy()));
    }
}
