package io.esplanade.engine.path;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ip.IcmpError;
import io.esplanade.engine.ip.TokenBucket;
import io.esplanade.engine.ipsec.IpAddresses;
import io.esplanade.engine.ipsec.Spd;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.net.IpProtocol;
import io.esplanade.engine.port.Side;

/**
 * Answers packets that cannot be forwarded with ICMP errors (RFC 1812 §4.3, RFC 4443), where the
 * boundary lets such an answer pass: it is a packet like any other, and goes back through a tunnel
 * if the packet came out of one (RFC 4301 §6).
 *
 * <p>An error comes from the gateway's address on a port of the side where it may be seen: on its
 * way out through a tunnel or by policy, one of the protected side. A port without an address
 * answers nothing. The thread of Ingress.
 */
final class IcmpErrors {

    private final Tables tables;
    private final Boundary boundary;
    private final TokenBucket limit;
    private final FlowKey answer = new FlowKey();
    private int id;

    IcmpErrors(Tables tables, Boundary boundary, TokenBucket limit) {
        this.tables = tables;
        this.boundary = boundary;
        this.limit = limit;
    }

    /** Whether a packet dropped for this reason may be answered at all. */
    static boolean isAnswered(DropReason reason) {
        return kind(reason, Origin.PROTECTED) != null;
    }

    private static IcmpError.Kind kind(DropReason reason, int origin) {
        return switch (reason) {
            case TTL_EXPIRED -> IcmpError.Kind.TIME_EXCEEDED;
            case OVERSIZED -> IcmpError.Kind.TOO_BIG;
            case NO_ROUTE -> IcmpError.Kind.NO_ROUTE;
            case NO_NEIGHBOUR -> IcmpError.Kind.HOST_UNREACHABLE;
            // Who knocks at the outside is told nothing.
            case NO_POLICY, POLICY_DISCARD ->
                    origin == Origin.UNPROTECTED ? null : IcmpError.Kind.PROHIBITED;
            default -> null;
        };
    }

    /**
     * Turns the packet in {@code mbuf} into an error about it, with its verdict.
     *
     * @param key the packet's
     * @param origin where it stood when it was refused
     * @param mtu for {@link DropReason#OVERSIZED}, what would have fitted; 0 to say nothing
     * @param now of the clock, ns
     * @return false if there is none to be sent: the packet is as it was
     */
    boolean answer(
            long mbuf, DropReason reason, FlowKey key, int origin, int mtu, Spd spd, long now) {
        IcmpError.Kind kind = kind(reason, origin);
        if (kind == null
                || kind == IcmpError.Kind.TOO_BIG && mtu == 0
                || Mbuf.has(mbuf, Mbuf.SEALED)
                || !limit.mayTake(now) // before anything that costs
                || !IcmpError.mayBeAbout(mbuf)
                || key.isUnroutable()
                || tables.isLocal(key.sourceHigh, key.sourceLow)) {
            return false;
        }
        boolean inClear = origin == Origin.UNPROTECTED;
        if (!address(key, kind, inClear)) {
            return false;
        }
        long verdict = boundary.answer(key, answer, inClear, spd);
        int kindOfVerdict = Verdict.kind(verdict);
        if (kindOfVerdict == Verdict.DROP) {
            return false;
        }
        limit.take(); // only what is sent counts
        boolean tunnel = kindOfVerdict == Verdict.PROTECT;
        IcmpError.make(mbuf, kind, mtu, answer.sourceHigh, answer.sourceLow, tunnel, ++id);
        Mbuf.nextHop(mbuf, Verdict.index(verdict));
        Mbuf.flags(
                mbuf,
                Mbuf.flags(mbuf)
                        | Mbuf.DECIDED
                        | switch (kindOfVerdict) {
                            case Verdict.PROTECT -> Mbuf.ENCRYPT;
                            case Verdict.BYPASS -> Mbuf.BYPASSED;
                            case Verdict.LOCAL -> Mbuf.LOCAL;
                            default -> 0;
                        });
        return true;
    }

    /** Addresses the answer to the packet's source; false if it would have none of its own. */
    private boolean address(FlowKey key, IcmpError.Kind kind, boolean inClear) {
        boolean ipv6 = !IpAddresses.isIpv4(key.sourceHigh, key.sourceLow);
        int back = port(key.sourceHigh, key.sourceLow);
        if (back < 0) {
            return false;
        }
        int port = back;
        if (tables.side(back) == Side.UNPROTECTED && !inClear) {
            port = port(key.destinationHigh, key.destinationLow);
        }
        PortAddresses addresses = tables.portAddresses();
        if (!inClear && (port < 0 || !isInside(port, ipv6))) {
            port = anyInside(ipv6);
        }
        if (port < 0 || !addresses.has(port, ipv6)) {
            return false;
        }
        answer.sourceHigh = addresses.high(port, ipv6);
        answer.sourceLow = addresses.low(port, ipv6);
        answer.destinationHigh = key.sourceHigh;
        answer.destinationLow = key.sourceLow;
        int protocol = ipv6 ? IpProtocol.ICMPV6 : IpProtocol.ICMP;
        answer.transport(protocol, true, kind.typeAndCode(ipv6) << 16); // policies look at it there
        return true;
    }

    private int port(long high, long low) {
        int nextHop = tables.route(high, low);
        return nextHop < 0 ? -1 : tables.nextHops().get(nextHop).port();
    }

    private boolean isInside(int port, boolean ipv6) {
        return tables.side(port) == Side.PROTECTED && tables.portAddresses().has(port, ipv6);
    }

    private int anyInside(boolean ipv6) {
        for (int port = 0; port < tables.ports(); port++) {
            if (isInside(port, ipv6)) {
                return port;
            }
        }
        return -1;
    }
}
