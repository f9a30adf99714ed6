package io.esplanade.engine.ipsec;

import java.util.List;

/** The few selectors of an inbound SA, of which any may match. Immutable. */
public final class SelectorSet {

    /** Answer of {@link #match}: none matches. */
    public static final int NO = SelectorMatcher.NO;

    /**
     * Answer of {@link #match}: it depends on ports, and the packet, a later fragment, does not
     * show its own.
     */
    public static final int UNKNOWN = SelectorMatcher.UNKNOWN;

    /** Answer of {@link #match}: one matches. */
    public static final int YES = SelectorMatcher.YES;

    private final SelectorMatcher[] selectors;

    private SelectorSet(SelectorMatcher[] selectors) {
        this.selectors = selectors;
    }

    public static SelectorSet of(List<TrafficSelector> selectors) {
        return new SelectorSet(
                selectors.stream().map(SelectorMatcher::new).toArray(SelectorMatcher[]::new));
    }

    public int size() {
        return selectors.length;
    }

    /** Whether one matches the packet: {@link #NO}, {@link #UNKNOWN} or {@link #YES}. */
    public int match(SelectorFields packet) {
        int best = NO;
        for (SelectorMatcher selector : selectors) {
            int match = selector.match(packet);
            if (match == YES) {
                return YES;
            }
            best = Math.max(best, match);
        }
        return best;
    }
}
