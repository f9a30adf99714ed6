package io.esplanade.engine.port.xdp;

import static io.esplanade.ffi.linux.linux.MSG_DONTWAIT;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.net.Ethernet;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.port.TxQueue;
import io.esplanade.ffi.linux.Syscalls;
import io.esplanade.ffi.linux.xdp_desc;

import java.lang.foreign.MemorySegment;

/**
 * A transmit queue: the kernel sends out of the mbufs and says when it has done with each.
 *
 * <p>The queue's thread sends; the conductor's renews the socket.
 */
final class XdpSender implements TxQueue {

    private static final long LENGTH = xdp_desc.len$offset();
    private static final int FRAME_BITS = Integer.numberOfTrailingZeros(MbufPool.SMALL_SIZE);

    private final XdpPort port;
    private final MbufPool pool;
    private final long base;
    private final long firstLarge;
    private final FrameSet sending;
    private XdpSocket socket;
    private volatile XdpSocket renewed; // to be used from the next send on
    private MbufSource home;
    private long lost;

    XdpSender(XdpPort port, MbufPool pool, XdpSocket socket) {
        this.port = port;
        this.pool = pool;
        this.socket = socket;
        base = pool.buffers().address();
        firstLarge = pool.handle(pool.smallCount());
        sending = new FrameSet(pool.smallCount());
    }

    /** The queue, which frees to {@code newHome}. */
    TxQueue queue(MbufSource newHome) {
        home = newHome;
        return this;
    }

    boolean mayRenew() {
        return renewed == null;
    }

    /** Has it go on with another socket; the conductor's thread. */
    void renew(XdpSocket next) {
        renewed = next;
    }

    /** What the old socket had not sent is lost. */
    private void change() {
        socket.closeSending();
        socket = renewed;
        renewed = null;
        lost += sending.count();
        freeSending();
    }

    private void freeSending() {
        sending.clear(index -> home.free(pool.handle(index)));
    }

    @Override
    public int send(Burst burst, int n) {
        if (renewed != null) {
            change();
        }
        XdpRing ring = socket.sent();
        int room = ring.room();
        int longest = port.limitNow() + Ethernet.HEADER_LENGTH;
        int taken = 0;
        int produced = 0;
        while (taken < n && produced < room) {
            long mbuf = burst.get(taken++);
            int length = Mbuf.length(mbuf);
            if (length > longest) {
                lost++;
                home.free(mbuf);
                continue;
            }
            long small = mbuf < firstLarge ? mbuf : copy(mbuf, length);
            if (small == Mbuf.NULL) {
                lost++;
                continue;
            }
            long slot = ring.toProduce(produced++);
            Mem.putLong(slot, Mbuf.data(small) - base);
            Mem.putLong(slot + LENGTH, length); // and no options
            sending.add(pool.index(small));
        }
        if (produced > 0) {
            ring.produced(produced);
        }
        return taken;
    }

    /** Copies a short packet in a large mbuf, which the kernel does not know, to a small one. */
    private long copy(long large, int length) {
        long small = home.allocate(length, Owner.TRANSMIT);
        if (small != Mbuf.NULL) {
            Mem.copy(Mbuf.data(large), Mbuf.data(small), length);
        }
        home.free(large);
        return small;
    }

    @Override
    public void flush() {
        if (socket.sent().needsWakeup()) {
            Syscalls.sendto(
                    socket.descriptor(),
                    MemorySegment.NULL,
                    0,
                    MSG_DONTWAIT(),
                    MemorySegment.NULL,
                    0);
        }
    }

    @Override
    public int reclaim() {
        if (sending.count() == 0) {
            return 0;
        }
        XdpRing ring = socket.completed();
        int n = ring.available();
        for (int i = 0; i < n; i++) {
            int index = (int) (Mem.getLong(ring.toConsume(i)) >>> FRAME_BITS);
            sending.remove(index);
            home.free(pool.handle(index));
        }
        if (n > 0) {
            ring.consumed(n);
        }
        if (socket.sent().isPending()) {
            flush(); // one call sends some only
        }
        return n;
    }

    @Override
    public int pending() {
        return sending.count();
    }

    @Override
    public long takeLost() {
        long taken = lost;
        lost = 0;
        return taken;
    }

    /** When no thread uses it any more and the socket is closed: what was not sent goes home. */
    void close() {
        if (renewed != null) {
            socket.closeSending();
        }
        if (home != null) {
            freeSending();
        }
    }
}
