package io.esplanade.engine.ipsec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A policy as it stands in the {@link Spd}. Nothing of it changes but that it is removed. */
public final class SpdEntry {

    /**
     * What a search answers if a policy for ports may be the first that matches, and the packet, a
     * later fragment, does not show its ports: it must not pass by that policy and be decided by
     * one behind it, as the packet it is part of would not (RFC 4301 §7).
     */
    public static final SpdEntry UNDECIDED = new SpdEntry();

    private static final VarHandle REMOVED;

    static {
        try {
            REMOVED = MethodHandles.lookup().findVarHandle(SpdEntry.class, "removed", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final SecurityPolicy policy;
    private final int tunnel;
    private final long rank;
    private final long added;
    private long removed = Long.MAX_VALUE;
    private final SpdRule[] rules;

    private SpdEntry() {
        policy = null;
        tunnel = Spd.NONE;
        rank = 0;
        added = 0;
        rules = new SpdRule[0];
    }

    /**
     * @param tunnel index of the tunnel that the policy names, or {@link Spd#NONE}
     * @param rank where it stands in the order of search: its priority, and below that when it was
     *     added; no other has the same
     * @param added the first version that has it
     */
    SpdEntry(SecurityPolicy policy, int tunnel, long rank, long added) {
        this.policy = policy;
        this.tunnel = tunnel;
        this.rank = rank;
        this.added = added;
        this.rules = new SpdRule[policy.selectors().size()];
        for (int i = 0; i < rules.length; i++) {
            rules[i] = new SpdRule(policy.selectors().get(i), this);
        }
    }

    public SecurityPolicy policy() {
        return policy;
    }

    public Action action() {
        return policy.action();
    }

    /** Index of the tunnel that a PROTECT policy names; {@link Spd#NONE} for the others. */
    public int tunnel() {
        return tunnel;
    }

    /** Whether an SA of its packets has selectors from the packet itself. */
    public boolean populates() {
        return !policy.populated().isEmpty();
    }

    /** The selectors of the SA that a packet, one that matches, wants. */
    public TrafficSelector populate(SelectorFields packet) {
        for (int i = 0; i < rules.length; i++) {
            if (rules[i].match(packet) == SelectorMatcher.YES) {
                return Selector.populate(policy.selectors().get(i), policy.populated(), packet);
            }
        }
        throw new IllegalArgumentException("policy " + policy.name() + " is not for this packet");
    }

    long rank() {
        return rank;
    }

    /** Whether a version has it. */
    boolean isIn(long version) {
        return added <= version && version < (long) REMOVED.getOpaque(this);
    }

    /** Removes it; {@code version} is the first without it. The writer only. */
    void remove(long version) {
        REMOVED.setOpaque(this, version);
    }

    /** The first version without it. */
    long removed() {
        return (long) REMOVED.getOpaque(this);
    }

    /** A rule for each of its selectors. */
    SpdRule[] rules() {
        return rules;
    }
}
