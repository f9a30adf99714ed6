package io.esplanade.engine.ipsec;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * The security policy database (RFC 4301 §4.4.1): an immutable snapshot, read once per burst and
 * replaced whole. Searched in ascending priority, then in the order of the list; the search is
 * linear, for it stands behind the flow cache.
 */
public final class Spd {

    /** Answer of {@link #lookup}: no policy matches, so the packet is discarded (§5). */
    public static final int NONE = -1;

    /**
     * Answer of {@link #lookup}: a policy for ports may be the first that matches, and the packet,
     * a fragment, does not show its ports; so it is discarded.
     */
    public static final int NEEDS_PORTS = SelectorSet.NEEDS_PORTS;

    /** No policies: everything is discarded. */
    public static final Spd EMPTY = of(List.of(), name -> NONE);

    private final SelectorSet outbound;
    private final SelectorSet inbound;
    // By decision: outbound policies in their order, then the inbound ones.
    private final SecurityPolicy[] policies;
    private final Action[] actions;
    private final int[] tunnels;

    private Spd(
            List<SecurityPolicy> out, List<SecurityPolicy> in, ToIntFunction<String> tunnelIndex) {
        outbound = compile(out);
        inbound = compile(in);
        List<SecurityPolicy> all = new ArrayList<>(out);
        all.addAll(in);
        policies = all.toArray(SecurityPolicy[]::new);
        actions = all.stream().map(SecurityPolicy::action).toArray(Action[]::new);
        tunnels =
                all.stream()
                        .mapToInt(
                                p -> p.tunnel() == null ? NONE : tunnelIndex.applyAsInt(p.tunnel()))
                        .toArray();
    }

    /**
     * @param policies in the order in which they were added
     * @param tunnelIndex the index of a tunnel by its name
     */
    public static Spd of(List<SecurityPolicy> policies, ToIntFunction<String> tunnelIndex) {
        return new Spd(
                ordered(policies, Direction.OUTBOUND),
                ordered(policies, Direction.INBOUND),
                tunnelIndex);
    }

    private static List<SecurityPolicy> ordered(
            List<SecurityPolicy> policies, Direction direction) {
        return policies.stream()
                .filter(p -> p.direction() == direction)
                .sorted(Comparator.comparingInt(SecurityPolicy::priority))
                .toList();
    }

    private static SelectorSet compile(List<SecurityPolicy> policies) {
        return SelectorSet.of(policies.stream().map(SecurityPolicy::selector).toList());
    }

    /**
     * The decision for a packet, an index for the methods below, or {@link #NONE} or {@link
     * #NEEDS_PORTS}.
     *
     * @param portsKnown whether the packet's ports could be seen; later fragments and protocols
     *     without ports match only selectors for any port
     */
    public int lookup(
            Direction direction,
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow,
            int protocol,
            int sourcePort,
            int destinationPort,
            boolean portsKnown) {
        boolean out = direction == Direction.OUTBOUND;
        int match =
                (out ? outbound : inbound)
                        .decide(
                                sourceHigh,
                                sourceLow,
                                destinationHigh,
                                destinationLow,
                                protocol,
                                sourcePort,
                                destinationPort,
                                portsKnown);
        return out || match < 0 ? match : outbound.size() + match;
    }

    public Action action(int decision) {
        return actions[decision];
    }

    /** Index of the tunnel that a PROTECT policy names; {@link #NONE} for the others. */
    public int tunnel(int decision) {
        return tunnels[decision];
    }

    public SecurityPolicy policy(int decision) {
        return policies[decision];
    }

    /** How many policies there are, both directions together; decisions are below this. */
    public int size() {
        return policies.length;
    }
}
