package io.esplanade.engine.ipsec;

import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * One entry of the SPD (RFC 4301 §4.4.1). Entries are searched in ascending priority, then in the
 * order in which they were added; the first that matches decides. What none matches is discarded.
 *
 * @param name unique in its engine
 * @param direction which boundary crossing it speaks of
 * @param priority lower is searched first, as in {@code ip xfrm policy}
 * @param selectors the packets it is for: those that match any of these
 * @param action what to do with them
 * @param tunnel for {@link Action#PROTECT}, the tunnel whose SAs carry them; else null
 * @param populated for {@link Action#PROTECT}, the selectors that the SAs of its packets have from
 *     the packet (the PFP flags of RFC 4301 §4.4.1.2). If there are any, then the policy carries
 *     nothing itself: of a packet that meets it the engine tells which SA it wants, and drops it
 */
public record SecurityPolicy(
        String name,
        Direction direction,
        int priority,
        List<TrafficSelector> selectors,
        Action action,
        String tunnel,
        Set<Selector> populated) {

    public SecurityPolicy {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(direction, "direction");
        Objects.requireNonNull(action, "action");
        selectors = List.copyOf(selectors);
        populated = Set.copyOf(populated);
        if (selectors.isEmpty()) {
            throw new IllegalArgumentException(
                    "policy " + name + ": it is for no packets: give it a selector");
        }
        if ((action == Action.PROTECT) != (tunnel != null)) {
            throw new IllegalArgumentException(
                    "policy " + name + ": PROTECT names a tunnel, BYPASS and DISCARD do not");
        }
        if (action != Action.PROTECT && !populated.isEmpty()) {
            throw new IllegalArgumentException(
                    "policy " + name + ": only PROTECT populates selectors from packets");
        }
    }

    /** A policy that populates no selectors from packets. */
    public SecurityPolicy(
            String name,
            Direction direction,
            int priority,
            List<TrafficSelector> selectors,
            Action action,
            String tunnel) {
        this(name, direction, priority, selectors, action, tunnel, Set.of());
    }

    public static SecurityPolicy protect(
            String name,
            Direction direction,
            int priority,
            TrafficSelector selector,
            String tunnel) {
        return new SecurityPolicy(
                name, direction, priority, List.of(selector), Action.PROTECT, tunnel);
    }

    public static SecurityPolicy bypass(
            String name, Direction direction, int priority, TrafficSelector selector) {
        return new SecurityPolicy(
                name, direction, priority, List.of(selector), Action.BYPASS, null);
    }

    public static SecurityPolicy discard(
            String name, Direction direction, int priority, TrafficSelector selector) {
        return new SecurityPolicy(
                name, direction, priority, List.of(selector), Action.DISCARD, null);
    }

    /** The same policy with selectors populated from packets. */
    public SecurityPolicy populating(Selector... selectors) {
        return new SecurityPolicy(
                name, direction, priority, this.selectors, action, tunnel, Set.of(selectors));
    }
}
