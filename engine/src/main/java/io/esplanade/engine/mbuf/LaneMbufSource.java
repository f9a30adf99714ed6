package io.esplanade.engine.mbuf;

import io.esplanade.engine.os.CacheLine;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Padded;

/**
 * One lane's free mbufs: a stack for each size class, so that the buffer used last, the warmest, is
 * used next.
 *
 * <p>The lane's share of the pool is taken when the source is made and goes back at {@link #close};
 * in between the mbufs come home to here. Belongs to the lane's thread.
 */
public final class LaneMbufSource extends Padded implements MbufSource, AutoCloseable {

    private final MbufPool pool;
    private final int lane;
    private final long firstLarge;
    private final Burst small;
    private final Burst large;

    /**
     * The sum of what was {@linkplain Mem#fetch fetched}: of each mbuf the metadata and the lines
     * in which a small packet and what goes around it will be, for they may have left the cache.
     */
    @SuppressWarnings("unused") // a result, so that the JIT does not leave out the reading
    private long fetched;

    /**
     * Takes the share of lane {@code lane} of {@code lanes}: mbufs of each class that lie together,
     * since processors fetch neighbouring lines in pairs. All of them must be free.
     */
    public LaneMbufSource(MbufPool pool, int lane, int lanes) {
        if (lane < 0 || lane >= lanes) {
            throw new IllegalArgumentException("no lane " + lane + " of " + lanes);
        }
        this.pool = pool;
        this.lane = lane;
        firstLarge = pool.handle(pool.smallCount());
        small = new Burst(pool.smallCount() / lanes + 1);
        large = new Burst((pool.size() - pool.smallCount()) / lanes + 1);
        take(small, 0, pool.smallCount(), lanes);
        take(large, pool.smallCount(), pool.size() - pool.smallCount(), lanes);
    }

    /** From the last to the first, so that the first is allocated first. */
    private void take(Burst stack, int first, int count, int lanes) {
        int begin = first + (int) Math.ceilDiv((long) count * lane, lanes);
        int end = first + (int) Math.ceilDiv((long) count * (lane + 1), lanes);
        for (int i = end - 1; i >= begin; i--) {
            long mbuf = pool.handle(i);
            pool.move(mbuf, Owner.FREE, Owner.CACHE);
            Mbuf.homeLane(mbuf, lane);
            stack.add(mbuf);
        }
    }

    @Override
    public int allocate(Burst burst, int n, Owner owner) {
        int taken = Math.min(Math.min(n, burst.room()), small.count());
        int first = burst.count();
        long sum = 0;
        for (int i = 0; i < taken; i++) {
            long mbuf = small.removeLast();
            burst.add(mbuf);
            sum += Mbuf.buffer(mbuf);
        }
        for (int i = first; i < first + taken; i++) {
            ready(burst.get(i), owner);
        }
        for (int i = first; i < first + taken; i++) {
            long data = Mbuf.buffer(burst.get(i)) + MbufPool.HEADROOM;
            sum += Mem.fetch(data - CacheLine.BYTES) + Mem.fetch(data);
            sum += Mem.fetch(data + CacheLine.BYTES);
        }
        fetched = sum;
        return taken;
    }

    @Override
    public long allocate(int size, Owner owner) {
        if (size <= MbufPool.SMALL_SIZE - MbufPool.HEADROOM) {
            return small.isEmpty() ? Mbuf.NULL : ready(small.removeLast(), owner);
        }
        if (size <= MbufPool.LARGE_SIZE - MbufPool.HEADROOM) {
            return large.isEmpty() ? Mbuf.NULL : ready(large.removeLast(), owner);
        }
        return Mbuf.NULL;
    }

    private long ready(long mbuf, Owner owner) {
        pool.move(mbuf, Owner.CACHE, owner);
        Mbuf.reset(mbuf, MbufPool.HEADROOM);
        return mbuf;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException in invariants mode, if it is free already or not of this lane
     */
    @Override
    public void free(long mbuf) {
        pool.release(mbuf, lane);
        push(mbuf);
    }

    /**
     * Takes in what others have sent home by way of {@code ring}.
     *
     * @param carrier an empty burst to do it with, empty afterwards
     */
    public void collect(MbufRing ring, Burst carrier) {
        while (ring.drain(carrier, carrier.capacity()) > 0) {
            collect(carrier);
        }
    }

    /** Takes in mbufs of this lane that others have freed; {@code freed} is empty afterwards. */
    public void collect(Burst freed) {
        for (int i = 0; i < freed.count(); i++) {
            push(freed.get(i));
        }
        freed.clear();
    }

    private void push(long mbuf) {
        if (mbuf < firstLarge) {
            small.add(mbuf);
        } else {
            large.add(mbuf);
        }
    }

    /** How many mbufs are at home in this lane. */
    public int share() {
        return small.capacity() + large.capacity();
    }

    @Override
    public int available() {
        return small.count();
    }

    /** How many large mbufs could be had now. */
    public int availableLarge() {
        return large.count();
    }

    /** Gives what it has back to the pool; an mbuf still under way stays its owner's. */
    @Override
    public void close() {
        giveBack(small);
        giveBack(large);
    }

    private void giveBack(Burst stack) {
        while (!stack.isEmpty()) {
            pool.move(stack.removeLast(), Owner.CACHE, Owner.FREE);
        }
    }
}
