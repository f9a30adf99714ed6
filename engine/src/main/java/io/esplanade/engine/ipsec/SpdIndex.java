package io.esplanade.engine.ipsec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The rules of all policies, those included that are not in force yet or no more. One thread
 * changes it in place while any number search it without locks.
 *
 * <p>Tries within tries: source address, destination address, protocol and destination port, source
 * port. A range that is no prefix stands under two that cover it, so that a selector is in at most
 * 16 places whatever its ranges, and a change goes down as many paths.
 *
 * <p>A rule enters before a version is published that has it, and goes when every reader has a
 * version that has it no more. So no reader misses anything by what is changed under its eyes: a
 * new part is whole before a release-store links it, and a part that is unlinked still leads on to
 * what it led to.
 */
final class SpdIndex {

    private static final VarHandle ROOT = MethodHandles.arrayElementVarHandle(SpdRules[].class);

    private final SpdRules[] roots = new SpdRules[4]; // by direction and family

    /** Adds a policy's rules; the writer only. */
    void add(SpdEntry entry) {
        for (SpdRule rule : entry.rules()) {
            int root = root(entry.policy().direction(), rule.isIpv4());
            SpdRules rules = roots[root];
            ROOT.setRelease(roots, root, rules == null ? rule : rules.with(rule, 0));
        }
    }

    /** Takes out a policy's rules, which no reader may still see; the writer only. */
    void remove(SpdEntry entry) {
        for (SpdRule rule : entry.rules()) {
            int root = root(entry.policy().direction(), rule.isIpv4());
            ROOT.setRelease(roots, root, roots[root].without(rule, 0));
        }
    }

    /** The rules for packets of a direction and family, or null. */
    SpdRules rules(Direction direction, boolean ipv4) {
        return (SpdRules) ROOT.getAcquire(roots, root(direction, ipv4));
    }

    private static int root(Direction direction, boolean ipv4) {
        return direction.ordinal() * 2 + (ipv4 ? 1 : 0);
    }
}
