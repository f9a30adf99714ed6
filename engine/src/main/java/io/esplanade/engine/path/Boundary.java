package io.esplanade.engine.path;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.Action;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.InboundState;
import io.esplanade.engine.ipsec.SelectorFields;
import io.esplanade.engine.ipsec.SelectorSet;
import io.esplanade.engine.ipsec.Spd;
import io.esplanade.engine.ipsec.SpdEntry;
import io.esplanade.engine.ipsec.SpdSearch;
import io.esplanade.engine.net.IpProtocol;
import io.esplanade.engine.port.Side;

/**
 * Where packets may go: routes and policies together (RFC 4301 §5). The slow path behind the flow
 * cache; every verdict of the engine is made here.
 *
 * <ul>
 *   <li>From protected to unprotected, a packet passes the outbound SPD.
 *   <li>In clear from an unprotected port, it passes the inbound SPD, where PROTECT means drop; and
 *       then the outbound one if it is to leave by such a port again.
 *   <li>Out of an SA and on to the unprotected side, it goes round again to pass the outbound SPD.
 * </ul>
 */
final class Boundary {

    private final Tables tables;
    private final FlowKey quoted = new FlowKey(); // the packet that an ICMP error is about
    private final SelectorFields fields = new SelectorFields();
    private final SpdSearch search = new SpdSearch();

    Boundary(Tables tables) {
        this.tables = tables;
    }

    /** The verdict on packets with this key that stand in clear at {@code origin}. */
    long decide(FlowKey key, int origin, Spd spd) {
        if (key.isUnroutable()) {
            return Verdict.drop(DropReason.MULTICAST);
        }
        return origin == Origin.UNPROTECTED ? inClear(key, spd) : fromProtected(key, spd);
    }

    private long inClear(FlowKey key, Spd spd) {
        if (tables.isLocal(key.destinationHigh, key.destinationLow)) {
            return Verdict.drop(DropReason.NOT_FOR_US);
        }
        SpdEntry policy = find(spd, Direction.INBOUND, key);
        if (policy == null || policy == SpdEntry.UNDECIDED) {
            return undecided(policy);
        }
        return switch (policy.action()) {
            case PROTECT -> Verdict.drop(DropReason.CLEARTEXT_FOR_PROTECT);
            case DISCARD -> Verdict.drop(DropReason.POLICY_DISCARD);
            case BYPASS -> letIn(key, spd);
        };
    }

    private long letIn(FlowKey key, Spd spd) {
        int nextHop = route(key);
        return nextHop >= 0 && !leadsOut(nextHop)
                ? Verdict.of(Verdict.BYPASS, nextHop)
                : fromProtected(key, spd);
    }

    /** The verdict on packets with this key out of this SA: its selectors come first (§5.2). */
    long decideDecapsulated(FlowKey key, InboundState sa) {
        return switch (sa.selectors().match(fields(key))) {
            case SelectorSet.YES -> sa.transport() ? transported(key) : decapsulated(key);
            case SelectorSet.UNKNOWN -> Verdict.drop(DropReason.FRAGMENT);
            default -> Verdict.drop(DropReason.POLICY_MISMATCH);
        };
    }

    /**
     * The verdict on an ICMP error out of this SA whose own headers are not for its selectors: it
     * comes in if what answers the packet that it quotes would (RFC 4301 §6.2), and if it is for
     * who sent that packet.
     */
    long decideDecapsulatedError(FlowKey error, InboundState sa) {
        return readQuoteOf(error) && sa.selectors().match(fields(quoted)) == SelectorSet.YES
                ? sa.transport() ? transported(error) : decapsulated(error)
                : Verdict.drop(DropReason.POLICY_MISMATCH);
    }

    /**
     * The verdict on an ICMP error from the protected side that no policy is for: it leaves by the
     * tunnel that what answers the packet it quotes would leave by, if there is one (RFC 4301
     * §6.2).
     */
    long decideError(FlowKey error, Spd spd) {
        SpdEntry policy = readQuoteOf(error) ? find(spd, Direction.OUTBOUND, quoted) : null;
        return isTunnel(policy)
                ? Verdict.of(Verdict.PROTECT, policy.tunnel())
                : Verdict.drop(DropReason.NO_SA_FOR_ICMP_ERROR);
    }

    /** Reads which packet an error to its source quotes, and turns that round. */
    private boolean readQuoteOf(FlowKey error) {
        boolean sound =
                quoted.parseQuoteOf(error)
                        && quoted.sourceHigh == error.destinationHigh
                        && quoted.sourceLow == error.destinationLow;
        quoted.reverse();
        return sound;
    }

    /** Whether a policy names an SA that there may be: none is made for an error. */
    private static boolean isTunnel(SpdEntry policy) {
        return is(policy, Action.PROTECT) && !policy.populates();
    }

    private long decapsulated(FlowKey key) {
        if (key.isUnroutable()) {
            return Verdict.drop(DropReason.MULTICAST);
        }
        if (tables.isLocal(key.destinationHigh, key.destinationLow)) {
            // A nested SA ends here too: another pass will take the next header off.
            return isIpsec(key) ? Verdict.of(Verdict.LOOP, 0) : Verdict.drop(DropReason.NOT_FOR_US);
        }
        int nextHop = route(key);
        if (nextHop < 0) {
            return Verdict.drop(DropReason.NO_ROUTE);
        }
        return leadsOut(nextHop)
                ? Verdict.of(Verdict.LOOP, 0)
                : Verdict.of(Verdict.FORWARD, nextHop);
    }

    /**
     * Out of a transport-mode SA, and so for an address of the gateway's own: for the host on a
     * protected port that has it too, if there is one.
     */
    private long transported(FlowKey key) {
        if (key.isUnroutable()) {
            return Verdict.drop(DropReason.MULTICAST);
        }
        if (isIpsec(key)) {
            return Verdict.of(Verdict.LOOP, 0);
        }
        int nextHop = route(key);
        return nextHop < 0 || leadsOut(nextHop)
                ? Verdict.drop(DropReason.NOT_FOR_US)
                : Verdict.of(Verdict.FORWARD, nextHop);
    }

    private long fromProtected(FlowKey key, Spd spd) {
        if (tables.isLocal(key.destinationHigh, key.destinationLow)) {
            return Verdict.drop(DropReason.NOT_FOR_US);
        }
        int nextHop = route(key);
        if (nextHop < 0) {
            return Verdict.drop(DropReason.NO_ROUTE);
        }
        if (!leadsOut(nextHop)) {
            return Verdict.of(Verdict.FORWARD, nextHop);
        }
        SpdEntry policy = find(spd, Direction.OUTBOUND, key);
        if (policy == null || policy == SpdEntry.UNDECIDED) {
            return undecided(policy);
        }
        return switch (policy.action()) {
            case PROTECT -> protect(policy);
            case DISCARD -> Verdict.drop(DropReason.POLICY_DISCARD);
            case BYPASS -> Verdict.of(Verdict.BYPASS, nextHop);
        };
    }

    /**
     * The verdict on an ICMP error about a packet (RFC 4301 §6.2). It quotes the packet: on the way
     * out, unless that came in clear from there, it passes only in a tunnel, or in clear where both
     * it and what answers the packet would.
     *
     * @param about the packet's
     * @param answer the error's
     * @param inClear whether the packet came in clear from the unprotected side
     */
    long answer(FlowKey about, FlowKey answer, boolean inClear, Spd spd) {
        int nextHop = route(answer);
        if (nextHop < 0) {
            return Verdict.drop(DropReason.NO_ROUTE);
        }
        if (!leadsOut(nextHop)) {
            return Verdict.of(Verdict.FORWARD, nextHop);
        }
        SpdEntry policy = find(spd, Direction.OUTBOUND, answer);
        if (is(policy, Action.PROTECT)) {
            return protect(policy);
        }
        if (is(policy, Action.DISCARD)) {
            return Verdict.drop(DropReason.POLICY_DISCARD);
        }
        boolean bypassed = is(policy, Action.BYPASS);
        if (inClear) {
            return Verdict.of(bypassed ? Verdict.BYPASS : Verdict.LOCAL, nextHop);
        }
        about.reverse();
        SpdEntry returning = find(spd, Direction.OUTBOUND, about);
        about.reverse();
        if (isTunnel(returning)) {
            return Verdict.of(Verdict.PROTECT, returning.tunnel());
        }
        return bypassed && is(returning, Action.BYPASS)
                ? Verdict.of(Verdict.BYPASS, nextHop)
                : Verdict.drop(DropReason.NO_POLICY);
    }

    private static boolean is(SpdEntry policy, Action action) {
        return policy != null && policy != SpdEntry.UNDECIDED && policy.action() == action;
    }

    private long protect(SpdEntry policy) {
        if (!policy.populates()) {
            return Verdict.of(Verdict.PROTECT, policy.tunnel());
        }
        tables.wanted().add(policy, fields);
        return Verdict.drop(DropReason.NO_OUTBOUND_SA);
    }

    private static long undecided(SpdEntry policy) {
        return Verdict.drop(policy == null ? DropReason.NO_POLICY : DropReason.FRAGMENT);
    }

    private static boolean isIpsec(FlowKey key) {
        return key.protocol() == IpProtocol.ESP || key.protocol() == IpProtocol.AH;
    }

    private int route(FlowKey key) {
        return tables.route(key.destinationHigh, key.destinationLow);
    }

    private boolean leadsOut(int nextHop) {
        return tables.side(tables.nextHops().get(nextHop).port()) == Side.UNPROTECTED;
    }

    private SpdEntry find(Spd spd, Direction direction, FlowKey key) {
        return search.find(spd, direction, fields(key));
    }

    private SelectorFields fields(FlowKey key) {
        fields.set(
                key.sourceHigh,
                key.sourceLow,
                key.destinationHigh,
                key.destinationLow,
                key.protocol(),
                key.sourcePort(),
                key.destinationPort(),
                key.portsKnown());
        return fields;
    }
}
