package io.esplanade.engine.ipsec;

/**
 * A node of a trie over one of the {@linkplain SpdRule dimensions}: a prefix, the rules whose cover
 * it is, told apart by the next dimension, and below it the longer prefixes. Paths without branches
 * are one step, so that there are at most twice as many nodes as prefixes.
 */
final class SpdNode extends SpdRules {

    final long high;
    final long low;
    final int length;

    /** The rules of just this prefix, or null. */
    final SpdRules here;

    /** Longer prefixes that go on with a 0, or null. */
    final SpdNode zero;

    /** Longer prefixes that go on with a 1, or null. */
    final SpdNode one;

    private SpdNode(long high, long low, int length, SpdRules here, SpdNode zero, SpdNode one) {
        super(Math.min(least(here), Math.min(least(zero), least(one))));
        this.high = high;
        this.low = low;
        this.length = length;
        this.here = here;
        this.zero = zero;
        this.one = one;
    }

    private static long least(SpdRules rules) {
        return rules == null ? Long.MAX_VALUE : rules.least;
    }

    /** The trie with one rule more. */
    static SpdNode with(SpdNode trie, SpdRule rule, int dimension) {
        SpdNode result = trie;
        for (SpdPrefix prefix : rule.cover(dimension)) {
            result = with(result, prefix, rule, dimension);
        }
        return result;
    }

    @Override
    SpdRules with(SpdRule rule, int dimension) {
        return with(this, rule, dimension);
    }

    @Override
    SpdRules without(SpdRule rule, int dimension) {
        SpdNode result = this;
        for (SpdPrefix prefix : rule.cover(dimension)) {
            result = without(result, prefix, rule, dimension);
        }
        return result;
    }

    private static SpdNode with(SpdNode node, SpdPrefix prefix, SpdRule rule, int dimension) {
        if (node == null) {
            return leaf(prefix, SpdList.of(rule));
        }
        int common =
                Math.min(
                        Math.min(node.length, prefix.length()),
                        SpdPrefix.common(node.high, node.low, prefix.high(), prefix.low()));
        if (common < node.length) {
            SpdNode above = leaf(SpdPrefix.of(node.high, node.low, common), null).child(node);
            return with(above, prefix, rule, dimension);
        }
        if (common == prefix.length()) {
            SpdRules more =
                    node.here == null ? SpdList.of(rule) : node.here.with(rule, dimension + 1);
            return node.here(more);
        }
        SpdNode below = node.goesOn(prefix) ? node.one : node.zero;
        return node.child(with(below, prefix, rule, dimension));
    }

    private static SpdNode without(SpdNode node, SpdPrefix prefix, SpdRule rule, int dimension) {
        if (node.length == prefix.length()) {
            return node.here(node.here.without(rule, dimension + 1)).shortened();
        }
        boolean one = node.goesOn(prefix);
        SpdNode below = without(one ? node.one : node.zero, prefix, rule, dimension);
        SpdNode changed =
                one
                        ? new SpdNode(node.high, node.low, node.length, node.here, node.zero, below)
                        : new SpdNode(node.high, node.low, node.length, node.here, below, node.one);
        return changed.shortened();
    }

    /** What does its work: itself, or the only node below it, or none. */
    private SpdNode shortened() {
        if (here != null || zero != null && one != null) {
            return this;
        }
        return zero != null ? zero : one;
    }

    private static SpdNode leaf(SpdPrefix prefix, SpdRules here) {
        return new SpdNode(prefix.high(), prefix.low(), prefix.length(), here, null, null);
    }

    private SpdNode here(SpdRules rules) {
        return new SpdNode(high, low, length, rules, zero, one);
    }

    /** The same with {@code child}, which is longer, below it in its place. */
    private SpdNode child(SpdNode child) {
        return SpdPrefix.bit(child.high, child.low, length)
                ? new SpdNode(high, low, length, here, zero, child)
                : new SpdNode(high, low, length, here, child, one);
    }

    /** Whether the prefix, a longer one, goes on with a 1. */
    private boolean goesOn(SpdPrefix prefix) {
        return SpdPrefix.bit(prefix.high(), prefix.low(), length);
    }
}
