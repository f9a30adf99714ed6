package io.esplanade.engine.path;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.InboundState;
import io.esplanade.engine.ipsec.OutboundState;
import io.esplanade.engine.ipsec.ReplayGate;
import io.esplanade.engine.ipsec.SaTable;
import io.esplanade.engine.ipsec.SequenceSource;
import io.esplanade.engine.ipsec.Spd;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.DropSink;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.net.Ethernet;
import io.esplanade.engine.net.IpProtocol;
import io.esplanade.engine.net.Udp;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.Side;

/**
 * The first stage: says of each packet received what is to be done with it, and takes sequence
 * numbers. Sequential: one thread, packets in order.
 *
 * <ol>
 *   <li>link-layer header off, IP header checked;
 *   <li>ESP for one of our SAs: find the SA, infer the number, look at the window early;
 *   <li>all else: the verdict on its flow, from the cache or from {@link Boundary}.
 * </ol>
 */
public final class Ingress {

    private static final int MAX_PASSES = 4;
    private static final int ESP_HEADER = 8;
    private static final int BEFORE_AH_SPI = 4;
    private static final int KEEPALIVE = 0xff;
    private static final int NON_ESP_MARKER = 0;

    private final Tables tables;
    private final Boundary boundary;
    private final SaTable sas;
    private final Numbering numbering;
    private final ReplayGate replay;
    private final FlowCache flows;
    private final FragmentTable fragments = new FragmentTable();
    private final DropSink drops;
    private final CounterTable counters;
    private final int lane;
    private final HandOver others;
    private final FlowKey key = new FlowKey();

    // Of the burst at work.
    private long version;
    private Spd spd;
    private int kept;
    private int hits;

    // Of the packet at work: what of its metadata is written when it is known where it goes.
    private long layout;
    private int flags;
    private boolean handedOver;

    /**
     * @param lane the lane whose SAs it knows
     * @param others the way to the lanes that have the other SAs
     */
    public Ingress(
            Tables tables,
            SaTable sas,
            SequenceSource sequences,
            ReplayGate replay,
            int flowCacheSize,
            DropSink drops,
            CounterTable counters,
            int lane,
            HandOver others) {
        this.tables = tables;
        this.boundary = new Boundary(tables);
        this.sas = sas;
        this.numbering = new Numbering(sas, sequences, drops);
        this.replay = replay;
        this.flows = new FlowCache(flowCacheSize);
        this.drops = drops;
        this.counters = counters;
        this.lane = lane;
        this.others = others;
    }

    /**
     * Classifies the packets received on one port; those to be dropped are, those of other lanes
     * are given to them, the others stay in the burst in order.
     */
    public void received(Burst burst, Side side, LinkType link) {
        begin();
        int origin = side == Side.PROTECTED ? Origin.PROTECTED : Origin.UNPROTECTED;
        int n = burst.count();
        for (int i = 0; i < n; i++) {
            long mbuf = burst.get(i);
            DropReason reason = link == LinkType.ETHERNET ? stripEthernet(mbuf) : DropReason.NONE;
            if (reason == DropReason.NONE) {
                reason = classify(mbuf, origin, 1);
            }
            keep(burst, mbuf, reason);
        }
        end(burst);
    }

    /** Classifies packets on another pass: decapsulated, on the protected side. */
    public void looped(Burst burst) {
        begin();
        int n = burst.count();
        for (int i = 0; i < n; i++) {
            long mbuf = burst.get(i);
            keep(burst, mbuf, classify(mbuf, Origin.PROTECTED, 1));
        }
        end(burst);
    }

    /** Classifies packets that another lane has begun to and found to be this one's. */
    public void handedOver(Burst burst) {
        begin();
        int n = burst.count();
        for (int i = 0; i < n; i++) {
            long mbuf = burst.get(i);
            boolean outside = Mbuf.has(mbuf, Mbuf.FROM_UNPROTECTED);
            Mbuf.flags(mbuf, Mbuf.flags(mbuf) & ~Mbuf.FROM_UNPROTECTED);
            int origin = outside ? Origin.UNPROTECTED : Origin.PROTECTED;
            keep(burst, mbuf, classify(mbuf, origin, 0));
        }
        end(burst);
    }

    /**
     * Makes packets of tasks, as many as there are and fit; one for which there is no mbuf is not
     * made.
     *
     * @return how many tasks were taken
     */
    public int originate(Burst burst, LaneTasks tasks, MbufSource mbufs) {
        begin();
        int taken = 0;
        LaneTask task;
        while (kept < burst.capacity() && (task = tasks.poll()) != null) {
            taken++;
            byte[] packet = task.packet();
            long mbuf = mbufs.allocate(packet.length, Owner.INGRESS);
            if (mbuf == Mbuf.NULL) {
                counters.add(Counter.NO_MBUF, 1);
                continue;
            }
            Mem.copyFrom(packet, 0, Mbuf.data(mbuf), packet.length);
            Mbuf.length(mbuf, packet.length);
            keep(burst, mbuf, originate(mbuf, task));
        }
        end(burst);
        return taken;
    }

    private DropReason originate(long mbuf, LaneTask task) {
        DropReason reason = key.parse(Mbuf.data(mbuf), Mbuf.length(mbuf));
        if (reason != DropReason.NONE) {
            return reason;
        }
        layout = Mbuf.layoutOf(Mbuf.offset(mbuf), 0, key.l4Offset, key.protocol, 1);
        flags = key.flags;
        return switch (task) {
            case LaneTask.Send _ -> routeOwn(mbuf);
            case LaneTask.Dummy dummy -> seal(mbuf, dummy.tunnel());
        };
    }

    /** A packet of the gateway's own, in clear. */
    private DropReason routeOwn(long mbuf) {
        int nextHop = tables.route(key.destinationHigh, key.destinationLow);
        Mbuf.nextHop(mbuf, nextHop);
        note(mbuf, flags | Mbuf.LOCAL, SaTable.NONE, 0);
        return nextHop < 0 ? DropReason.NO_ROUTE : DropReason.NONE;
    }

    /** A dummy. */
    private DropReason seal(long mbuf, int tunnel) {
        flags |= Mbuf.DUMMY;
        return protect(mbuf, tunnel, Origin.PROTECTED);
    }

    /** Before a burst: reads the tables' version, then the policies. */
    private void begin() {
        version = tables.version();
        spd = tables.spd();
        kept = 0;
        hits = 0;
    }

    private void keep(Burst burst, long mbuf, DropReason reason) {
        if (reason != DropReason.NONE) {
            drops.drop(mbuf, reason);
        } else if (handedOver) {
            handedOver = false;
        } else {
            burst.set(kept++, mbuf);
        }
    }

    private void end(Burst burst) {
        burst.count(kept);
        counters.add(Counter.FLOW_HITS, hits);
        numbering.numberRuns(burst);
    }

    private static DropReason stripEthernet(long mbuf) {
        if (Mbuf.length(mbuf) < Ethernet.HEADER_LENGTH) {
            return DropReason.RUNT;
        }
        long frame = Mbuf.data(mbuf);
        int type = Ethernet.type(frame);
        if (type != Ethernet.IPV4 && type != Ethernet.IPV6) {
            return DropReason.NOT_IP;
        }
        if (Ethernet.isGroup(Ethernet.destination(frame))) {
            return DropReason.MULTICAST; // whatever the packet says (RFC 1812 §5.3.4)
        }
        Mbuf.pull(mbuf, Ethernet.HEADER_LENGTH);
        return DropReason.NONE;
    }

    /**
     * Says what is to be done with a packet that begins with its IP header.
     *
     * @param pass how many passes this is to count: 1, or 0 if it was counted before
     */
    private DropReason classify(long mbuf, int origin, int pass) {
        long before = Mbuf.layout(mbuf);
        int passes = Mbuf.passesOf(before) + pass;
        if (passes > MAX_PASSES) {
            return DropReason.LOOP_LIMIT;
        }
        int offset = Mbuf.offsetOf(before);
        int length = Mbuf.length(mbuf);
        DropReason reason = key.parse(Mbuf.buffer(mbuf) + offset, length);
        if (reason != DropReason.NONE) {
            return reason;
        }
        if (key.length != length) {
            Mbuf.length(mbuf, key.length);
        }
        layout = Mbuf.layoutOf(offset, 0, key.l4Offset, key.protocol, passes);
        flags = Mbuf.flags(mbuf) & ~FlowKey.FLAGS | key.flags;
        if ((origin == Origin.UNPROTECTED || passes > 1) && mayBeOurs()) {
            reason = ownEsp(mbuf, origin);
            if (reason != null) {
                return reason;
            }
        }
        return apply(mbuf, verdict(mbuf, origin), origin);
    }

    /** Whether an SA of ours may be for it. */
    private boolean mayBeOurs() {
        return key.protocol == IpProtocol.ESP
                || key.protocol == IpProtocol.AH
                || key.protocol == IpProtocol.UDP
                        && tables.encapsulationPorts().contains(key.destinationPort)
                        && isLocal();
    }

    private long verdict(long mbuf, int origin) {
        int hash = FlowCache.hash(key, origin);
        Mbuf.flowHash(mbuf, hash);
        long verdict = flows.find(key, origin, hash, version);
        if (verdict == FlowCache.MISS) {
            verdict = boundary.decide(key, origin, spd);
            flows.put(key, origin, hash, version, verdict);
            counters.add(Counter.FLOW_MISSES, 1);
        } else {
            hits++;
        }
        if ((key.flags & Mbuf.FRAGMENT) != 0) {
            verdict = fragments.settle(key, origin, version, verdict, tables.time());
        }
        return verdict;
    }

    /**
     * Takes ESP packets for this gateway: from the unprotected side, or on another pass (a nested
     * SA).
     *
     * @return null if the packet is none; else {@link DropReason#NONE} or why it is dropped
     */
    private DropReason ownEsp(long mbuf, int origin) {
        if ((key.flags & Mbuf.FRAGMENT) != 0) {
            return isLocal() ? DropReason.FRAGMENT : null;
        }
        boolean udp = key.protocol == IpProtocol.UDP;
        if (udp) {
            DropReason reason = takeOutOfUdp();
            if (reason != DropReason.NONE) {
                return reason;
            }
        }
        boolean ah = key.protocol == IpProtocol.AH;
        int at = key.l4Offset + (ah ? BEFORE_AH_SPI : 0);
        if (key.length < at + ESP_HEADER) {
            return !isLocal() ? null : ah ? DropReason.AH_RUNT : DropReason.ESP_RUNT;
        }
        long esp = Mem.getLongBE(key.packet + at); // SPI and sequence number
        int slot = sas.inbound((int) (esp >>> 32), key.destinationHigh, key.destinationLow);
        if (slot == SaTable.NONE) {
            return isLocal() ? DropReason.NO_SA : null;
        }
        int generation = sas.generation(slot);
        InboundState sa = sas.inboundState(slot, generation);
        if (sa == null) {
            return DropReason.NO_SA;
        }
        if (sa.ah() != ah) { // SPIs are unique for both protocols together
            sas.release(slot, generation);
            return DropReason.NO_SA;
        }
        if (sa.lane() != lane) {
            return handOver(mbuf, sa.lane(), origin);
        }
        if (sa.encapsulated() != udp) {
            sas.release(slot, generation);
            return DropReason.ENCAPSULATION_MISMATCH;
        }
        if (udp) {
            Mbuf.length(mbuf, key.length);
        }
        long sequence = replay.infer(sa, (int) esp);
        DropReason early = replay.early(sa, sequence);
        if (early != DropReason.NONE) {
            sas.release(slot, generation);
            return early;
        }
        Mbuf.sequence(mbuf, sequence);
        note(mbuf, flags | Mbuf.DECRYPT, slot, generation);
        return DropReason.NONE;
    }

    /**
     * Tells apart what comes in UDP (RFC 3948 §2.2, §2.3): ESP, whose SPI is not 0, becomes what
     * the key and the layout speak of.
     */
    private DropReason takeOutOfUdp() {
        long udp = key.packet + key.l4Offset;
        int room = key.length - key.l4Offset;
        if (room < Udp.HEADER_LENGTH
                || Udp.length(udp) < Udp.HEADER_LENGTH
                || Udp.length(udp) > room) {
            return DropReason.RUNT;
        }
        int payload = Udp.length(udp) - Udp.HEADER_LENGTH;
        if (payload == 1 && Mem.getUnsignedByte(udp + Udp.HEADER_LENGTH) == KEEPALIVE) {
            return DropReason.KEEPALIVE;
        }
        if (payload < Integer.BYTES) {
            return DropReason.ESP_RUNT;
        }
        if (Mem.getInt(udp + Udp.HEADER_LENGTH) == NON_ESP_MARKER) {
            return DropReason.IKE;
        }
        key.l4Offset += Udp.HEADER_LENGTH;
        key.length = key.l4Offset + payload;
        layout =
                Mbuf.layoutOf(
                        Mbuf.offsetOf(layout),
                        0,
                        key.l4Offset,
                        IpProtocol.ESP,
                        Mbuf.passesOf(layout));
        return DropReason.NONE;
    }

    private boolean isLocal() {
        return tables.isLocal(key.destinationHigh, key.destinationLow);
    }

    /** Writes what was found out into the metadata, in two words. */
    private void note(long mbuf, int newFlags, int slot, int generation) {
        Mbuf.dispatch(mbuf, newFlags, slot);
        Mbuf.layout(mbuf, layout | (long) generation << 16);
    }

    /** Gives a packet to the lane that has its SA, whose Ingress begins with it anew. */
    private DropReason handOver(long mbuf, int to, int origin) {
        int outside = origin == Origin.UNPROTECTED ? Mbuf.FROM_UNPROTECTED : 0;
        note(mbuf, flags | outside, SaTable.NONE, 0);
        if (!others.give(to, mbuf)) {
            return DropReason.HAND_OVER_FULL;
        }
        handedOver = true;
        counters.add(Counter.HAND_OVERS, 1);
        return DropReason.NONE;
    }

    private DropReason apply(long mbuf, long verdict, int origin) {
        int kind = Verdict.kind(verdict);
        if (kind == Verdict.PROTECT) {
            return protect(mbuf, Verdict.index(verdict), origin);
        }
        if (kind == Verdict.DROP) {
            return Verdict.reason(verdict);
        }
        if (!key.decrementTtl()) {
            return DropReason.TTL_EXPIRED;
        }
        Mbuf.nextHop(mbuf, Verdict.index(verdict));
        if (kind == Verdict.BYPASS) {
            note(mbuf, flags | Mbuf.BYPASSED, SaTable.NONE, 0);
            counters.add(Counter.BYPASSED_PACKETS, 1);
        } else {
            note(mbuf, flags, SaTable.NONE, 0);
        }
        return DropReason.NONE;
    }

    /** Why a packet cannot go by a transport-mode SA, if it cannot (RFC 4301 §4.1, §7). */
    private DropReason unfit(OutboundState sa) {
        if ((key.flags & Mbuf.FRAGMENT) != 0) {
            return DropReason.FRAGMENT;
        }
        boolean joined =
                sa.joins(key.sourceHigh, key.sourceLow, key.destinationHigh, key.destinationLow);
        return joined ? DropReason.NONE : DropReason.TRANSPORT_ADDRESS;
    }

    /** Chooses the tunnel's SA of this moment and takes its next sequence number. */
    private DropReason protect(long mbuf, int tunnel, int origin) {
        int slot = sas.outbound(tunnel);
        if (slot == SaTable.NONE) {
            return DropReason.NO_OUTBOUND_SA;
        }
        int generation = sas.generation(slot);
        OutboundState sa = sas.outboundState(slot, generation);
        if (sa == null) {
            return DropReason.NO_OUTBOUND_SA;
        }
        if (sa.lane() != lane) {
            return handOver(mbuf, sa.lane(), origin);
        }
        if (sa.transport()) {
            DropReason unfit = unfit(sa);
            if (unfit != DropReason.NONE) {
                sas.release(slot, generation);
                return unfit;
            }
        }
        DropReason reason =
                key.decrementTtl()
                        ? numbering.number(mbuf, sa, key.length)
                        : DropReason.TTL_EXPIRED;
        if (reason != DropReason.NONE) {
            sas.release(slot, generation);
            return reason;
        }
        note(mbuf, flags | Mbuf.ENCRYPT, slot, generation);
        return DropReason.NONE;
    }
}
