package io.esplanade.engine.path;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.OutboundState;
import io.esplanade.engine.mbuf.DropSink;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufSource;

/**
 * Puts packets one behind the other into {@linkplain Payload payloads} of one size, and what does
 * not fit into the next (RFC 9347 §2.2): what came in one burst travels together, and the last
 * payload is padded, so that nothing waits for more. The thread of Ingress.
 */
final class Aggregator {

    /** SAs whose payloads are open at the same time. */
    private static final int OPEN = 16;

    private final Tables tables;
    private final MbufSource source;
    private final DropSink drops;
    private final Backlog ready;

    // Open payloads, oldest first; their mbufs know SA and length.
    private final long[] mbufs = new long[OPEN];
    private final int[] sizes = new int[OPEN];
    private final int[] tunnels = new int[OPEN];
    private int count;

    /**
     * @param ready where full payloads wait
     */
    Aggregator(Tables tables, MbufSource source, DropSink drops, Backlog ready) {
        this.tables = tables;
        this.source = source;
        this.drops = drops;
        this.ready = ready;
    }

    /**
     * Puts a packet into the payloads of an SA, and gives its mbuf back.
     *
     * @return {@link DropReason#NONE}, or why it was left; its beginning may have gone then
     */
    DropReason add(long mbuf, OutboundState sa, long version) {
        int length = Mbuf.length(mbuf);
        int at = indexOf(sa);
        for (int done = 0; done < length; ) {
            if (at < 0) {
                DropReason reason = open(mbuf, sa, done, length, version);
                if (reason != DropReason.NONE) {
                    return reason;
                }
                at = count - 1;
            }
            done += Payload.append(mbufs[at], sizes[at], mbuf, done);
            if (Payload.isFull(mbufs[at], sizes[at])) {
                close(at);
                at = -1;
            }
        }
        drops.giveBack(mbuf);
        return DropReason.NONE;
    }

    /** Has a payload of an SA that is nothing but padding follow, in the place of a dummy. */
    DropReason pad(long dummy, OutboundState sa, long version) {
        int at = indexOf(sa);
        if (at >= 0) {
            close(at);
        }
        DropReason reason = open(dummy, sa, 0, 0, version);
        if (reason == DropReason.NONE) {
            close(count - 1);
            drops.giveBack(dummy);
        }
        return reason;
    }

    /** Pads what is open: nothing more has come. */
    void flush() {
        while (count > 0) {
            close(0);
        }
    }

    private int indexOf(OutboundState sa) {
        for (int i = 0; i < count; i++) {
            if (Mbuf.sa(mbufs[i]) == sa.slot() && Mbuf.saGeneration(mbufs[i]) == sa.generation()) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Begins a payload with what is left of a packet, from {@code done} on.
     *
     * @return {@link DropReason#NONE}, or why there is none
     */
    private DropReason open(long mbuf, OutboundState sa, int done, int length, long version) {
        int size = Payload.size(tables, sa, version);
        if (size <= Payload.HEADER) {
            return DropReason.OVERSIZED;
        }
        closeOthers(sa.tunnel());
        if (count == OPEN) {
            close(0);
        }
        int offset = done == 0 ? 0 : length - done;
        long payload = Payload.begin(source, size, offset, Mbuf.time(mbuf), sa);
        if (payload == Mbuf.NULL) {
            return DropReason.NO_MBUF_FOR_FRAGMENT;
        }
        mbufs[count] = payload;
        tunnels[count] = sa.tunnel();
        sizes[count++] = size;
        return DropReason.NONE;
    }

    /** A tunnel has another SA now: what the one before has comes before what that one gets. */
    private void closeOthers(int tunnel) {
        for (int i = count - 1; i >= 0; i--) {
            if (tunnels[i] == tunnel) {
                close(i);
            }
        }
    }

    private void close(int at) {
        Payload.pad(mbufs[at], sizes[at]);
        ready.addLast(mbufs[at]);
        count--;
        System.arraycopy(mbufs, at + 1, mbufs, at, count - at);
        System.arraycopy(sizes, at + 1, sizes, at, count - at);
        System.arraycopy(tunnels, at + 1, tunnels, at, count - at);
    }
}
