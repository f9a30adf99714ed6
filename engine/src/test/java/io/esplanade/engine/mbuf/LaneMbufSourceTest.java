package io.esplanade.engine.mbuf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LaneMbufSourceTest extends MbufSourceContract {

    @Override
    MbufSource newSource(MbufPool pool) {
        return new LaneMbufSource(pool, 0, 1);
    }

    @Override
    void close(MbufSource source) {
        ((LaneMbufSource) source).close();
    }

    @Test
    void theMbufUsedLastIsTheWarmestAndIsUsedNext() {
        try (MbufPool pool = new MbufPool(4, 0, true);
                LaneMbufSource source = new LaneMbufSource(pool, 0, 1)) {
            long first = source.allocate(1, Owner.EGRESS);
            long second = source.allocate(1, Owner.EGRESS);
            source.free(first);
            assertThat(source.allocate(1, Owner.EGRESS)).isEqualTo(first);
            source.free(first);
            source.free(second);
        }
    }

    @Test
    void lanesShareThePoolBetweenThem() {
        try (MbufPool pool = new MbufPool(10, 4, true);
                LaneMbufSource first = new LaneMbufSource(pool, 0, 3);
                LaneMbufSource second = new LaneMbufSource(pool, 1, 3);
                LaneMbufSource third = new LaneMbufSource(pool, 2, 3)) {
            assertThat(first.available() + second.available() + third.available()).isEqualTo(10);
            assertThat(first.availableLarge() + second.availableLarge() + third.availableLarge())
                    .isEqualTo(4);
            assertThat(second.available()).isBetween(3, 4);
            assertThat(second.availableLarge()).isBetween(1, 2);

            long mbuf = second.allocate(1, Owner.EGRESS);
            assertThat(Mbuf.homeLane(mbuf)).isEqualTo(1);
            assertThatThrownBy(() -> first.free(mbuf)).hasMessageContaining("came home to lane 0");
            second.free(mbuf);
        }
    }

    @Test
    void atCloseTheCacheIsFreeAndWhatIsUnderWayStaysWhereItIs() {
        try (MbufPool pool = new MbufPool(4, 1, true)) {
            LaneMbufSource source = new LaneMbufSource(pool, 0, 1);
            MbufLedger ledger = new MbufLedger(pool);
            assertThat(ledger.counts()).containsEntry(Owner.CACHE, 5L);
            source.allocate(1, Owner.LOOP);

            source.close();

            assertThat(ledger.counts())
                    .containsEntry(Owner.FREE, 4L)
                    .containsEntry(Owner.CACHE, 0L)
                    .containsEntry(Owner.LOOP, 1L);
        }
    }
}
