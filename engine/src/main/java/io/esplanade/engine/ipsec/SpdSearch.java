package io.esplanade.engine.ipsec;

/**
 * Searches policies for a packet's: the first in order that matches. Holds what it works with, so
 * that it allocates nothing; one thread.
 *
 * <p>It goes down the tries along the packet's own fields, so that it meets only the policies whose
 * cover holds the packet, and of those none behind the best found. In a dimension that the packet
 * does not show it goes down both ways, first the one that leads to the first policy in order.
 */
public final class SpdSearch {

    private final long[] high = new long[SpdRule.DIMENSIONS];
    private final long[] low = new long[SpdRule.DIMENSIONS];
    private final int[] known = new int[SpdRule.DIMENSIONS]; // leading bits that the packet shows

    private SelectorFields packet;
    private long version;
    private long bound; // only ranks below it can change what is found
    private SpdEntry found;

    /**
     * The policy that decides on a packet crossing the boundary in this direction; null if none
     * does, so that it is discarded (RFC 4301 §5); or {@link SpdEntry#UNDECIDED}.
     */
    public SpdEntry find(Spd spd, Direction direction, SelectorFields fields) {
        SpdRules rules = spd.index().rules(direction, fields.isIpv4());
        if (rules == null) {
            return null;
        }
        packet = fields;
        version = spd.version();
        found = null;
        bound = Long.MAX_VALUE;
        takeKeys(fields);
        visit(rules, 0);
        return found;
    }

    private void takeKeys(SelectorFields fields) {
        high[SpdRule.SOURCE] = fields.sourceHigh;
        low[SpdRule.SOURCE] = fields.sourceLow;
        known[SpdRule.SOURCE] = 2 * Long.SIZE;
        high[SpdRule.DESTINATION] = fields.destinationHigh;
        low[SpdRule.DESTINATION] = fields.destinationLow;
        known[SpdRule.DESTINATION] = 2 * Long.SIZE;
        boolean hidden = fields.hidesPorts();
        high[SpdRule.PROTOCOL] = SpdRule.protocolKey(fields.protocol, fields.destinationPort);
        known[SpdRule.PROTOCOL] =
                !fields.protocolKnown ? 0 : hidden ? SpdRule.PROTOCOL_BITS : Long.SIZE;
        high[SpdRule.SOURCE_PORT] = SpdRule.sourcePortKey(fields.sourcePort);
        known[SpdRule.SOURCE_PORT] = hidden ? 0 : Long.SIZE;
    }

    private void visit(SpdRules rules, int dimension) {
        switch (rules) {
            case SpdRule rule -> look(rule);
            case SpdList list -> look(list);
            case SpdNode node -> descend(node, dimension);
        }
    }

    private void look(SpdList list) {
        for (SpdRule rule : list.rules) {
            if (rule.rank() >= bound) {
                return;
            }
            look(rule);
        }
    }

    /** Looks at a rule that comes before what has been found. */
    private void look(SpdRule rule) {
        int match = rule.match(packet);
        if (match == SelectorMatcher.NO || !rule.entry().isIn(version)) {
            return;
        }
        boolean sure = match == SelectorMatcher.YES;
        found = sure ? rule.entry() : SpdEntry.UNDECIDED;
        // Where it is not sure, another selector of the policy may yet match.
        bound = sure ? rule.rank() : rule.rank() + 1;
    }

    private void descend(SpdNode from, int dimension) {
        SpdNode node = from;
        while (node != null && node.least() < bound && leadsOn(node, dimension)) {
            SpdRules here = node.here();
            if (here != null && here.least() < bound) {
                visit(here, dimension + 1);
            }
            if (node.length < known[dimension]) {
                node =
                        SpdPrefix.bit(high[dimension], low[dimension], node.length)
                                ? node.one()
                                : node.zero();
            } else {
                node = firstOfBoth(node.zero(), node.one(), dimension);
            }
        }
    }

    /** Searches the better of two ways, and answers the other. */
    private SpdNode firstOfBoth(SpdNode zero, SpdNode one, int dimension) {
        if (zero == null || one == null) {
            return zero == null ? one : zero;
        }
        boolean zeroFirst = zero.least() < one.least();
        descend(zeroFirst ? zero : one, dimension);
        return zeroFirst ? one : zero;
    }

    /** Whether the packet has the node's prefix, as far as it shows. */
    private boolean leadsOn(SpdNode node, int dimension) {
        int compared = Math.min(node.length, known[dimension]);
        return SpdPrefix.common(node.high, node.low, high[dimension], low[dimension]) >= compared;
    }
}
