package io.esplanade.engine.path;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.OutboundState;
import io.esplanade.engine.ipsec.Sad;
import io.esplanade.engine.mbuf.DropSink;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.mbuf.Owner;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Sends payloads of one size at a constant rate on the tunnels that are to (RFC 9347 §2.4.1):
 * filled with what waits, and padded if that is too little or nothing. The thread of Ingress, by
 * the clock of its duty cycle.
 *
 * <p>A packet waits in its own mbuf until its last byte has gone. If the tunnel has another SA by
 * then, it goes by that from its first byte on (§2.2.3: its parts must not go by two).
 */
final class Pacer {

    /** Packets of a tunnel that wait at most. */
    static final int MOST_WAITING = 256;

    /** Payloads that are made up for, of those that were due while the lane did other things. */
    static final int MOST_LATE = 32;

    /** Of a lane's mbufs the part, as a shift, that may wait in all. */
    private static final int PART_WAITING = 2;

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long SOON = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int[] NO_TUNNELS = {};

    private final Tables tables;
    private final Sad sad;
    private final MbufPool pool;
    private final MbufSource source;
    private final DropSink drops;
    private final CounterTable counters;
    private final Backlog ready;
    private final int lane;
    private final int most; // packets that wait in all

    private int[] known = NO_TUNNELS; // what of the tables' this has taken in
    private final List<Stream> streams = new ArrayList<>();
    private Stream[] byTunnel = {};
    private int waiting; // packets, of all tunnels
    private long nextDue = Long.MAX_VALUE; // for none
    private long untilDue = Long.MAX_VALUE; // when that was last looked at

    /** What goes by one tunnel. */
    private static final class Stream {
        final int tunnel;
        final Backlog packets = new Backlog(MOST_WAITING);
        int gone; // bytes of the first one
        OutboundState sa; // that they went by
        int rate;
        long began;
        long payloads; // since then, less than a second's

        Stream(int tunnel) {
            this.tunnel = tunnel;
        }

        /** Begins to count: the first payload is due an interval from now. */
        void restart(long now) {
            began = now;
            payloads = 1;
        }

        long due() {
            return began + payloads * SECOND / rate;
        }

        void advance() {
            if (++payloads > rate) { // no rounding adds up
                payloads -= rate;
                began += SECOND;
            }
        }
    }

    /**
     * @param ready where payloads wait for their numbers
     * @param lanes how many share the pool
     */
    Pacer(
            Tables tables,
            MbufPool pool,
            MbufSource source,
            DropSink drops,
            CounterTable counters,
            Backlog ready,
            int lane,
            int lanes) {
        this.tables = tables;
        this.sad = tables.sad();
        this.pool = pool;
        this.source = source;
        this.drops = drops;
        this.counters = counters;
        this.ready = ready;
        this.lane = lane;
        most = Math.max(1, pool.smallCount() / lanes >>> PART_WAITING);
    }

    /** Whether a tunnel of any lane is to be sent on at a rate. */
    boolean isActive() {
        return known != tables.paced() || !streams.isEmpty();
    }

    /** Whether no packet waits. */
    boolean isEmpty() {
        return waiting == 0;
    }

    /** For how long, ns, nothing was due when that was last looked at. */
    long untilDue() {
        return untilDue;
    }

    /**
     * Has a packet wait for its turn.
     *
     * @return {@link DropReason#NONE}, or why it was left
     */
    DropReason add(long mbuf, OutboundState sa) {
        if (known != tables.paced()) {
            adopt();
        }
        Stream stream = sa.tunnel() < byTunnel.length ? byTunnel[sa.tunnel()] : null;
        if (stream == null) {
            return DropReason.SA_RETIRED;
        }
        if (stream.packets.room() == 0 || waiting == most) {
            return DropReason.PACING_QUEUE_FULL;
        }
        pool.move(mbuf, Owner.INGRESS, Owner.HAND_OVER);
        stream.packets.addLast(mbuf);
        waiting++;
        return DropReason.NONE;
    }

    /**
     * Makes the payloads that are due by now; once in a duty cycle, when no others wait.
     *
     * @param closing whether padding alone is no longer sent
     */
    void pace(long now, boolean closing) {
        if (known != tables.paced()) {
            adopt();
            nextDue = now;
        }
        if (now >= nextDue) {
            long version = tables.version();
            nextDue = Long.MAX_VALUE;
            for (int i = 0; i < streams.size(); i++) {
                Stream stream = streams.get(i);
                nextDue = Math.min(nextDue, send(stream, now, version, closing));
            }
        }
        untilDue = nextDue == Long.MAX_VALUE ? nextDue : nextDue - now;
    }

    /** Takes in which tunnels are to be sent on at a rate. */
    private void adopt() {
        known = tables.paced();
        int[] tunnels = known;
        for (int i = streams.size() - 1; i >= 0; i--) {
            Stream stream = streams.get(i);
            if (Arrays.binarySearch(tunnels, stream.tunnel) < 0) {
                abandon(stream, DropReason.SA_RETIRED);
                streams.remove(i);
                byTunnel[stream.tunnel] = null;
            }
        }
        for (int tunnel : tunnels) {
            if (tunnel >= byTunnel.length) {
                byTunnel = Arrays.copyOf(byTunnel, Math.max(16, 2 * tunnel));
            }
            if (byTunnel[tunnel] == null) {
                byTunnel[tunnel] = new Stream(tunnel);
                streams.add(byTunnel[tunnel]);
            }
        }
    }

    /** Sends what is due by one tunnel; says when to look at it again. */
    private long send(Stream stream, long now, long version, boolean closing) {
        OutboundState sa = sad.outbound(stream.tunnel);
        if (sa == null) {
            return now + SOON; // it is being added, or has just been removed
        }
        if (sa.lane() != lane || sa.rate() == 0) {
            abandon(stream, DropReason.SA_RETIRED);
            return sa.lane() == lane ? now + SOON : Long.MAX_VALUE;
        }
        if (stream.rate != sa.rate()) {
            stream.rate = sa.rate();
            stream.restart(now);
        }
        if (stream.sa != sa) {
            stream.sa = sa;
            stream.gone = 0;
        }
        for (int i = 0; i < MOST_LATE && now >= stream.due(); i++) {
            stream.advance();
            if (ready.room() > 0 && !(closing && stream.packets.isEmpty())) {
                makePayload(stream, sa, version);
            }
        }
        if (now >= stream.due()) {
            stream.restart(now);
        }
        return stream.due();
    }

    private void makePayload(Stream stream, OutboundState sa, long version) {
        int size = Payload.size(tables, sa, version);
        if (size <= Payload.HEADER) {
            return; // the path takes none
        }
        Backlog packets = stream.packets;
        long first = packets.first();
        int offset = stream.gone == 0 ? 0 : Mbuf.length(first) - stream.gone;
        long time = first == Mbuf.NULL ? 0 : Mbuf.time(first);
        long payload = Payload.begin(source, size, offset, time, sa);
        if (payload == Mbuf.NULL) {
            counters.add(Counter.NO_MBUF, 1);
            return;
        }
        while (!packets.isEmpty() && !Payload.isFull(payload, size)) {
            long mbuf = packets.first();
            stream.gone += Payload.append(payload, size, mbuf, stream.gone);
            if (stream.gone == Mbuf.length(mbuf)) {
                pool.move(packets.poll(), Owner.HAND_OVER, Owner.INGRESS);
                drops.giveBack(mbuf);
                stream.gone = 0;
                waiting--;
            }
        }
        Payload.pad(payload, size);
        ready.addLast(payload);
    }

    /** Drops all that waits, when no thread runs any more. */
    void abandon() {
        streams.forEach(stream -> abandon(stream, DropReason.CLOSING));
    }

    private void abandon(Stream stream, DropReason reason) {
        while (!stream.packets.isEmpty()) {
            drops.drop(stream.packets.poll(), reason);
            waiting--;
        }
        stream.gone = 0;
    }
}
