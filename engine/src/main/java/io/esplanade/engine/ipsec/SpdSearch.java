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
    private long bound; // only ranks below it can change what is found
    private SpdEntry found;

    /**
     * The policy that decides on a packet crossing the boundary in this direction; null if none
     * does, so that it is discarded (RFC 4301 §5); or {@link SpdEntry#UNDECIDED}.
     */
    public SpdEntry find(Spd spd, Direction direction, SelectorFields fields) {
        SpdRules rules = spd.rules(direction, fields.isIpv4());
        if (rules == null) {
            return null;
        }
        packet = fields;
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
            case SpdList list -> look(list);
            case SpdNode node -> descend(node, dimension);
        }
    }

    private void look(SpdList list) {
        for (SpdRule rule : list.rules) {
            if (rule.rank() >= bound) {
                return;
            }
            switch (rule.selector().match(packet)) {
                case SelectorMatcher.YES -> {
                    found = rule.entry();
                    bound = rule.rank();
                }
                case SelectorMatcher.UNKNOWN -> {
                    found = SpdEntry.UNDECIDED;
                    bound = rule.rank() + 1; // another selector of the policy may yet match
                }
                default -> {}
            }
        }
    }

    private void descend(SpdNode from, int dimension) {
        SpdNode node = from;
        while (node != null && node.least < bound && leadsOn(node, dimension)) {
            if (node.here != null && node.here.least < bound) {
                visit(node.here, dimension + 1);
            }
            if (node.length < known[dimension]) {
                node =
                        SpdPrefix.bit(high[dimension], low[dimension], node.length)
                                ? node.one
                                : node.zero;
            } else {
                node = firstOfBoth(node, dimension);
            }
        }
    }

    /** Searches the better of two ways, and answers the other. */
    private SpdNode firstOfBoth(SpdNode node, int dimension) {
        if (node.zero == null || node.one == null) {
            return node.zero == null ? node.one : node.zero;
        }
        boolean zero = node.zero.least < node.one.least;
        descend(zero ? node.zero : node.one, dimension);
        return zero ? node.one : node.zero;
    }

    /** Whether the packet has the node's prefix, as far as it shows. */
    private boolean leadsOn(SpdNode node, int dimension) {
        int compared = Math.min(node.length, known[dimension]);
        return SpdPrefix.common(node.high, node.low, high[dimension], low[dimension]) >= compared;
    }
}
