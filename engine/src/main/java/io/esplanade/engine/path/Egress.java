package io.esplanade.engine.path;

import io.esplanade.engine.ah.AuthenticationHeader;
import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.esp.Decapsulator;
import io.esplanade.engine.fib.NeighbourTable;
import io.esplanade.engine.fib.NextHop;
import io.esplanade.engine.ipsec.InboundState;
import io.esplanade.engine.ipsec.IpAddresses;
import io.esplanade.engine.ipsec.MtuRules;
import io.esplanade.engine.ipsec.OutboundState;
import io.esplanade.engine.ipsec.OuterHeader;
import io.esplanade.engine.ipsec.PeerAddress;
import io.esplanade.engine.ipsec.ReplayGate;
import io.esplanade.engine.ipsec.SaTable;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.DropSink;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.MbufRing;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.net.Ipv6;
import io.esplanade.engine.net.Transport;
import io.esplanade.engine.net.Udp;
import io.esplanade.engine.os.Padded;

/**
 * The last stage: what came out of an SA is checked and routed, everything is handed to its port.
 * Sequential: one thread, packets in the order in which Ingress saw them.
 *
 * <p>A decapsulated packet: replay window (RFC 4303 §3.4.3), trailer off, inner header checked,
 * selectors of its SA (RFC 4301 §5.2), then its verdict: on to a protected port, or round again by
 * way of the loop.
 */
public final class Egress extends Padded {

    private static final int NO_HOP = -1;
    private static final long MISMATCH = Verdict.drop(DropReason.POLICY_MISMATCH);

    private final Tables tables;
    private final SaTable sas;
    private final Boundary boundary;
    private final ReplayGate replay;
    private final FlowCache flows;
    private final FragmentTable fragments = new FragmentTable();
    private final MbufPool pool;
    private final MbufRing loop;
    private final Outlet[] ports;
    private final DropSink drops;
    private final CounterTable counters;
    private final FlowKey key = new FlowKey();
    private final NeighbourQueue unresolved;
    private final NeighbourQueue.Listener release = new Release();

    // Of the burst at work.
    private int decrypted;
    private long decryptedBytes;
    private int hits;

    // The next hop of the packet before in the burst, which most often is that of the next one too.
    private int lastHop;
    private NextHop hop;
    private Outlet port;

    /**
     * @param loop where packets wait for another pass
     * @param ports the ways out, by port index
     */
    public Egress(
            Tables tables,
            SaTable sas,
            ReplayGate replay,
            int flowCacheSize,
            MbufPool pool,
            MbufRing loop,
            Outlet[] ports,
            DropSink drops,
            CounterTable counters) {
        this.tables = tables;
        this.sas = sas;
        this.boundary = new Boundary(tables);
        this.replay = replay;
        this.flows = new FlowCache(flowCacheSize);
        this.pool = pool;
        this.loop = loop;
        this.ports = ports;
        this.drops = drops;
        this.counters = counters;
        unresolved = new NeighbourQueue(tables, pool, drops);
    }

    /** Takes every packet of the burst to its end, which is empty afterwards. */
    public void process(Burst burst) {
        long version = tables.version();
        decrypted = 0;
        decryptedBytes = 0;
        hits = 0;
        lastHop = NO_HOP;
        int n = burst.count();
        for (int i = 0; i < n; i++) {
            long mbuf = burst.get(i);
            long dispatch = Mbuf.dispatch(mbuf);
            int flags = Mbuf.flagsOf(dispatch);
            int slot = Mbuf.saOf(dispatch);
            int generation = Mbuf.saGeneration(mbuf);
            DropReason reason = DropReason.of(Mbuf.dropReason(mbuf));
            if (reason == DropReason.NONE) {
                if ((flags & Mbuf.ENCRYPT) != 0) {
                    reason = encapsulated(mbuf, flags, slot, generation, version);
                } else if ((flags & Mbuf.DECRYPT) != 0) {
                    reason = decapsulated(mbuf, slot, generation, version);
                } else if ((flags & Mbuf.INNER) != 0) {
                    reason = takenApart(mbuf, slot, generation, version);
                } else {
                    reason = send(mbuf);
                }
            } else if (reason == DropReason.ICV_FAILED) {
                countIcvFailure(slot, generation);
            }
            if (reason != DropReason.NONE) {
                refuse(mbuf, reason);
            }
            if (slot != SaTable.NONE) {
                sas.release(slot, generation);
            }
        }
        counters.add(Counter.DECRYPTED_PACKETS, decrypted);
        counters.add(Counter.DECRYPTED_BYTES, decryptedBytes);
        counters.add(Counter.FLOW_HITS, hits);
        loop.publish();
        burst.clear();
    }

    /** Sends packets that another lane has worked on and whose port is this lane's. */
    public void handedOver(Burst burst) {
        lastHop = NO_HOP;
        int n = burst.count();
        for (int i = 0; i < n; i++) {
            long mbuf = burst.get(i);
            DropReason reason = send(mbuf);
            if (reason != DropReason.NONE) {
                refuse(mbuf, reason);
            }
        }
        loop.publish();
        burst.clear();
    }

    /**
     * Goes on with packets that have waited for link-layer addresses; once in a duty cycle.
     *
     * @return how many
     */
    public int resolved() {
        int done = unresolved.look(release);
        if (done > 0) {
            loop.publish();
        }
        return done;
    }

    /** Packets that wait for link-layer addresses. */
    public int held() {
        return unresolved.held();
    }

    /** Drops those, when no thread runs any more. */
    public void abandon() {
        unresolved.abandon(DropReason.CLOSING);
    }

    private final class Release implements NeighbourQueue.Listener {
        @Override
        public void resolved(long mbuf, int port, long mac) {
            DropReason reason = ports[port].enqueue(mbuf, mac);
            if (reason != DropReason.NONE) {
                refuse(mbuf, reason);
            }
        }

        @Override
        public void failed(long mbuf) {
            refuse(mbuf, DropReason.NO_NEIGHBOUR);
        }
    }

    /** Drops a packet, or sends it back to Ingress if something may be done about it there. */
    private void refuse(long mbuf, DropReason reason) {
        boolean hope =
                Mbuf.has(mbuf, Mbuf.ENCRYPT | Mbuf.SEALED)
                        ? reason == DropReason.OVERSIZED
                                && Mbuf.has(mbuf, Mbuf.SEALED)
                                && Mbuf.has(mbuf, Mbuf.TO_FRAGMENT)
                        : IcmpErrors.isAnswered(reason);
        if (hope && goRound(mbuf, Mbuf.flags(mbuf) & ~(Mbuf.ENCRYPT | Mbuf.DECRYPT))) {
            Mbuf.dropReason(mbuf, reason.ordinal());
        } else {
            drops.drop(mbuf, reason);
        }
    }

    /** Sends a packet to Ingress with these flags, for another pass; false if there is no room. */
    private boolean goRound(long mbuf, int flags) {
        pool.move(mbuf, Owner.EGRESS, Owner.LOOP);
        if (!loop.add(mbuf)) {
            pool.move(mbuf, Owner.LOOP, Owner.EGRESS);
            return false;
        }
        Mbuf.flags(mbuf, flags);
        Mbuf.sa(mbuf, SaTable.NONE, 0);
        counters.add(Counter.LOOPED_PACKETS, 1);
        return true;
    }

    private DropReason encapsulated(long mbuf, int flags, int slot, int generation, long version) {
        OutboundState sa = sas.outboundState(slot, generation);
        if (sa == null) {
            return DropReason.SA_RETIRED;
        }
        if (sa.ah()) {
            AuthenticationHeader.complete(mbuf);
        }
        OuterHeader header = sa.outerHeader();
        PeerAddress peer = header.peer();
        if (header.wantsChecksum()) {
            long ip = Mbuf.data(mbuf);
            Udp.computeChecksumIpv6(ip, ip + Mbuf.l4Offset(mbuf));
        }
        int nextHop = sa.route(version);
        if (nextHop == OutboundState.ROUTE_UNKNOWN) {
            nextHop = tables.route(peer.high(), peer.low());
            sa.route(version, nextHop);
        }
        if (nextHop < 0) {
            return DropReason.NO_ROUTE;
        }
        Mbuf.nextHop(mbuf, nextHop);
        if ((flags & Mbuf.TO_FRAGMENT) != 0) {
            Mbuf.sequence(mbuf, sa.pathMtu().learned()); // its number is in the packet
            return DropReason.OVERSIZED;
        }
        return send(mbuf, nextHop, peer.high(), peer.low());
    }

    private DropReason decapsulated(long mbuf, int slot, int generation, long version) {
        InboundState sa = sas.inboundState(slot, generation);
        if (sa == null) {
            return DropReason.SA_RETIRED;
        }
        DropReason reason = replay.accept(sa, Mbuf.sequence(mbuf));
        if (reason == DropReason.NONE) {
            if (sa.follows() && sa.window().top() == Mbuf.sequence(mbuf)) {
                notePeer(mbuf, sa);
            }
            reason =
                    sa.ah() ? AuthenticationHeader.finish(mbuf, sa) : Decapsulator.finish(mbuf, sa);
        }
        if (reason != DropReason.NONE) {
            sas.countRefused(sa, reason);
            return reason;
        }
        if (Mbuf.has(mbuf, Mbuf.AGGREGATE)) {
            return toBeTakenApart(mbuf, slot, generation);
        }
        return opened(mbuf, sa, slot, generation, version);
    }

    /** Several packets: Ingress takes them apart. */
    private DropReason toBeTakenApart(long mbuf, int slot, int generation) {
        if (!goRound(mbuf, Mbuf.AGGREGATE)) {
            return DropReason.LOOP_FULL;
        }
        Mbuf.sa(mbuf, slot, generation);
        return DropReason.NONE;
    }

    /** One of several that came in one outer packet. */
    private DropReason takenApart(long mbuf, int slot, int generation, long version) {
        InboundState sa = sas.inboundState(slot, generation);
        Mbuf.flags(mbuf, Mbuf.flags(mbuf) & ~Mbuf.INNER);
        return sa == null ? DropReason.SA_RETIRED : opened(mbuf, sa, slot, generation, version);
    }

    /** Goes on with what was inside an SA's packet. */
    private DropReason opened(long mbuf, InboundState sa, int slot, int generation, long version) {
        if (parse(mbuf) != DropReason.NONE || key.isIpv6() != Mbuf.has(mbuf, Mbuf.IPV6)) {
            return DropReason.BAD_INNER_HEADER;
        }
        int bytes = key.length;
        if (sa.transport() && sa.encapsulated()) {
            // A NAT has changed the addresses that the checksum covers (RFC 3948 §3.1.2).
            Transport.recomputeChecksum(
                    key.packet, key.isIpv6(), key.protocol(), key.l4Offset, bytes);
        }
        sas.count(sa, bytes);
        decrypted++;
        decryptedBytes += bytes;
        if (sa.mss() != MtuRules.MSS_AS_IS && (key.flags & Mbuf.LATER_FRAGMENT) == 0) {
            clampMss(mbuf, sa, version);
        }

        long origin = Origin.decapsulated(slot, generation);
        int hash = FlowCache.hash(key, origin);
        long verdict = flows.find(key, origin, hash, version);
        if (verdict == FlowCache.MISS) {
            verdict = boundary.decideDecapsulated(key, sa);
            flows.put(key, origin, hash, version, verdict);
            counters.add(Counter.FLOW_MISSES, 1);
        } else {
            hits++;
        }
        if ((key.flags & Mbuf.FRAGMENT) != 0) {
            verdict = fragments.settle(key, origin, version, verdict, tables.time());
        }
        if (verdict == MISMATCH && key.isIcmpError()) {
            verdict = boundary.decideDecapsulatedError(key, sa);
        }
        return apply(mbuf, verdict);
    }

    /** Where the newest packet of an SA in UDP came from. */
    private static void notePeer(long mbuf, InboundState sa) {
        long ip = Mbuf.data(mbuf);
        boolean ipv6 = Mbuf.has(mbuf, Mbuf.IPV6);
        sa.cameFrom(
                ipv6 ? Ipv6.sourceHigh(ip) : 0,
                ipv6 ? Ipv6.sourceLow(ip) : Ipv4.sourceLow(ip),
                Udp.sourcePort(ip + Mbuf.l4Offset(mbuf) - Udp.HEADER_LENGTH));
    }

    /** Lowers the segment size that a SYN tells: segments will come by the tunnel's other SA. */
    private void clampMss(long mbuf, InboundState sa, long version) {
        Mbuf.transport(mbuf, key.protocol(), key.l4Offset);
        OutboundState out = tables.sad().outbound(sa.tunnel());
        if (TunnelMtu.clampMss(tables, mbuf, sa.mss(), out, version)) {
            counters.add(Counter.MSS_CLAMPED, 1);
        }
    }

    private DropReason apply(long mbuf, long verdict) {
        switch (Verdict.kind(verdict)) {
            case Verdict.DROP -> {
                return Verdict.reason(verdict);
            }
            case Verdict.LOOP -> {
                return goRound(mbuf, 0) ? DropReason.NONE : DropReason.LOOP_FULL;
            }
            default -> {
                if (!key.decrementTtl()) {
                    return DropReason.TTL_EXPIRED;
                }
                int nextHop = Verdict.index(verdict);
                Mbuf.nextHop(mbuf, nextHop);
                return send(mbuf, nextHop, key.destinationHigh, key.destinationLow);
            }
        }
    }

    /** Reads the packet's header into the key, and cuts off what is behind the packet. */
    private DropReason parse(long mbuf) {
        int length = Mbuf.length(mbuf);
        DropReason reason = key.parse(Mbuf.data(mbuf), length);
        if (reason == DropReason.NONE && key.length != length) {
            Mbuf.length(mbuf, key.length);
        }
        return reason;
    }

    /** Sends a packet that was only forwarded: its destination is in its own header. */
    private DropReason send(long mbuf) {
        if (Mbuf.has(mbuf, Mbuf.FRAME)) {
            return ports[Mbuf.port(mbuf)].enqueueFrame(mbuf);
        }
        int nextHop = Mbuf.nextHop(mbuf);
        if (!ports[tables.nextHops().get(nextHop).port()].needsNeighbours()) {
            return send(mbuf, nextHop, 0, 0);
        }
        DropReason reason = parse(mbuf);
        return reason == DropReason.NONE
                ? send(mbuf, nextHop, key.destinationHigh, key.destinationLow)
                : reason;
    }

    /** Hands a packet for this destination to the port of its next hop. */
    private DropReason send(long mbuf, int nextHop, long destinationHigh, long destinationLow) {
        if (nextHop != lastHop) {
            hop = tables.nextHops().get(nextHop);
            port = ports[hop.port()];
            lastHop = nextHop;
        }
        long mac = NeighbourTable.NONE;
        if (port.needsNeighbours()) {
            long high = hop.onLink() ? destinationHigh : hop.viaHigh();
            long low = hop.onLink() ? destinationLow : hop.viaLow();
            mac = tables.neighbours().lookup(hop.port(), high, low);
            if (mac == NeighbourTable.NONE) {
                return unknown(mbuf, hop.port(), high, low);
            }
        }
        return port.enqueue(mbuf, mac);
    }

    /** Has a packet wait, if its next hop can be asked for its link-layer address. */
    private DropReason unknown(long mbuf, int port, long high, long low) {
        if (!tables.portAddresses().has(port, !IpAddresses.isIpv4(high, low))) {
            return DropReason.NO_NEIGHBOUR; // there is no address to ask from
        }
        return unresolved.hold(mbuf, port, high, low);
    }

    private void countIcvFailure(int slot, int generation) {
        InboundState sa = sas.inboundState(slot, generation);
        if (sa != null) {
            sas.countRefused(sa, DropReason.ICV_FAILED);
        }
    }
}
