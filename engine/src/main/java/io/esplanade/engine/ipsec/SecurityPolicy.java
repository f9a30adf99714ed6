package io.esplanade.engine.ipsec;

import java.util.List;
import java.util.Objects;

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
 */
public record SecurityPolicy(
        String name,
        Direction direction,
        int priority,
        List<TrafficSelector> selectors,
        Action action,
        String tunnel) {

    public SecurityPolicy {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(direction, "direction");
        Objects.requireNonNull(action, "action");
        selectors = List.copyOf(selectors);
        if (selectors.isEmpty()) {
            throw new IllegalArgumentException(
                    "policy " + name + ": it is for no packets: give it a selector");
        }
        if ((action == Action.PROTECT) != (tunnel != null)) {
            throw new IllegalArgumentException(
                    "policy " + name + ": PROTECT names a tunnel, BYPASS and DISCARD do not");
        }
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
}
