package io.esplanade.engine.ipsec;

import java.util.Arrays;

/** Rules in the order of search; few, unless they are of one policy and nothing else differs. */
final class SpdList extends SpdRules {

    /** How many rules are compared one by one rather than put in a trie. */
    private static final int FEW = 8;

    final SpdRule[] rules;

    private SpdList(SpdRule... rules) {
        super(rules[0].rank());
        this.rules = rules;
    }

    static SpdList of(SpdRule rule) {
        return new SpdList(rule);
    }

    @Override
    SpdRules with(SpdRule rule, int dimension) {
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
    SpdRules without(SpdRule rule, int dimension) {
        if (rules.length == 1) {
            return null;
        }
        int at = Arrays.asList(rules).indexOf(rule);
        SpdRule[] fewer = new SpdRule[rules.length - 1];
        System.arraycopy(rules, 0, fewer, 0, at);
        System.arraycopy(rules, at + 1, fewer, at, fewer.length - at);
        return new SpdList(fewer);
    }
}
