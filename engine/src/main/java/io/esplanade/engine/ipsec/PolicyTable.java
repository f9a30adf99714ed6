package io.esplanade.engine.ipsec;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * The policies by name, and the {@link Spd} of them. A change costs the same at ten policies and at
 * a million. One thread, the conductor's.
 *
 * <p>A policy that was removed stays in the index, where who has a later Spd does not see it, until
 * {@link #forgetBefore} says that nobody has an earlier one.
 */
public final class PolicyTable {

    /** Policies added in the life of a table before it numbers them anew. */
    private static final long LAST_NUMBER = 0xffff_fffeL;

    private final ToIntFunction<String> tunnelIndex;
    private final Map<String, SpdEntry> entries = new HashMap<>();
    private final ArrayDeque<SpdEntry> removed = new ArrayDeque<>(); // and still in the index
    private SpdIndex index = new SpdIndex();
    private long nextNumber;
    private long version;
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
        entry.remove(++version);
        removed.add(entry);
    }

    /** The policies of this moment. */
    public Spd spd() {
        if (spd.version() != version) {
            spd = new Spd(index, version, entries.size());
        }
        return spd;
    }

    /** Nobody has an Spd any more that is older than this, one of {@link #spd}'s. */
    public void forgetBefore(Spd oldest) {
        while (!removed.isEmpty() && removed.peek().removed() <= oldest.version()) {
            index.remove(removed.poll());
        }
    }

    private void enter(SecurityPolicy policy) {
        if (nextNumber > LAST_NUMBER) {
            numberAnew();
        }
        int tunnel = policy.tunnel() == null ? Spd.NONE : tunnelIndex.applyAsInt(policy.tunnel());
        SpdEntry entry =
                new SpdEntry(
                        policy, tunnel, (long) policy.priority() << 32 | nextNumber++, ++version);
        entries.put(policy.name(), entry);
        index.add(entry);
    }

    private void numberAnew() {
        List<SpdEntry> inOrder =
                entries.values().stream().sorted(Comparator.comparingLong(SpdEntry::rank)).toList();
        entries.clear();
        removed.clear(); // with the index that they are in
        index = new SpdIndex();
        nextNumber = 0;
        inOrder.forEach(entry -> enter(entry.policy()));
    }
}
