package io.esplanade.engine.ipsec;

import java.util.List;

/** A policy as it stands in the {@link Spd}. Immutable. */
public final class SpdEntry {

    /**
     * What a search answers if a policy for ports may be the first that matches, and the packet, a
     * later fragment, does not show its ports: it must not pass by that policy and be decided by
     * one behind it, as the packet it is part of would not (RFC 4301 §7).
     */
    public static final SpdEntry UNDECIDED = new SpdEntry();

    private final SecurityPolicy policy;
    private final int tunnel;
    private final long rank;
    private final List<SpdRule> rules;

    private SpdEntry() {
        policy = null;
        tunnel = Spd.NONE;
        rank = 0;
        rules = List.of();
    }

    /**
     * @param tunnel index of the tunnel that the policy names, or {@link Spd#NONE}
     * @param rank where it stands in the order of search: its priority, and below that when it was
     *     added; no other has the same
     */
    SpdEntry(SecurityPolicy policy, int tunnel, long rank) {
        this.policy = policy;
        this.tunnel = tunnel;
        this.rank = rank;
        this.rules =
                policy.selectors().stream()
                        .map(selector -> new SpdRule(new SelectorMatcher(selector), this))
                        .toList();
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
        for (int i = 0; i < rules.size(); i++) {
            if (rules.get(i).selector().match(packet) == SelectorMatcher.YES) {
                return Selector.populate(policy.selectors().get(i), policy.populated(), packet);
            }
        }
        throw new IllegalArgumentException("policy " + policy.name() + " is not for this packet");
    }

    long rank() {
        return rank;
    }

    /** A rule for each of its selectors. */
    List<SpdRule> rules() {
        return rules;
    }
}
