package io.esplanade.engine.port.xdp;

import static io.esplanade.ffi.linux.linux.MSG_DONTWAIT;

import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.DropSink;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.net.Ethernet;
import io.esplanade.engine.net.PartialChecksum;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.port.MbufFiller;
import io.esplanade.engine.port.RxQueue;
import io.esplanade.ffi.linux.Syscalls;
import io.esplanade.ffi.linux.xdp_desc;

import java.lang.foreign.MemorySegment;

/**
 * A receive queue: posts mbufs, into which the kernel receives, and takes those it has filled.
 *
 * <p>The queue's thread receives; the conductor's renews the socket and asks it for its losses.
 */
final class XdpReceiver implements RxQueue {

    /** Mbufs posted at a time. */
    private static final int BATCH = 64;

    /** Of what the tap hears, in one burst: it is not to keep traffic out. */
    private static final int MOST_HEARD = 4;

    private static final long LENGTH = xdp_desc.len$offset();
    private static final int FRAME_BITS = Integer.numberOfTrailingZeros(MbufPool.SMALL_SIZE);

    private final MbufPool pool;
    private final long base;
    private final int target; // how many are to be posted
    private final boolean completes;
    private final Tap tap; // null but for the first queue
    private final FrameSet posted;
    private final Burst batch = new Burst(BATCH);
    private XdpSocket socket;
    private volatile XdpSocket renewed; // to be used from the next receive on
    private MbufFiller filler;
    private MbufSource source;
    private DropSink unused;
    private long starved;
    private volatile long lost;
    private long told; // of those lost

    /**
     * @param target how many mbufs it posts
     * @param completes whether checksums may be partial, of which nobody tells
     * @param tap may be null
     */
    XdpReceiver(MbufPool pool, XdpSocket socket, int target, boolean completes, Tap tap) {
        this.pool = pool;
        this.socket = socket;
        this.target = target;
        this.completes = completes;
        this.tap = tap;
        base = pool.buffers().address();
        posted = new FrameSet(pool.smallCount());
    }

    /** The queue, which posts mbufs of {@code filler}'s source. */
    RxQueue queue(MbufFiller newFiller) {
        filler = newFiller;
        source = newFiller.source();
        unused = new DropSink(source, new CounterTable());
        return this;
    }

    /** Has it go on with another socket; the conductor's thread. False if it has yet to change. */
    boolean mayRenew() {
        return renewed == null;
    }

    void renew(XdpSocket next) {
        renewed = next;
    }

    /** Says how many packets the socket has lost since it was opened; the conductor's thread. */
    void lost(long since) {
        lost = since;
    }

    /** What was posted to the old socket is ours again, and posted to the new one. */
    private void change() {
        socket.closeReceiving();
        socket = renewed;
        renewed = null;
        giveBackPosted();
    }

    private void giveBackPosted() {
        posted.clear(index -> unused.giveBack(pool.handle(index)));
    }

    @Override
    public int receive(Burst burst, int max) {
        if (renewed != null) {
            change();
        }
        if (target - posted.count() >= BATCH) {
            post();
        }
        int heard = tap == null ? 0 : tap.receive(burst, Math.min(max, MOST_HEARD), filler);
        XdpRing ring = socket.received();
        int n = Math.min(max - heard, ring.available());
        for (int i = 0; i < n; i++) {
            burst.add(take(ring.toConsume(i)));
        }
        if (n > 0) {
            ring.consumed(n);
        }
        return heard + n;
    }

    private long take(long slot) {
        long address = Mem.getLong(slot);
        int length = Mem.getInt(slot + LENGTH);
        int index = (int) (address >>> FRAME_BITS);
        long mbuf = pool.handle(index);
        posted.remove(index);
        pool.move(mbuf, Owner.POSTED, Owner.INGRESS);
        Mbuf.reset(mbuf, (int) address & MbufPool.SMALL_SIZE - 1);
        Mbuf.length(mbuf, length);
        if (completes) {
            PartialChecksum.completeIfPartial(
                    base + address + Ethernet.HEADER_LENGTH, length - Ethernet.HEADER_LENGTH);
        }
        return mbuf;
    }

    private void post() {
        XdpRing ring = socket.posted();
        int wanted = Math.min(target - posted.count(), ring.room());
        int done = 0;
        while (done < wanted) {
            int n = source.allocate(batch, Math.min(BATCH, wanted - done), Owner.POSTED);
            if (n == 0) {
                break;
            }
            for (int i = 0; i < n; i++) {
                long mbuf = batch.get(i);
                Mem.putLong(ring.toProduce(i), Mbuf.buffer(mbuf) - base);
                posted.add(pool.index(mbuf));
            }
            ring.produced(n);
            batch.clear();
            done += n;
        }
        if (posted.count() == 0) {
            starved++;
        }
        if (ring.needsWakeup()) {
            Syscalls.recvfrom(
                    socket.descriptor(),
                    MemorySegment.NULL,
                    0,
                    MSG_DONTWAIT(),
                    MemorySegment.NULL,
                    MemorySegment.NULL);
        }
    }

    @Override
    public int[] descriptors() {
        return tap == null
                ? new int[] {socket.descriptor()}
                : new int[] {socket.descriptor(), tap.descriptor()};
    }

    @Override
    public long starved() {
        return starved;
    }

    @Override
    public long takeLost() {
        long now = lost;
        long taken = Math.max(0, now - told);
        told = now;
        return taken;
    }

    /** When no thread uses it any more and the socket is closed: what is posted goes home. */
    void close() {
        if (renewed != null) {
            socket.closeReceiving();
            socket = renewed;
        }
        socket.close();
        if (source != null) {
            giveBackPosted();
        }
    }
}
