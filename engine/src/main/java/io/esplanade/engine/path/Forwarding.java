package io.esplanade.engine.path;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.MtuRules;
import io.esplanade.engine.ipsec.OutboundState;
import io.esplanade.engine.ipsec.SaTable;
import io.esplanade.engine.ipsec.Spd;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.os.Padded;

/**
 * Packets that stand in clear: the verdict on their flow, from the cache or from {@link Boundary},
 * and what it takes to carry it out. One thread, Ingress's.
 */
final class Forwarding extends Padded {

    private final Tables tables;
    private final Boundary boundary;
    private final SaTable sas;
    private final Numbering numbering;
    private final FlowCache flows;
    private final FragmentTable fragments = new FragmentTable();
    private final CounterTable counters;
    private final int lane;
    private final SlowPath slow;
    private final PacketInHand packet;

    // Of the burst at work.
    private long version;
    private Spd spd;
    private int hits;
    private int bypassed;

    Forwarding(
            Tables tables,
            SaTable sas,
            Numbering numbering,
            int flowCacheSize,
            CounterTable counters,
            int lane,
            SlowPath slow,
            PacketInHand packet) {
        this.tables = tables;
        this.boundary = new Boundary(tables);
        this.sas = sas;
        this.numbering = numbering;
        this.flows = new FlowCache(flowCacheSize);
        this.counters = counters;
        this.lane = lane;
        this.slow = slow;
        this.packet = packet;
    }

    /** Before a burst: reads the tables' version, then the policies. */
    void begin() {
        version = tables.version();
        spd = tables.spd();
        hits = 0;
        bypassed = 0;
    }

    /** Behind a burst. */
    void end() {
        counters.add(Counter.FLOW_HITS, hits);
        counters.add(Counter.BYPASSED_PACKETS, bypassed);
    }

    /** The policies of this burst. */
    Spd spd() {
        return spd;
    }

    /**
     * Does with the packet in hand what its flow's verdict says.
     *
     * @return {@link DropReason#NONE}, or why it is dropped
     */
    DropReason forward(long mbuf, int origin) {
        long verdict = verdict(mbuf, origin);
        int kind = Verdict.kind(verdict);
        if (kind == Verdict.PROTECT) {
            return protect(mbuf, Verdict.index(verdict), origin);
        }
        if (kind == Verdict.DROP) {
            return refused(mbuf, Verdict.reason(verdict), origin);
        }
        if (!packet.decrementTtl()) {
            return DropReason.TTL_EXPIRED;
        }
        Mbuf.nextHop(mbuf, Verdict.index(verdict));
        if (kind == Verdict.BYPASS) {
            // Where it came from, should Egress send it back.
            int outside = origin == Origin.UNPROTECTED ? Mbuf.FROM_UNPROTECTED : 0;
            packet.note(mbuf, packet.mbufFlags | Mbuf.BYPASSED | outside);
            bypassed++;
        } else {
            packet.note(mbuf, packet.mbufFlags);
        }
        return DropReason.NONE;
    }

    /** A packet of the gateway's own, in clear. */
    DropReason routeOwn(long mbuf) {
        int nextHop = tables.route(packet.destinationHigh, packet.destinationLow);
        Mbuf.nextHop(mbuf, nextHop);
        packet.note(mbuf, packet.mbufFlags | Mbuf.LOCAL);
        return nextHop < 0 ? DropReason.NO_ROUTE : DropReason.NONE;
    }

    private long verdict(long mbuf, int origin) {
        int hash = FlowCache.hash(packet, origin);
        Mbuf.flowHash(mbuf, hash);
        long verdict = flows.find(packet, origin, hash, version);
        if (verdict == FlowCache.MISS) {
            verdict = boundary.decide(packet, origin, spd);
            flows.put(packet, origin, hash, version, verdict);
            counters.add(Counter.FLOW_MISSES, 1);
        } else {
            hits++;
        }
        if ((packet.flags & Mbuf.FRAGMENT) != 0) {
            verdict = fragments.settle(packet, origin, version, verdict, tables.time());
        }
        return verdict;
    }

    /** Drops a packet, but for an ICMP error that leaves as what answers its packet would. */
    private DropReason refused(long mbuf, DropReason reason, int origin) {
        if (reason != DropReason.NO_POLICY || origin != Origin.PROTECTED || !packet.isIcmpError()) {
            return reason;
        }
        long verdict = boundary.decideError(packet, spd);
        return Verdict.kind(verdict) == Verdict.PROTECT
                ? protect(mbuf, Verdict.index(verdict), origin)
                : Verdict.reason(verdict);
    }

    /** Chooses the tunnel's SA of this moment and takes its next sequence number. */
    DropReason protect(long mbuf, int tunnel, int origin) {
        OutboundState sa = sas.outbound(tunnel);
        if (sa == null) {
            return DropReason.NO_OUTBOUND_SA;
        }
        if (sa.lane() != lane) {
            return packet.handOver(mbuf, sa.lane(), origin);
        }
        if (sa.aggregates()) {
            return aggregate(mbuf, sa);
        }
        DropReason reason = admit(mbuf, sa, tunnel);
        if (reason == DropReason.NONE && !packet.gone) {
            reason = numbering.number(mbuf, sa, packet.length);
        }
        if (reason != DropReason.NONE || packet.gone) {
            sas.release(sa.slot(), sa.generation());
            if (reason == DropReason.SEQUENCE_EXHAUSTED) {
                Mbuf.sa(mbuf, sa.slot(), sa.generation()); // for the audit: whose they were
            }
            return reason;
        }
        int flags = packet.mbufFlags & ~Mbuf.DECIDED | Mbuf.ENCRYPT;
        packet.note(mbuf, flags, sa.slot(), sa.generation());
        return DropReason.NONE;
    }

    /** Whether the packet may go by this SA and fits it; if so it is ready but for its number. */
    private DropReason admit(long mbuf, OutboundState sa, int tunnel) {
        if (sa.transport()) {
            DropReason unfit = unfit(sa);
            if (unfit != DropReason.NONE) {
                return unfit;
            }
        }
        if (sa.mss() != MtuRules.MSS_AS_IS) {
            packet.note(mbuf, packet.mbufFlags);
            slow.clampMss(mbuf, sa, version);
        }
        if (packet.length > sa.longestInner(version)) {
            DropReason reason = fit(mbuf, sa, tunnel);
            if (reason != DropReason.NONE || packet.gone) {
                return reason;
            }
        }
        return packet.decrementTtl() ? DropReason.NONE : DropReason.TTL_EXPIRED;
    }

    /** Why a packet cannot go by a transport-mode SA, if it cannot (RFC 4301 §4.1, §7). */
    private DropReason unfit(OutboundState sa) {
        if ((packet.flags & Mbuf.FRAGMENT) != 0) {
            return DropReason.FRAGMENT;
        }
        boolean joined =
                sa.joins(
                        packet.sourceHigh,
                        packet.sourceLow,
                        packet.destinationHigh,
                        packet.destinationLow);
        return joined ? DropReason.NONE : DropReason.TRANSPORT_ADDRESS;
    }

    /** Puts a packet behind others of its SA; what is full goes on at the end of the burst. */
    private DropReason aggregate(long mbuf, OutboundState sa) {
        DropReason reason;
        boolean dummy = (packet.mbufFlags & Mbuf.DUMMY) != 0;
        if (!dummy && !packet.decrementTtl()) {
            reason = DropReason.TTL_EXPIRED;
        } else if (sa.rate() > 0) { // which is padding enough
            reason = dummy ? DropReason.DUMMY : slow.pacer().add(mbuf, sa);
        } else if (dummy) {
            reason = slow.aggregator().pad(mbuf, sa, version);
        } else {
            reason = slow.aggregator().add(mbuf, sa, version);
        }
        sas.release(sa.slot(), sa.generation());
        packet.gone = reason == DropReason.NONE;
        packet.interrupts = slow.readyIsFull();
        return reason;
    }

    /** Looks at a packet that is longer than what was last known to fit its SA. */
    private DropReason fit(long mbuf, OutboundState sa, int tunnel) {
        packet.note(mbuf, packet.mbufFlags);
        DropReason reason = slow.fit(mbuf, sa, tunnel, version);
        packet.mbufFlags = Mbuf.flags(mbuf);
        packet.interrupts = slow.interrupts();
        packet.gone = packet.interrupts;
        return reason;
    }
}
