package io.esplanade.engine.path;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ip.Fragmenter;
import io.esplanade.engine.ip.IpConfig;
import io.esplanade.engine.ip.Reassembler;
import io.esplanade.engine.ip.TokenBucket;
import io.esplanade.engine.ip.TooBigMessage;
import io.esplanade.engine.ipsec.Fragmentation;
import io.esplanade.engine.ipsec.OutboundState;
import io.esplanade.engine.ipsec.SaTable;
import io.esplanade.engine.ipsec.Spd;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.DropSink;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.net.Ipv6;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.os.Mem;

/**
 * What Ingress does with the few packets that are not simply passed on or dropped: those too long,
 * and those that are answered with ICMP errors. What comes of it waits in the backlog, which
 * Ingress goes through before it takes in anything else. The thread of Ingress.
 */
public final class SlowPath {

    /** The most fragments of one packet: 64 KiB in pieces for 576 bytes. */
    private static final int MOST_FRAGMENTS = 128;

    /** How many packets ago one was sent that an ICMP error may still be about. */
    private static final int LATELY = 1 << 20;

    /** Twice as many as one payload of 64 KiB can hold, and more. */
    private static final int MOST_READY = 8192;

    private static final int MOST_IN_ONE = 4096;

    /** What encapsulation puts behind a packet and its padding, in bytes at most. */
    private static final int TAILROOM = 64;

    private final Tables tables;
    private final MbufPool pool;
    private final MbufSource source;
    private final DropSink drops;
    private final CounterTable counters;
    private final Clock clock;
    private final int lanes;
    private final Fragmenter fragmenter;
    private final IcmpErrors errors;
    private final boolean learnsPathMtu;
    private final TooBigMessage tooBig = new TooBigMessage();
    private final Reassembler reassembler;
    private final Burst front = new Burst(MOST_FRAGMENTS); // what comes before the rest of a burst
    private final Backlog backlog;
    private final Backlog ready = new Backlog(MOST_READY); // put together or taken apart
    private final Aggregator aggregator;
    private final Disaggregator disaggregator;
    private final Pacer pacer;
    private boolean timeKnown;
    private long now;
    private int mtu; // what would have fitted, of the packet refused last as OVERSIZED

    /**
     * @param source where mbufs come from, of fragments and of packets that need a larger one
     * @param burstSize the most packets that Ingress takes in at once
     * @param lane which one it is
     * @param lanes how many share the datagrams that come in fragments
     */
    public SlowPath(
            Tables tables,
            MbufPool pool,
            MbufSource source,
            DropSink drops,
            CounterTable counters,
            Clock clock,
            IpConfig config,
            int burstSize,
            int lane,
            int lanes) {
        this.tables = tables;
        this.pool = pool;
        this.source = source;
        this.drops = drops;
        this.counters = counters;
        this.clock = clock;
        this.lanes = lanes;
        learnsPathMtu = config.learnPathMtu();
        reassembler = new Reassembler(pool, source, drops, counters, config);
        fragmenter = new Fragmenter(source, drops, (int) clock.epochNanos() + (lane << 24));
        errors =
                new IcmpErrors(
                        tables,
                        new Boundary(tables),
                        new TokenBucket(
                                config.icmpErrorsPerSecond(),
                                IpConfig.ICMP_BURST,
                                clock.nanoTime()));
        aggregator = new Aggregator(tables, source, drops, ready);
        disaggregator = new Disaggregator(source, drops, ready);
        pacer = new Pacer(tables, pool, source, drops, counters, ready, lane, lanes);
        // The rest of a burst, one packet's fragments, and what bursts have been turned into.
        backlog = new Backlog(Integer.highestOneBit(4 * burstSize + 2 * MOST_FRAGMENTS) * 2);
    }

    /** Begins a burst: time is what it is when it is first asked for. */
    void begin() {
        timeKnown = false;
    }

    private long now() {
        if (!timeKnown) {
            timeKnown = true;
            now = clock.nanoTime();
        }
        return now;
    }

    /** Lowers the segment size that a SYN on its way out by this SA tells. */
    void clampMss(long mbuf, OutboundState sa, long version) {
        if (TunnelMtu.clampMss(tables, mbuf, sa.mss(), sa, version)) {
            counters.add(Counter.MSS_CLAMPED, 1);
        }
    }

    // Packets that travel together.

    Aggregator aggregator() {
        return aggregator;
    }

    Disaggregator disaggregator() {
        return disaggregator;
    }

    Pacer pacer() {
        return pacer;
    }

    /**
     * Has payloads be ready that are due; once in a duty cycle, behind {@link #expire}.
     *
     * @param closing whether padding alone is no longer sent
     */
    public void pace(boolean closing) {
        if (pacer.isActive() && ready.isEmpty()) {
            pacer.pace(now(), closing);
        }
    }

    /** Whether packets wait for their turn at a constant rate. */
    public boolean hasPaced() {
        return !pacer.isEmpty();
    }

    /** For how long, ns, {@link #pace} has nothing to do, if nothing comes in. */
    public long untilPaced() {
        return pacer.untilDue();
    }

    /** What was put together or taken apart, {@code INGRESS}'s, and comes before all that waits. */
    Backlog ready() {
        return ready;
    }

    /**
     * Whether one more packet might be put together or taken apart into more than there is room.
     */
    boolean readyIsFull() {
        return ready.room() < MOST_IN_ONE;
    }

    // The backlog.

    Backlog backlog() {
        return backlog;
    }

    /** Takes what waits into {@code burst}; it is {@code INGRESS}'s then. */
    void resume(Burst burst) {
        int first = burst.count();
        backlog.drain(burst);
        for (int i = first; i < burst.count(); i++) {
            pool.move(burst.get(i), Owner.HAND_OVER, Owner.INGRESS);
        }
    }

    /** Has a packet of {@code INGRESS} wait before all others. */
    void putBack(long mbuf) {
        pool.move(mbuf, Owner.INGRESS, Owner.HAND_OVER);
        backlog.addFirst(mbuf);
    }

    /**
     * Whether other packets have been made of the last one, so that the rest of its burst is to
     * wait behind them.
     */
    boolean interrupts() {
        return !front.isEmpty();
    }

    /** Has those wait before all others. */
    void putBackFront() {
        for (int i = front.count() - 1; i >= 0; i--) {
            putBack(front.get(i));
        }
        front.clear();
    }

    /** Drops all that waits, when no thread runs any more. */
    public void abandon() {
        for (long mbuf = backlog.poll(); mbuf != Mbuf.NULL; mbuf = backlog.poll()) {
            drops.drop(mbuf, DropReason.CLOSING);
        }
        for (long mbuf = ready.poll(); mbuf != Mbuf.NULL; mbuf = ready.poll()) {
            drops.drop(mbuf, DropReason.CLOSING);
        }
        pacer.abandon();
        reassembler.abandon(DropReason.CLOSING);
    }

    /** Drops what has waited too long; once in a duty cycle. */
    public void expire() {
        begin();
        if (!reassembler.isEmpty()) {
            reassembler.expire(now());
        }
    }

    /** Whether {@link #expire} would do anything. */
    public boolean hasExpired() {
        begin();
        return !reassembler.isEmpty() && reassembler.hasExpired(now());
    }

    // Fragments for the gateway itself.

    /** The lane that puts the datagram together of which the packet is a fragment. */
    int laneOf(long mbuf, FlowKey key) {
        long h = key.sourceHigh * 0x9e37_79b9_7f4a_7c15L ^ key.sourceLow;
        h = h * 0x9e37_79b9_7f4a_7c15L ^ key.destinationHigh;
        h = h * 0x9e37_79b9_7f4a_7c15L ^ key.destinationLow;
        h = (h ^ Reassembler.id(mbuf)) * 0x9e37_79b9_7f4a_7c15L;
        return (int) ((h >>> 33) % lanes);
    }

    /** Keeps a fragment, or has the datagram it completes go on before all others. */
    DropReason gather(long mbuf, FlowKey key, int origin) {
        DropReason reason =
                reassembler.add(
                        mbuf,
                        key.sourceHigh,
                        key.sourceLow,
                        key.destinationHigh,
                        key.destinationLow,
                        origin,
                        now());
        long whole = reassembler.takeWhole();
        if (whole != Mbuf.NULL) {
            if (origin == Origin.UNPROTECTED) {
                Mbuf.flags(whole, Mbuf.FROM_UNPROTECTED);
            }
            front.add(whole);
        }
        return reason;
    }

    // Packets that are refused.

    /** Whether {@link #refuse} may do more than drop a packet for this reason. */
    static boolean isAnswered(DropReason reason) {
        return reason == DropReason.NOT_FOR_US || IcmpErrors.isAnswered(reason);
    }

    /** Drops a packet, or has an ICMP error about it wait in its mbuf. */
    void refuse(long mbuf, DropReason reason, FlowKey key, int origin, Spd spd) {
        if (reason == DropReason.NOT_FOR_US && origin == Origin.UNPROTECTED) {
            drops.drop(mbuf, notForUs(mbuf));
        } else if (IcmpErrors.isAnswered(reason)
                && backlog.room() > MOST_FRAGMENTS
                && errors.answer(mbuf, reason, key, origin, mtu, spd, now())) {
            drops.dropPacket(reason);
            counters.add(Counter.ICMP_ERRORS_SENT, 1);
            pool.move(mbuf, Owner.INGRESS, Owner.HAND_OVER);
            backlog.addLast(mbuf);
        } else {
            drops.drop(mbuf, reason);
        }
    }

    /** Takes note of ICMP errors about ESP packets; says what becomes of a packet for us. */
    private DropReason notForUs(long mbuf) {
        if (!learnsPathMtu || !TooBigMessage.is(mbuf)) {
            return DropReason.NOT_FOR_US;
        }
        OutboundState sa = tooBig.read(mbuf) ? senderOf(tooBig) : null;
        if (sa == null) {
            return DropReason.ICMP_NOT_OURS;
        }
        if (sa.learnPathMtu(tooBig.mtu(), now())) {
            counters.add(Counter.PATH_MTU_LOWERED, 1);
        }
        return DropReason.ICMP_TAKEN_NOTE_OF;
    }

    /**
     * The SA that sent the packet which an ICMP error quotes, or null. Nobody authenticates the
     * error, so the quote must show what only who sees the path knows: SPI, both addresses, and a
     * sequence number that was given lately (RFC 4301 §8.2.1).
     */
    private OutboundState senderOf(TooBigMessage message) {
        int slot =
                tables.sad()
                        .outbound(
                                message.spi(), message.destinationHigh(), message.destinationLow());
        if (slot == SaTable.NONE
                || !(tables.sad().state(slot) instanceof OutboundState sa)
                || !sa.isFrom(message.sourceHigh(), message.sourceLow())) {
            return null;
        }
        int age = (int) sa.sequence() - message.sequence();
        return age >= 0 && age < LATELY ? sa : null;
    }

    // Packets that are too long.

    /**
     * Looks at a packet that is longer than what the SA was last known to take.
     *
     * @return {@link DropReason#NONE} if it fits after all, may be encapsulated as it is, or {@link
     *     #interrupts was cut or has moved}
     */
    DropReason fit(long mbuf, OutboundState sa, int tunnel, long version) {
        int inner = TunnelMtu.inner(tables, sa, version);
        int length = Mbuf.length(mbuf);
        if (length <= inner) {
            return makeRoom(mbuf, sa.padTo(), tunnel);
        }
        boolean ipv6 = Mbuf.has(mbuf, Mbuf.IPV6);
        boolean mayBeCut = !ipv6 && !Ipv4.dontFragment(Mbuf.data(mbuf));
        if (mayBeCut && sa.fragmentation() == Fragmentation.PRE && !sa.transport()) {
            Mbuf.nextHop(mbuf, tunnel);
            return cut(mbuf, inner, Mbuf.DECIDED | Mbuf.ENCRYPT);
        }
        boolean stays = sa.transport() && ipv6 && !Fragmenter.mayCut(Mbuf.data(mbuf));
        boolean mustPass = mayBeCut || ipv6 && length <= Ipv6.LEAST_MTU && !stays;
        if (mustPass && sa.fragmentation() != Fragmentation.NONE) {
            Mbuf.flags(mbuf, Mbuf.flags(mbuf) | Mbuf.TO_FRAGMENT);
            return DropReason.NONE;
        }
        mtu = mayBeCut ? 0 : ipv6 ? Math.max(inner, Ipv6.LEAST_MTU) : inner;
        return DropReason.OVERSIZED;
    }

    /** Has a packet that is to be padded to so many bytes go on in a larger mbuf, if it must. */
    private DropReason makeRoom(long mbuf, int padTo, int tunnel) {
        int room = Mbuf.capacity(mbuf) - Mbuf.offset(mbuf) - TAILROOM;
        int length = Mbuf.length(mbuf);
        if (padTo <= Math.max(length, room)) {
            return DropReason.NONE;
        }
        long larger = source.allocate(padTo + TAILROOM, Owner.INGRESS);
        if (larger == Mbuf.NULL) {
            return DropReason.NO_TAILROOM;
        }
        Mem.copy(Mbuf.data(mbuf), Mbuf.data(larger), length);
        Mbuf.length(larger, length);
        Fragmenter.inherit(larger, mbuf);
        Mbuf.flags(larger, Mbuf.flags(larger) | Mbuf.DECIDED | Mbuf.ENCRYPT);
        Mbuf.nextHop(larger, tunnel);
        front.add(larger);
        drops.giveBack(mbuf);
        return DropReason.NONE;
    }

    /**
     * Looks at a packet that Egress has sent back because it does not fit its port.
     *
     * @return {@link DropReason#NONE} if it {@link #interrupts was cut}
     */
    DropReason tooLongForPort(long mbuf) {
        int limit = tables.mtu(tables.nextHops().get(Mbuf.nextHop(mbuf)).port());
        mtu = 0;
        if (Mbuf.has(mbuf, Mbuf.TO_FRAGMENT)) {
            return cut(mbuf, Math.min(limit, (int) Mbuf.sequence(mbuf)), Mbuf.DECIDED);
        }
        if (Mbuf.has(mbuf, Mbuf.SEALED)) {
            return DropReason.OVERSIZED;
        }
        if (!Mbuf.has(mbuf, Mbuf.IPV6) && !Ipv4.dontFragment(Mbuf.data(mbuf))) {
            return cut(mbuf, limit, Mbuf.DECIDED);
        }
        mtu = limit;
        restoreTtl(mbuf); // an error quotes what came
        return DropReason.OVERSIZED;
    }

    private DropReason cut(long mbuf, int limit, int flags) {
        Mbuf.flags(mbuf, Mbuf.flags(mbuf) & ~Mbuf.TO_FRAGMENT | flags);
        if (Mbuf.length(mbuf) <= limit) {
            front.add(mbuf);
            return DropReason.NONE;
        }
        mtu = 0;
        DropReason reason = fragmenter.fragment(mbuf, limit, front);
        if (reason == DropReason.NONE) {
            counters.add(Counter.FRAGMENTED_PACKETS, 1);
            counters.add(Counter.FRAGMENTS_MADE, front.count());
        }
        return reason;
    }

    /** Gives back what forwarding took. */
    private static void restoreTtl(long mbuf) {
        long ip = Mbuf.data(mbuf);
        if (Mbuf.has(mbuf, Mbuf.IPV6)) {
            Ipv6.hopLimit(ip, Ipv6.hopLimit(ip) + 1);
        } else {
            Ipv4.ttl(ip, Ipv4.ttl(ip) + 1);
        }
    }
}
