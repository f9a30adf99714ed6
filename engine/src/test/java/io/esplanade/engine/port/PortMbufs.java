package io.esplanade.engine.port;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.os.Mem;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A pool in invariants mode and a plain source of its mbufs, for tests of ports; closing it proves
 * that every mbuf came home. One thread.
 */
public final class PortMbufs implements MbufSource, AutoCloseable {

    private final MbufPool pool;
    private final Deque<Long> small = new ArrayDeque<>();
    private final Deque<Long> large = new ArrayDeque<>();

    public PortMbufs(int small, int large) {
        pool = new MbufPool(small, large, true);
        for (int i = 0; i < pool.size(); i++) {
            (i < small ? this.small : this.large).add(pool.handle(i));
        }
    }

    public MbufPool pool() {
        return pool;
    }

    @Override
    public int allocate(Burst burst, int n, Owner owner) {
        int allocated = 0;
        while (allocated < n && burst.room() > 0 && !small.isEmpty()) {
            burst.add(give(small.pop(), owner));
            allocated++;
        }
        return allocated;
    }

    @Override
    public long allocate(int size, Owner owner) {
        boolean fits = size <= MbufPool.SMALL_SIZE - MbufPool.HEADROOM;
        Long mbuf = (fits ? small : large).poll();
        return mbuf == null ? Mbuf.NULL : give(mbuf, owner);
    }

    private long give(long mbuf, Owner owner) {
        pool.move(mbuf, Owner.FREE, owner);
        Mbuf.reset(mbuf, MbufPool.HEADROOM);
        return mbuf;
    }

    @Override
    public void free(long mbuf) {
        pool.move(mbuf, Owner.of(Mbuf.owner(mbuf)), Owner.FREE);
        (pool.index(mbuf) < pool.smallCount() ? small : large).push(mbuf);
    }

    @Override
    public int available() {
        return small.size();
    }

    /** Mbufs that are not at home. */
    public int away() {
        return pool.size() - small.size() - large.size();
    }

    /** An mbuf that holds {@code packet}, ready to be sent. */
    public long packet(byte[] packet, long time) {
        long mbuf = allocate(packet.length, Owner.TRANSMIT);
        Mem.copyFrom(packet, 0, Mbuf.data(mbuf), packet.length);
        Mbuf.length(mbuf, packet.length);
        Mbuf.time(mbuf, time);
        return mbuf;
    }

    /** The bytes of a received packet, after checks of what every receive queue promises. */
    public byte[] consume(long mbuf) {
        assertThat(Owner.of(Mbuf.owner(mbuf))).isEqualTo(Owner.INGRESS);
        assertThat(Mbuf.offset(mbuf)).isEqualTo(MbufPool.HEADROOM);
        byte[] bytes = Mem.bytes(Mbuf.data(mbuf), Mbuf.length(mbuf));
        free(mbuf);
        return bytes;
    }

    @Override
    public void close() {
        try (pool) {
            assertThat(away()).as("mbufs that did not come home").isZero();
        }
    }
}
