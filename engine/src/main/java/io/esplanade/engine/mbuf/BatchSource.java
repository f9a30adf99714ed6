package io.esplanade.engine.mbuf;

/**
 * One thread's way to mbufs that it shares with others: it takes free ones a batch at a time and
 * gives freed ones back together, so that whatever guards them is met seldom.
 *
 * <p>What is freed stays with the thread until {@link #giveBack}, so that no other can have an mbuf
 * that is still in a burst this one works on. Belongs to that thread.
 */
public final class BatchSource implements MbufSource, AutoCloseable {

    /** How many batches may be freed before they are given back without asking. */
    private static final int MOST_FREED = 8;

    private final MbufPool pool;
    private final Stock stock;
    private final Burst batch;
    private final Burst freed;

    /** Free mbufs that threads share; what makes it safe is the implementation's business. */
    public interface Stock {

        /** The lane in which its mbufs are at home. */
        int lane();

        /**
         * Appends up to {@code n} small mbufs to {@code batch}; they stay {@link Owner#CACHE}'s.
         *
         * @return how many there were
         */
        int take(Burst batch, int n);

        /** As {@link MbufSource#allocate(int, Owner)}. */
        long take(int size, Owner owner);

        /** Takes back mbufs of {@link Owner#CACHE}; {@code freed} is empty afterwards. */
        void giveBack(Burst freed);

        /** How many small mbufs it has. */
        int available();
    }

    /**
     * @param batchSize how many mbufs are taken at a time
     */
    public BatchSource(MbufPool pool, Stock stock, int batchSize) {
        this.pool = pool;
        this.stock = stock;
        batch = new Burst(batchSize);
        freed = new Burst(MOST_FREED * batchSize);
    }

    @Override
    public int allocate(Burst burst, int n, Owner owner) {
        int most = Math.min(n, burst.room());
        int taken = 0;
        while (taken < most && refill()) {
            burst.add(ready(owner));
            taken++;
        }
        return taken;
    }

    @Override
    public long allocate(int size, Owner owner) {
        if (size > MbufPool.SMALL_SIZE - MbufPool.HEADROOM) {
            return stock.take(size, owner);
        }
        return refill() ? ready(owner) : Mbuf.NULL;
    }

    /** Whether there is one to be had, if need be from the stock. */
    private boolean refill() {
        return !batch.isEmpty() || stock.take(batch, batch.capacity()) > 0;
    }

    private long ready(Owner owner) {
        long mbuf = batch.removeLast();
        pool.move(mbuf, Owner.CACHE, owner);
        return mbuf;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException in invariants mode, if it is free already
     */
    @Override
    public void free(long mbuf) {
        pool.release(mbuf, stock.lane());
        if (freed.room() == 0) {
            giveBack();
        }
        freed.add(mbuf);
    }

    /** Gives the others what was freed, when no burst is being worked on. */
    public void giveBack() {
        if (!freed.isEmpty()) {
            stock.giveBack(freed);
        }
    }

    @Override
    public int available() {
        return batch.count() + stock.available();
    }

    /** Gives back all it has. */
    @Override
    public void close() {
        giveBack();
        if (!batch.isEmpty()) {
            stock.giveBack(batch);
        }
    }
}
