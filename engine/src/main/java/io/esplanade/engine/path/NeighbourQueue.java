package io.esplanade.engine.path;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.fib.NeighbourTable;
import io.esplanade.engine.mbuf.DropSink;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.Owner;

import java.util.concurrent.TimeUnit;

/**
 * The packets of a lane whose next hop's link-layer address is being asked for: a few of each hop,
 * the newest (RFC 4861 §7.2.2), for a few seconds. The thread of Egress.
 */
final class NeighbourQueue {

    /** Hops that packets may wait for at a time. */
    static final int HOPS = 64;

    /** Packets that may wait for each. */
    static final int PACKETS = 4;

    /** How long they do, ns: as long as the conductor asks. */
    static final long PATIENCE = TimeUnit.SECONDS.toNanos(3);

    /** What becomes of packets that have waited; they are {@code EGRESS}'s again. */
    interface Listener {
        void resolved(long mbuf, int port, long mac);

        void failed(long mbuf);
    }

    private final Tables tables;
    private final MbufPool pool;
    private final DropSink drops;
    private final Hop[] hops = new Hop[HOPS];
    private int count; // hops in use, the first ones
    private int held;
    private int version; // of the table when it was looked at last

    private static final class Hop {
        int port;
        long high;
        long low;
        long since;
        final long[] mbufs = new long[PACKETS];
        int packets;
    }

    NeighbourQueue(Tables tables, MbufPool pool, DropSink drops) {
        this.tables = tables;
        this.pool = pool;
        this.drops = drops;
        for (int i = 0; i < HOPS; i++) {
            hops[i] = new Hop();
        }
    }

    /** How many packets wait. */
    int held() {
        return held;
    }

    /** Has a packet of {@code EGRESS} wait for this neighbour, or says why not. */
    DropReason hold(long mbuf, int port, long high, long low) {
        Hop hop = find(port, high, low);
        if (hop == null) {
            if (count == HOPS || !tables.neighbourNews().want(port, high, low)) {
                return DropReason.NEIGHBOUR_QUEUE_FULL;
            }
            hop = hops[count++];
            hop.port = port;
            hop.high = high;
            hop.low = low;
            hop.since = tables.time();
            hop.packets = 0;
        }
        if (hop.packets == PACKETS) {
            drops.drop(hop.mbufs[0], DropReason.NEIGHBOUR_QUEUE_FULL);
            System.arraycopy(hop.mbufs, 1, hop.mbufs, 0, PACKETS - 1);
            hop.packets--;
            held--;
        }
        pool.move(mbuf, Owner.EGRESS, Owner.NEIGHBOUR);
        hop.mbufs[hop.packets++] = mbuf;
        held++;
        return DropReason.NONE;
    }

    private Hop find(int port, long high, long low) {
        for (int i = 0; i < count; i++) {
            Hop hop = hops[i];
            if (hop.low == low && hop.high == high && hop.port == port) {
                return hop;
            }
        }
        return null;
    }

    /**
     * Lets go of what need not wait any longer; once in a duty cycle.
     *
     * @return how many packets
     */
    int look(Listener listener) {
        if (count == 0) {
            return 0;
        }
        NeighbourTable neighbours = tables.neighbours();
        int before = held;
        int now = neighbours.version(); // before looking: what comes later makes it another
        boolean changed = now != version;
        version = now;
        for (int i = count - 1; i >= 0; i--) {
            Hop hop = hops[i];
            long mac =
                    changed ? neighbours.lookup(hop.port, hop.high, hop.low) : NeighbourTable.NONE;
            if (mac != NeighbourTable.NONE || tables.time() - hop.since >= PATIENCE) {
                remove(i);
                release(hop, mac, listener);
            }
        }
        return before - held;
    }

    private void remove(int index) {
        Hop hop = hops[index];
        hops[index] = hops[--count];
        hops[count] = hop;
    }

    private void release(Hop hop, long mac, Listener listener) {
        held -= hop.packets;
        for (int i = 0; i < hop.packets; i++) {
            long mbuf = hop.mbufs[i];
            pool.move(mbuf, Owner.NEIGHBOUR, Owner.EGRESS);
            if (mac == NeighbourTable.NONE) {
                listener.failed(mbuf);
            } else {
                listener.resolved(mbuf, hop.port, mac);
            }
        }
    }

    /** Drops all that waits. */
    void abandon(DropReason reason) {
        for (int i = 0; i < count; i++) {
            for (int p = 0; p < hops[i].packets; p++) {
                drops.drop(hops[i].mbufs[p], reason);
            }
        }
        count = 0;
        held = 0;
    }
}
