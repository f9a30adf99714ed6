package io.esplanade.engine.ipsec;

/**
 * The security policy database (RFC 4301 §4.4.1): an immutable snapshot, read once per burst.
 * {@link SpdSearch} looks things up in it; {@link PolicyTable} makes the next one after a change,
 * which shares all but what is changed with this.
 *
 * <p>Indexed by tries within tries: source address, destination address, protocol and destination
 * port, source port. A range that is no prefix stands under two that cover it, so that a selector
 * is in at most 16 places whatever its ranges, and a change costs as many paths down.
 */
public final class Spd {

    /** Stands for no tunnel. */
    public static final int NONE = -1;

    /** No policies: everything is discarded. */
    public static final Spd EMPTY = new Spd(new SpdRules[4], 0);

    private final SpdRules[] roots; // by direction and family
    private final int size;

    private Spd(SpdRules[] roots, int size) {
        this.roots = roots;
        this.size = size;
    }

    /** These policies and one more. */
    Spd with(SpdEntry entry) {
        SpdRules[] next = roots.clone();
        for (SpdRule rule : entry.rules()) {
            int root = root(entry.policy().direction(), rule.selector().isIpv4());
            next[root] = next[root] == null ? SpdList.of(rule) : next[root].with(rule, 0);
        }
        return new Spd(next, size + 1);
    }

    /** These policies without one of them. */
    Spd without(SpdEntry entry) {
        SpdRules[] next = roots.clone();
        for (SpdRule rule : entry.rules()) {
            int root = root(entry.policy().direction(), rule.selector().isIpv4());
            next[root] = next[root].without(rule, 0);
        }
        return new Spd(next, size - 1);
    }

    SpdRules rules(Direction direction, boolean ipv4) {
        return roots[root(direction, ipv4)];
    }

    private static int root(Direction direction, boolean ipv4) {
        return direction.ordinal() * 2 + (ipv4 ? 1 : 0);
    }

    /** How many policies there are, both directions together. */
    public int size() {
        return size;
    }
}
