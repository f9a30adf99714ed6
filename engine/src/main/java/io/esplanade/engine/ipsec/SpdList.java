package io.esplanade.engine.ipsec;

/**
 * Rules in the order of search: two and a few more; many only if they are of one policy and nothing
 * else differs. Immutable.
 */
final class SpdList implements SpdRules {

    /** How many rules are compared one by one rather than put in a trie. */
    private static final int FEW = 8;

    final SpdRule[] rules;

    private SpdList(SpdRule... rules) {
        this.rules = rules;
    }

    static SpdList of(SpdRule a, SpdRule b) {
        return b.rank() < a.rank() ? new SpdList(b, a) : new SpdList(a, b);
    }

    @Override
    public long least() {
        return rules[0].rank();
    }

    @Override
    public SpdRules with(SpdRule rule, int dimension) {
        if (rules.length >= FEW && dimension < SpdRule.DIMENSIONS) {
            SpdNode trie = null;
            for (SpdRule old : rules) {
                trie = SpdNode.with(trie, old, dimension);
            }
            return SpdNode.with(trie, rule, dimension);
        }
        int at = 0;
        while (at < rules.length && rules[at].rank() <= rule.rank()) {
            at++;
        }
        SpdRule[] more = new SpdRule[rules.length + 1];
        System.arraycopy(rules, 0, more, 0, at);
        more[at] = rule;
        System.arraycopy(rules, at, more, at + 1, rules.length - at);
        return new SpdList(more);
    }

    @Override
    public SpdRules without(SpdRule rule, int dimension) {
        if (rules.length == 2) {
            return rules[0] == rule ? rules[1] : rules[0];
        }
        int at = 0;
        while (rules[at] != rule) {
            at++;
        }
        SpdRule[] fewer = new SpdRule[rules.length - 1];
        System.arraycopy(rules, 0, fewer, 0, at);
        System.arraycopy(rules, at + 1, fewer, at, fewer.length - at);
        return new SpdList(fewer);
    }
}
