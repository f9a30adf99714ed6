package io.esplanade.engine.path;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.InboundState;
import io.esplanade.engine.ipsec.OutboundState;
import io.esplanade.engine.ipsec.ReplayGate;
import io.esplanade.engine.ipsec.SaTable;
import io.esplanade.engine.ipsec.SequenceSource;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.DropSink;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.mbuf.Owner;
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

    private final NeighbourNews news;
    private final SaTable sas;
    private final Numbering numbering;
    private final DropSink drops;
    private final CounterTable counters;
    private final SlowPath slow;
    private final PacketInHand packet;
    private final OwnEsp ownEsp;
    private final Forwarding forwarding;

    // Of the burst at work.
    private int port; // received on
    private int kept;

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
        this.news = tables.neighbourNews();
        this.sas = sas;
        this.numbering = new Numbering(sas, sequences, drops);
        this.drops = drops;
        this.counters = counters;
        this.slow = slow;
        this.packet = new PacketInHand(others, counters);
        this.ownEsp = new OwnEsp(tables, sas, replay, lane, slow, packet);
        this.forwarding =
                new Forwarding(tables, sas, numbering, flowCacheSize, counters, lane, slow, packet);
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
            DropReason reason =
                    link == LinkType.ETHERNET
                            ? EthernetInput.strip(mbuf, news, port)
                            : DropReason.NONE;
            if (reason == DropReason.NONE) {
                reason = classify(mbuf, origin, 1);
            }
            keep(burst, mbuf, reason, origin);
            if (packet.interrupts) {
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
            if (packet.interrupts) {
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
        packet.gone = reason == DropReason.NONE;
        packet.interrupts = slow.readyIsFull();
        return reason;
    }

    /** Has what was received behind the packet at work wait, behind what was made of it. */
    private void deferReceived(Burst burst, int from, int origin, LinkType link) {
        int left = from;
        for (int i = from; i < burst.count(); i++) {
            long mbuf = burst.get(i);
            DropReason reason =
                    link == LinkType.ETHERNET
                            ? EthernetInput.strip(mbuf, news, port)
                            : DropReason.NONE;
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
        packet.interrupts = false;
    }

    /** Goes on with a packet whose verdict is known. */
    private DropReason decided(long mbuf, int origin) {
        if (Mbuf.has(mbuf, Mbuf.ENCRYPT)) {
            DropReason malformed = packet.look(mbuf, 0);
            return malformed != DropReason.NONE
                    ? malformed
                    : forwarding.protect(mbuf, Mbuf.nextHop(mbuf), origin);
        }
        Mbuf.flags(mbuf, Mbuf.flags(mbuf) & ~Mbuf.DECIDED);
        return DropReason.NONE;
    }

    /** Goes on with a packet that Egress could not send, and has said why. */
    private DropReason returned(long mbuf, int pass) {
        DropReason reason = DropReason.of(Mbuf.dropReason(mbuf));
        Mbuf.dropReason(mbuf, DropReason.NONE.ordinal());
        DropReason malformed = packet.look(mbuf, pass);
        if (malformed != DropReason.NONE) {
            return malformed;
        }
        if (reason == DropReason.OVERSIZED) {
            packet.note(mbuf, packet.mbufFlags);
            reason = slow.tooLongForPort(mbuf);
            packet.interrupts = slow.interrupts();
            packet.gone = packet.interrupts;
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
            byte[] bytes = task.packet();
            long mbuf = mbufs.allocate(bytes.length, Owner.INGRESS);
            if (mbuf == Mbuf.NULL) {
                counters.add(Counter.NO_MBUF, 1);
                continue;
            }
            Mem.copyFrom(bytes, 0, Mbuf.data(mbuf), bytes.length);
            Mbuf.length(mbuf, bytes.length);
            keep(burst, mbuf, originate(mbuf, task), Origin.PROTECTED);
            if (packet.interrupts) {
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
        DropReason reason = packet.look(mbuf, 1);
        if (reason != DropReason.NONE) {
            return reason;
        }
        return switch (task) {
            case LaneTask.Send _ -> forwarding.routeOwn(mbuf);
            case LaneTask.Dummy dummy -> {
                packet.mbufFlags |= Mbuf.DUMMY;
                yield forwarding.protect(mbuf, dummy.tunnel(), Origin.PROTECTED);
            }
            case LaneTask.Frame _ -> throw new AssertionError("was sent on above");
        };
    }

    private void begin() {
        forwarding.begin();
        kept = 0;
        slow.begin();
    }

    private void keep(Burst burst, long mbuf, DropReason reason, int origin) {
        if (reason != DropReason.NONE) {
            refuse(mbuf, reason, origin);
        } else if (packet.gone) {
            packet.gone = false;
        } else {
            burst.set(kept++, mbuf);
        }
    }

    private void refuse(long mbuf, DropReason reason, int origin) {
        if (SlowPath.isAnswered(reason)) { // only what was looked at is dropped for these
            packet.note(mbuf, packet.mbufFlags);
            slow.refuse(mbuf, reason, packet, origin, forwarding.spd());
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
        forwarding.end();
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

    /**
     * Says what is to be done with a packet that begins with its IP header.
     *
     * @param pass how many passes this is to count: 1, or 0 if it was counted before
     */
    private DropReason classify(long mbuf, int origin, int pass) {
        DropReason reason = packet.look(mbuf, pass);
        if (reason != DropReason.NONE) {
            return reason;
        }
        // From the unprotected side, or on another pass: a nested SA.
        if ((origin == Origin.UNPROTECTED || packet.passes() > 1) && ownEsp.mayBe()) {
            reason = ownEsp.take(mbuf, origin);
            if (reason != null) {
                return reason;
            }
        }
        return forwarding.forward(mbuf, origin);
    }
}
