package io.esplanade.engine.ipsec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A node of a trie over one of the {@linkplain SpdRule dimensions}: a prefix, the rules whose cover
 * it is, told apart by the next dimension, and below it the longer prefixes. Paths without branches
 * are one step, so that there are at most twice as many nodes as prefixes.
 */
final class SpdNode implements SpdRules {

    private static final VarHandle LEAST = field("least", long.class);
    private static final VarHandle HERE = field("here", SpdRules.class);
    private static final VarHandle ZERO = field("zero", SpdNode.class);
    private static final VarHandle ONE = field("one", SpdNode.class);

    final long high;
    final long low;
    final int length;

    private long least;
    private SpdRules here;
    private SpdNode zero;
    private SpdNode one;

    private SpdNode(SpdPrefix prefix) {
        this.high = prefix.high();
        this.low = prefix.low();
        this.length = prefix.length();
    }

    private static VarHandle field(String name, Class<?> type) {
        try {
            return MethodHandles.lookup().findVarHandle(SpdNode.class, name, type);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The rules of just this prefix, or null. */
    SpdRules here() {
        return (SpdRules) HERE.getAcquire(this);
    }

    /** Longer prefixes that go on with a 0, or null. */
    SpdNode zero() {
        return (SpdNode) ZERO.getAcquire(this);
    }

    /** Longer prefixes that go on with a 1, or null. */
    SpdNode one() {
        return (SpdNode) ONE.getAcquire(this);
    }

    @Override
    public long least() {
        return (long) LEAST.getOpaque(this);
    }

    @Override
    public SpdRules with(SpdRule rule, int dimension) {
        return with(this, rule, dimension);
    }

    @Override
    public SpdRules without(SpdRule rule, int dimension) {
        SpdNode result = this;
        for (SpdPrefix prefix : rule.cover(dimension)) {
            result = without(result, prefix, rule, dimension);
        }
        return result;
    }

    /** Adds a rule to a trie, which may be null; answers its root from now on. */
    static SpdNode with(SpdNode trie, SpdRule rule, int dimension) {
        SpdNode result = trie;
        for (SpdPrefix prefix : rule.cover(dimension)) {
            result = with(result, prefix, rule, dimension);
        }
        return result;
    }

    private static SpdNode with(SpdNode node, SpdPrefix prefix, SpdRule rule, int dimension) {
        if (node == null) {
            SpdNode leaf = new SpdNode(prefix);
            leaf.least = rule.rank();
            leaf.here = rule;
            return leaf;
        }
        int common =
                Math.min(
                        Math.min(node.length, prefix.length()),
                        SpdPrefix.common(node.high, node.low, prefix.high(), prefix.low()));
        if (common < node.length) {
            SpdNode above = new SpdNode(SpdPrefix.of(node.high, node.low, common));
            above.least = node.least;
            above.link(SpdPrefix.bit(node.high, node.low, common), node);
            return with(above, prefix, rule, dimension);
        }
        if (rule.rank() < node.least) { // before who sees the rule goes by it
            LEAST.setOpaque(node, rule.rank());
        }
        if (common == prefix.length()) {
            node.here(node.here == null ? rule : node.here.with(rule, dimension + 1));
        } else {
            boolean goesOn = node.goesOn(prefix);
            node.link(goesOn, with(goesOn ? node.one : node.zero, prefix, rule, dimension));
        }
        return node;
    }

    private static SpdNode without(SpdNode node, SpdPrefix prefix, SpdRule rule, int dimension) {
        if (node.length == prefix.length()) {
            node.here(node.here.without(rule, dimension + 1));
        } else {
            boolean goesOn = node.goesOn(prefix);
            node.link(goesOn, without(goesOn ? node.one : node.zero, prefix, rule, dimension));
        }
        if (node.least == rule.rank()) {
            long others = Math.min(least(node.zero), least(node.one));
            LEAST.setOpaque(node, Math.min(least(node.here), others));
        }
        return node.shortened();
    }

    private static long least(SpdRules rules) {
        return rules == null ? Long.MAX_VALUE : rules.least();
    }

    /** What does its work: itself, or the only node below it, or none. */
    private SpdNode shortened() {
        if (here != null || zero != null && one != null) {
            return this;
        }
        return zero != null ? zero : one;
    }

    private void here(SpdRules rules) {
        if (rules != here) {
            HERE.setRelease(this, rules);
        }
    }

    /** Puts {@code child}, which is longer, or null below it. */
    private void link(boolean goesOn, SpdNode child) {
        if (goesOn) {
            if (child != one) {
                ONE.setRelease(this, child);
            }
        } else if (child != zero) {
            ZERO.setRelease(this, child);
        }
    }

    /** Whether the prefix, a longer one, goes on with a 1. */
    private boolean goesOn(SpdPrefix prefix) {
        return SpdPrefix.bit(prefix.high(), prefix.low(), length);
    }
}
