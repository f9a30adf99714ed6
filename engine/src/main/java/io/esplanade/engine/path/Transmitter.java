package io.esplanade.engine.path;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.DropSink;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.net.Ethernet;
import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.os.Padded;
import io.esplanade.engine.port.Capability;
import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.TxQueue;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A lane's way out by one port: gathers packets into bursts, puts link-layer headers on, and is the
 * last to look: an unprotected port gets nothing that is not sealed, bypassed or the gateway's own.
 *
 * <p>Nothing waits: what a full queue does not take is offered once more in the next cycle, then
 * dropped; only a lossless queue keeps its packets until it takes them, and {@link #holdsUp} then
 * stops the lane from receiving more. One thread, but for {@link #holdsUp}.
 */
public final class Transmitter extends Padded implements Outlet {

    private static final VarHandle WAITING;

    static {
        try {
            WAITING =
                    MethodHandles.lookup()
                            .findVarHandle(Transmitter.class, "waitingNow", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final MbufPool pool;
    private final Side side;
    private final LinkType link;
    private final Tables tables;
    private final int index;
    private final Port port;
    // Of this cycle: a device may come again with another.
    private long mac;
    private int mtu;
    private final boolean lossless;
    private final TxQueue queue;
    private final Burst waiting;
    private final int burstSize;
    private final DropSink drops;
    private final CounterTable counters;
    private final int underWay;
    private boolean retried;
    private long waitingBytes;

    @SuppressWarnings("unused") // through WAITING
    private int waitingNow;

    /**
     * @param index of the port
     * @param tables know its MTU
     * @param burstSize packets that may come in one burst
     * @param underWay the most packets that may be on their way here when {@link #holdsUp} begins:
     *     a lossless queue has room for all of them
     */
    public Transmitter(
            Port port,
            int index,
            Tables tables,
            TxQueue queue,
            MbufPool pool,
            int burstSize,
            int underWay,
            DropSink drops,
            CounterTable counters) {
        this.pool = pool;
        this.side = port.side();
        this.link = port.linkType();
        this.index = index;
        this.tables = tables;
        this.port = port;
        this.mac = port.mac();
        this.mtu = tables.mtu(index);
        this.lossless = port.capabilities().contains(Capability.LOSSLESS);
        this.queue = queue;
        this.burstSize = burstSize;
        this.underWay = underWay;
        // What is under way may come from elsewhere, and then again from here: see holdsUp.
        this.waiting = new Burst(4 * burstSize + (lossless ? 2 * underWay : 0));
        this.drops = drops;
        this.counters = counters;
    }

    @Override
    public DropReason enqueue(long mbuf, long destinationMac) {
        if (side == Side.UNPROTECTED && !Mbuf.has(mbuf, Mbuf.SEALED | Mbuf.BYPASSED | Mbuf.LOCAL)) {
            return DropReason.NOT_SEALED;
        }
        if (Mbuf.length(mbuf) > mtu) {
            return DropReason.OVERSIZED;
        }
        DropReason full = hasRoom();
        if (full != DropReason.NONE) {
            return full;
        }
        if (link == LinkType.ETHERNET) {
            if (Mbuf.offset(mbuf) < Ethernet.HEADER_LENGTH) {
                return DropReason.NO_HEADROOM;
            }
            int type = Ipv4.version(Mbuf.data(mbuf)) == 6 ? Ethernet.IPV6 : Ethernet.IPV4;
            Mbuf.push(mbuf, Ethernet.HEADER_LENGTH);
            Ethernet.write(Mbuf.data(mbuf), destinationMac, mac, type);
        }
        add(mbuf);
        return DropReason.NONE;
    }

    @Override
    public DropReason enqueueFrame(long mbuf) {
        DropReason full = hasRoom();
        if (full == DropReason.NONE) {
            add(mbuf);
        }
        return full;
    }

    private DropReason hasRoom() {
        if (waiting.room() == 0) {
            flush(); // more ports than bursts fit have sent here in one cycle
            if (waiting.room() == 0) {
                return DropReason.TRANSMIT_FULL;
            }
        }
        return DropReason.NONE;
    }

    private void add(long mbuf) {
        pool.move(mbuf, Owner.EGRESS, Owner.TRANSMIT);
        waiting.add(mbuf);
        waitingBytes += Mbuf.length(mbuf);
        tellWaiting();
    }

    @Override
    public boolean needsNeighbours() {
        return link == LinkType.ETHERNET;
    }

    /**
     * Whether so much waits for a lossless port that the lane must not take in another burst.
     *
     * <p>Any thread, which may see it a moment late. From the port itself it takes longer: two
     * gateways that have filled the cable between them must both go on receiving from it, or
     * neither could ever send again. That is safe while few of the packets go back where they came
     * from; when many do, it too has an end.
     *
     * @param samePort whether the burst would come from this port
     */
    public boolean holdsUp(boolean samePort) {
        if (!lossless) {
            return false;
        }
        int count = (int) WAITING.getOpaque(this);
        return samePort ? waiting.capacity() - count < burstSize + underWay : count > burstSize;
    }

    /** Packets that wait to be taken or are taken and not yet sent. */
    public int pending() {
        return waiting.count() + queue.pending();
    }

    /**
     * Offers what waits to the queue, frees what it has sent, and drops what it refused twice.
     *
     * @return packets taken
     */
    public int flush() {
        int taken = 0;
        if (!waiting.isEmpty()) {
            int n = waiting.count();
            long bytes = waitingBytes;
            taken = offer(n);
            waitingBytes = 0;
            for (int i = taken; i < n; i++) {
                waitingBytes += Mbuf.length(waiting.get(i));
            }
            waiting.removeFirst(taken);
            counters.add(Counter.TX_PACKETS, taken);
            counters.add(Counter.TX_BYTES, bytes - waitingBytes);
            giveUp();
            queue.flush();
            tellWaiting();
        }
        queue.reclaim();
        countLosses();
        mac = port.mac();
        mtu = tables.mtu(index);
        return taken;
    }

    private void countLosses() {
        long lost = queue.takeLost();
        if (lost > 0) {
            counters.add(Counter.TX_LOST, lost);
        }
    }

    /** Only {@link #holdsUp} asks, of a lossless queue. */
    private void tellWaiting() {
        if (lossless) {
            WAITING.setOpaque(this, waiting.count());
        }
    }

    private int offer(int n) {
        try {
            return queue.send(waiting, n);
        } catch (Throwable t) { // no queue may, and ours do not
            abandon();
            throw t;
        }
    }

    /**
     * The queue threw, and what it has taken only the ledger knows. A packet that may still be in
     * the queue is left to it: an mbuf lost is better than one with two owners.
     */
    private void abandon() {
        for (int i = 0; i < waiting.count(); i++) {
            long mbuf = waiting.get(i);
            if (queue.pending() == 0 && Owner.of(Mbuf.owner(mbuf)) == Owner.TRANSMIT) {
                drops.drop(mbuf, DropReason.LANE_FAILED);
            }
        }
        clear();
    }

    private void giveUp() {
        if (queue.failure() != null) {
            dropWaiting(DropReason.PORT_CLOSED);
        } else if (!waiting.isEmpty() && !lossless && retried) {
            dropWaiting(DropReason.TRANSMIT_FULL);
        }
        retried = !waiting.isEmpty();
    }

    /** Drops what waits. */
    public void dropWaiting(DropReason reason) {
        for (int i = 0; i < waiting.count(); i++) {
            drops.drop(waiting.get(i), reason);
        }
        clear();
    }

    private void clear() {
        waiting.clear();
        waitingBytes = 0;
        tellWaiting();
    }
}
