package io.esplanade.engine.mbuf;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BatchSourceTest extends MbufSourceContract {

    private static final int BATCH = 4;

    private Stock stock;

    /** What one thread needs not guard; it counts how often it is met. */
    private static final class Stock implements BatchSource.Stock, AutoCloseable {
        private final LaneMbufSource mbufs;
        private int met;

        Stock(MbufPool pool) {
            mbufs = new LaneMbufSource(pool, 0, 1);
        }

        @Override
        public int lane() {
            return 0;
        }

        @Override
        public int take(Burst batch, int n) {
            met++;
            return mbufs.allocate(batch, n, Owner.CACHE);
        }

        @Override
        public long take(int size, Owner owner) {
            met++;
            return mbufs.allocate(size, owner);
        }

        @Override
        public void giveBack(Burst freed) {
            met++;
            mbufs.collect(freed);
        }

        @Override
        public int available() {
            return mbufs.available();
        }

        @Override
        public void close() {
            mbufs.close();
        }
    }

    @Override
    MbufSource newSource(MbufPool pool) {
        stock = new Stock(pool);
        return new BatchSource(pool, stock, BATCH);
    }

    @Override
    void betweenBursts(MbufSource source) {
        ((BatchSource) source).giveBack();
    }

    @Override
    void close(MbufSource source) {
        ((BatchSource) source).close();
        stock.close();
    }

    @Test
    void theStockIsMetOncePerBatch() {
        try (MbufPool pool = new MbufPool(64, 0, true);
                Stock all = new Stock(pool);
                BatchSource source = new BatchSource(pool, all, BATCH)) {
            Burst burst = new Burst(2 * BATCH);
            for (int i = 0; i < 2 * BATCH; i++) {
                burst.add(source.allocate(100, Owner.INGRESS));
            }
            assertThat(all.met).isEqualTo(2);
            while (!burst.isEmpty()) {
                source.free(burst.removeLast());
            }
            assertThat(all.met).as("nothing is given back in a burst").isEqualTo(2);
            assertThat(all.available()).isEqualTo(64 - 2 * BATCH);
            source.giveBack();
            assertThat(all.met).isEqualTo(3);
            assertThat(all.available()).isEqualTo(64);
        }
    }

    @Test
    void whoFreesMoreThanItEverTookGivesBackUnasked() {
        try (MbufPool pool = new MbufPool(64, 0, true);
                Stock all = new Stock(pool)) {
            Burst burst = new Burst(40);
            all.mbufs.allocate(burst, 40, Owner.TRANSMIT);
            try (BatchSource source = new BatchSource(pool, all, BATCH)) {
                while (!burst.isEmpty()) {
                    source.free(burst.removeLast());
                }
                assertThat(all.available()).isGreaterThan(24).isLessThan(64);
            }
            assertThat(all.available()).isEqualTo(64);
        }
    }
}
