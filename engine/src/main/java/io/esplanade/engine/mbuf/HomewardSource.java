package io.esplanade.engine.mbuf;

/**
 * Frees mbufs from a thread that they are perhaps not at home in: those of other threads' lanes
 * travel by a ring to each. Whoever owns this calls {@link #flush} at the end of its duty cycle.
 *
 * <p>One thread at a time. It allocates only if its own lane's source is on this thread too.
 */
public final class HomewardSource implements MbufSource {

    private final MbufPool pool;
    private final int lane;
    private final MbufRing[] homes;
    private LaneMbufSource own;

    /**
     * @param own the source of this thread's lane; null if that is another thread's
     * @param lane the number of that lane
     * @param homes the way to each lane's source, with room for every mbuf at home there; that to
     *     {@code own} is not used while there is one
     */
    public HomewardSource(MbufPool pool, LaneMbufSource own, int lane, MbufRing[] homes) {
        this.pool = pool;
        this.own = own;
        this.lane = lane;
        this.homes = homes.clone();
    }

    /**
     * Says that this moves to another thread.
     *
     * @param own the source of that thread's lane; null if that is another thread's
     */
    public void moveTo(LaneMbufSource own) {
        this.own = own;
    }

    @Override
    public int allocate(Burst burst, int n, Owner owner) {
        return own == null ? 0 : own.allocate(burst, n, owner);
    }

    @Override
    public long allocate(int size, Owner owner) {
        return own == null ? Mbuf.NULL : own.allocate(size, owner);
    }

    @Override
    public void free(long mbuf) {
        // With one lane nothing is read, which would wait for the line where it left the cache.
        int home = homes.length == 1 ? lane : Mbuf.homeLane(mbuf);
        if (home == lane && own != null) {
            own.free(mbuf);
            return;
        }
        pool.release(mbuf, home);
        if (!homes[home].add(mbuf)) {
            throw new IllegalStateException(
                    "lane " + home + " has more mbufs than are at home there: one was freed twice");
        }
    }

    /** Lets the other lanes see what was sent home. */
    public void flush() {
        for (MbufRing home : homes) {
            home.publish();
        }
    }

    @Override
    public int available() {
        return own == null ? 0 : own.available();
    }
}
