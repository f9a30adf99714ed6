package io.esplanade.engine.path;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.InboundState;
import io.esplanade.engine.ipsec.MtuRules;
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
import io.esplanade.engine.net.Icmp;
import io.esplanade.engine.net.IpProtocol;
import io.esplanade.engine.net.Ipv6;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Padded;
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
public final class Ingress extends Padded {

    private static final int MAX_PASSES = 4;
    private static final int ESP_HEADER = 8;
    private static final int BEFORE_AH_SPI = 4;

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
    private final SlowPath slow;
    private final FlowKey key = new FlowKey();

    // Of the burst at work.
    private long version;
    private Spd spd;
    private int port; // received on
    private int kept;
    private int hits;

    // Of the packet at work: what of its metadata is written when it is known where it goes.
    private long layout;
    private int flags;
    private boolean handedOver; // it, or what was made of it
    private boolean interrupted; // what was made of it comes before the rest of its burst

    /**
     * @param lane the lane whose SAs it knows
     * @param others the way to the lanes that have the other SAs
     * @param slow for what takes more than a look
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
            HandOver others,
            SlowPath slow) {
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
        this.slow = slow;
    }

    /**
     * Classifies the packets received on one port; those to be dropped are, those of other lanes
     * are given to them, the others stay in the burst in order.
     *
     * @param port the port's index
     */
    public void received(Burst burst, int port, Side side, LinkType link) {
        begin();
        this.port = port;
        int origin = side == Side.PROTECTED ? Origin.PROTECTED : Origin.UNPROTECTED;
        int n = burst.count();
        for (int i = 0; i < n; i++) {
            long mbuf = burst.get(i);
            DropReason reason = link == LinkType.ETHERNET ? stripEthernet(mbuf) : DropReason.NONE;
            if (reason == DropReason.NONE) {
                reason = classify(mbuf, origin, 1);
            }
            keep(burst, mbuf, reason, origin);
            if (interrupted) {
                deferReceived(burst, i + 1, origin, link);
                break;
            }
        }
        end(burst);
    }

    /**
     * Goes on with packets on another pass: those that are decapsulated, on the protected side, and
     * those that Egress could not send.
     */
    public void looped(Burst burst) {
        again(burst, 1);
    }

    /** Goes on with packets that another lane has begun to classify and found to be this one's. */
    public void handedOver(Burst burst) {
        again(burst, 0);
    }

    /** Whether packets taken in before wait: {@link #resume} comes before any other burst. */
    public boolean hasBacklog() {
        return !slow.backlog().isEmpty() || !slow.ready().isEmpty();
    }

    /** Takes packets that wait into the empty burst and goes on with them; says how many. */
    public int resume(Burst burst) {
        if (!slow.ready().isEmpty()) {
            begin();
            end(burst);
            return burst.count();
        }
        slow.resume(burst);
        int n = burst.count();
        again(burst, 0);
        return n;
    }

    private void again(Burst burst, int pass) {
        begin();
        int n = burst.count();
        for (int i = 0; i < n; i++) {
            long mbuf = burst.get(i);
            int before = Mbuf.flags(mbuf);
            boolean outside = (before & Mbuf.FROM_UNPROTECTED) != 0;
            int origin = outside ? Origin.UNPROTECTED : Origin.PROTECTED;
            Mbuf.flags(mbuf, before & ~Mbuf.FROM_UNPROTECTED);
            DropReason reason;
            if ((before & Mbuf.AGGREGATE) != 0) {
                reason = takeApart(mbuf);
            } else if ((before & Mbuf.DECIDED) != 0) {
                reason = decided(mbuf, origin);
            } else if (Mbuf.dropReason(mbuf) != DropReason.NONE.ordinal()) {
                reason = returned(mbuf, pass);
            } else {
                reason = classify(mbuf, origin, pass);
            }
            keep(burst, mbuf, reason, origin);
            if (interrupted) {
                defer(burst, i + 1, pass);
                break;
            }
        }
        end(burst);
    }

    /** Takes the packets out of what an SA brought: each goes on for itself to Egress. */
    private DropReason takeApart(long mbuf) {
        InboundState sa = sas.inboundState(Mbuf.sa(mbuf), Mbuf.saGeneration(mbuf));
        if (sa == null) {
            return DropReason.SA_RETIRED;
        }
        DropReason reason = slow.disaggregator().split(mbuf, sa);
        handedOver = reason == DropReason.NONE;
        interrupted = slow.readyIsFull();
        return reason;
    }

    /** Has what was received behind the packet at work wait, behind what was made of it. */
    private void deferReceived(Burst burst, int from, int origin, LinkType link) {
        int left = from;
        for (int i = from; i < burst.count(); i++) {
            long mbuf = burst.get(i);
            DropReason reason = link == LinkType.ETHERNET ? stripEthernet(mbuf) : DropReason.NONE;
            if (reason != DropReason.NONE) {
                drops.drop(mbuf, reason);
                continue;
            }
            if (origin == Origin.UNPROTECTED) {
                Mbuf.flags(mbuf, Mbuf.flags(mbuf) | Mbuf.FROM_UNPROTECTED);
            }
            burst.set(left++, mbuf);
        }
        burst.count(left);
        defer(burst, from, 1);
    }

    private void defer(Burst burst, int from, int pass) {
        for (int i = burst.count() - 1; i >= from; i--) {
            long mbuf = burst.get(i);
            Mbuf.passes(mbuf, Mbuf.passes(mbuf) + pass);
            slow.putBack(mbuf);
        }
        slow.putBackFront();
        interrupted = false;
    }

    /** Goes on with a packet whose verdict is known. */
    private DropReason decided(long mbuf, int origin) {
        if (Mbuf.has(mbuf, Mbuf.ENCRYPT)) {
            DropReason malformed = look(mbuf, 0);
            return malformed != DropReason.NONE
                    ? malformed
                    : protect(mbuf, Mbuf.nextHop(mbuf), origin);
        }
        Mbuf.flags(mbuf, Mbuf.flags(mbuf) & ~Mbuf.DECIDED);
        return DropReason.NONE;
    }

    /** Goes on with a packet that Egress could not send, and has said why. */
    private DropReason returned(long mbuf, int pass) {
        DropReason reason = DropReason.of(Mbuf.dropReason(mbuf));
        Mbuf.dropReason(mbuf, DropReason.NONE.ordinal());
        DropReason malformed = look(mbuf, pass);
        if (malformed != DropReason.NONE) {
            return malformed;
        }
        if (reason == DropReason.OVERSIZED) {
            note(mbuf, flags, SaTable.NONE, 0);
            reason = slow.tooLongForPort(mbuf);
            interrupted = slow.interrupts();
            handedOver = interrupted;
        }
        return reason;
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
            keep(burst, mbuf, originate(mbuf, task), Origin.PROTECTED);
            if (interrupted) {
                defer(burst, burst.count(), 0);
            }
        }
        end(burst);
        return taken;
    }

    private DropReason originate(long mbuf, LaneTask task) {
        if (task instanceof LaneTask.Frame frame) {
            Mbuf.port(mbuf, frame.port(), 0);
            Mbuf.flags(mbuf, Mbuf.FRAME | Mbuf.LOCAL);
            return DropReason.NONE;
        }
        DropReason reason = key.parse(Mbuf.data(mbuf), Mbuf.length(mbuf));
        if (reason != DropReason.NONE) {
            return reason;
        }
        layout = Mbuf.layoutOf(Mbuf.offset(mbuf), 0, key.l4Offset, key.protocol, 1);
        flags = key.flags;
        return switch (task) {
            case LaneTask.Send _ -> routeOwn(mbuf);
            case LaneTask.Dummy dummy -> seal(mbuf, dummy.tunnel());
            case LaneTask.Frame _ -> throw new AssertionError("was sent on above");
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
        slow.begin();
    }

    private void keep(Burst burst, long mbuf, DropReason reason, int origin) {
        if (reason != DropReason.NONE) {
            refuse(mbuf, reason, origin);
        } else if (handedOver) {
            handedOver = false;
        } else {
            burst.set(kept++, mbuf);
        }
    }

    private void refuse(long mbuf, DropReason reason, int origin) {
        if (SlowPath.isAnswered(reason)) { // only what was looked at is dropped for these
            note(mbuf, flags, SaTable.NONE, 0);
            slow.refuse(mbuf, reason, key, origin, spd);
        } else {
            drops.drop(mbuf, reason);
        }
    }

    private void end(Burst burst) {
        slow.aggregator().flush();
        while (!slow.ready().isEmpty() && kept < burst.capacity()) {
            keepReady(burst, slow.ready().poll());
        }
        burst.count(kept);
        counters.add(Counter.FLOW_HITS, hits);
        numbering.numberRuns(burst);
    }

    /** Has a packet go on that was put together, when it has its number, or taken apart. */
    private void keepReady(Burst burst, long mbuf) {
        if (Mbuf.has(mbuf, Mbuf.ENCRYPT)) {
            OutboundState sa = sas.outboundState(Mbuf.sa(mbuf), Mbuf.saGeneration(mbuf));
            DropReason reason =
                    sa == null
                            ? DropReason.SA_RETIRED
                            : numbering.number(mbuf, sa, Mbuf.length(mbuf));
            if (reason != DropReason.NONE) {
                drops.drop(mbuf, reason);
                return;
            }
        }
        burst.set(kept++, mbuf);
    }

    private DropReason stripEthernet(long mbuf) {
        int length = Mbuf.length(mbuf);
        if (length < Ethernet.HEADER_LENGTH) {
            return DropReason.RUNT;
        }
        long frame = Mbuf.data(mbuf);
        int type = Ethernet.type(frame);
        if (type != Ethernet.IPV4) {
            if (type == Ethernet.ARP || type == Ethernet.IPV6 && isDiscovery(frame, length)) {
                return tables.neighbourNews().hear(port, frame, length)
                        ? DropReason.NEIGHBOUR_TAKEN_NOTE_OF
                        : DropReason.NEIGHBOUR_QUEUE_FULL;
            }
            if (type != Ethernet.IPV6) {
                return DropReason.NOT_IP;
            }
        }
        if (Ethernet.isGroup(Ethernet.destination(frame))) {
            return DropReason.MULTICAST; // whatever the packet says (RFC 1812 §5.3.4)
        }
        Mbuf.pull(mbuf, Ethernet.HEADER_LENGTH);
        return DropReason.NONE;
    }

    /** Whether a frame is of neighbour discovery: never forwarded (RFC 4861 §3.1). */
    private static boolean isDiscovery(long frame, int length) {
        long ip = frame + Ethernet.HEADER_LENGTH;
        return length > Ethernet.HEADER_LENGTH + Ipv6.HEADER_LENGTH
                && Ipv6.nextHeader(ip) == IpProtocol.ICMPV6
                && Ipv6.hopLimit(ip) == Icmp.DISCOVERY_HOP_LIMIT
                && Icmp.isDiscovery(Icmp.type(ip + Ipv6.HEADER_LENGTH));
    }

    /**
     * Says what is to be done with a packet that begins with its IP header.
     *
     * @param pass how many passes this is to count: 1, or 0 if it was counted before
     */
    private DropReason classify(long mbuf, int origin, int pass) {
        DropReason reason = look(mbuf, pass);
        if (reason != DropReason.NONE) {
            return reason;
        }
        if ((origin == Origin.UNPROTECTED || Mbuf.passesOf(layout) > 1) && mayBeOurs()) {
            reason = ownEsp(mbuf, origin);
            if (reason != null) {
                return reason;
            }
        }
        return apply(mbuf, verdict(mbuf, origin), origin);
    }

    /** Reads a packet's headers into the key, and what is to become of its metadata. */
    private DropReason look(long mbuf, int pass) {
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
        return DropReason.NONE;
    }

    /** Whether an SA of ours may be for it. */
    private boolean mayBeOurs() {
        return key.protocol == IpProtocol.ESP
                || key.protocol == IpProtocol.AH
                || key.protocol == IpProtocol.UDP
                        && (tables.encapsulationPorts().contains(key.destinationPort)
                                || (key.flags & Mbuf.LATER_FRAGMENT) != 0)
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
            return isLocal() ? gather(mbuf, origin) : null;
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

    /** Makes key and layout speak of the ESP packet in a datagram. */
    private DropReason takeOutOfUdp() {
        DropReason reason = EspInUdp.takeOut(key);
        int passes = Mbuf.passesOf(layout);
        layout = Mbuf.layoutOf(Mbuf.offsetOf(layout), 0, key.l4Offset, IpProtocol.ESP, passes);
        return reason;
    }

    /** Has a fragment wait for the others, in the lane that has them. */
    private DropReason gather(long mbuf, int origin) {
        note(mbuf, flags, SaTable.NONE, 0);
        int owner = slow.laneOf(mbuf, key);
        if (owner != lane) {
            return handOver(mbuf, owner, origin);
        }
        DropReason reason = slow.gather(mbuf, key, origin);
        handedOver = reason == DropReason.NONE;
        interrupted = slow.interrupts();
        return reason;
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
            return refused(mbuf, Verdict.reason(verdict), origin);
        }
        if (!key.decrementTtl()) {
            return DropReason.TTL_EXPIRED;
        }
        Mbuf.nextHop(mbuf, Verdict.index(verdict));
        if (kind == Verdict.BYPASS) {
            // Where it came from, should Egress send it back.
            int outside = origin == Origin.UNPROTECTED ? Mbuf.FROM_UNPROTECTED : 0;
            note(mbuf, flags | Mbuf.BYPASSED | outside, SaTable.NONE, 0);
            counters.add(Counter.BYPASSED_PACKETS, 1);
        } else {
            note(mbuf, flags, SaTable.NONE, 0);
        }
        return DropReason.NONE;
    }

    /** Drops a packet, but for an ICMP error that leaves as what answers its packet would. */
    private DropReason refused(long mbuf, DropReason reason, int origin) {
        if (reason != DropReason.NO_POLICY || origin != Origin.PROTECTED || !key.isIcmpError()) {
            return reason;
        }
        long verdict = boundary.decideError(key, spd);
        return Verdict.kind(verdict) == Verdict.PROTECT
                ? protect(mbuf, Verdict.index(verdict), origin)
                : Verdict.reason(verdict);
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
        if (sa.aggregates()) {
            return aggregate(mbuf, sa, slot, generation);
        }
        if (sa.mss() != MtuRules.MSS_AS_IS) {
            note(mbuf, flags, SaTable.NONE, 0);
            slow.clampMss(mbuf, sa, version);
        }
        DropReason reason =
                key.length > sa.longestInner(version) ? fit(mbuf, sa, tunnel) : DropReason.NONE;
        if (reason == DropReason.NONE && !handedOver) {
            reason =
                    key.decrementTtl()
                            ? numbering.number(mbuf, sa, key.length)
                            : DropReason.TTL_EXPIRED;
        }
        if (reason != DropReason.NONE || handedOver) {
            sas.release(slot, generation);
            if (reason == DropReason.SEQUENCE_EXHAUSTED) {
                Mbuf.sa(mbuf, slot, generation); // for the audit: whose they were
            }
            return reason;
        }
        note(mbuf, flags & ~Mbuf.DECIDED | Mbuf.ENCRYPT, slot, generation);
        return DropReason.NONE;
    }

    /** Puts a packet behind others of its SA; what is full goes on at the end of the burst. */
    private DropReason aggregate(long mbuf, OutboundState sa, int slot, int generation) {
        DropReason reason;
        boolean dummy = (flags & Mbuf.DUMMY) != 0;
        if (!dummy && !key.decrementTtl()) {
            reason = DropReason.TTL_EXPIRED;
        } else if (sa.rate() > 0) { // which is padding enough
            reason = dummy ? DropReason.DUMMY : slow.pacer().add(mbuf, sa);
        } else if (dummy) {
            reason = slow.aggregator().pad(mbuf, sa, slot, generation, version);
        } else {
            reason = slow.aggregator().add(mbuf, sa, slot, generation, version);
        }
        sas.release(slot, generation);
        handedOver = reason == DropReason.NONE;
        interrupted = slow.readyIsFull();
        return reason;
    }

    /** Looks at a packet that is longer than what was last known to fit its SA. */
    private DropReason fit(long mbuf, OutboundState sa, int tunnel) {
        note(mbuf, flags, SaTable.NONE, 0);
        DropReason reason = slow.fit(mbuf, sa, tunnel, version);
        flags = Mbuf.flags(mbuf);
        interrupted = slow.interrupts();
        handedOver = interrupted;
        return reason;
    }
}
