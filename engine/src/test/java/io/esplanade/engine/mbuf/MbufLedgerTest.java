package io.esplanade.engine.mbuf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.util.Map;

class MbufLedgerTest {

    @Test
    void everyMbufIsCountedWithItsOwnerAndTheSumIsThePool() {
        try (MbufPool pool = new MbufPool(6, 2, false)) {
            MbufLedger ledger = new MbufLedger(pool);
            pool.move(pool.handle(0), Owner.FREE, Owner.POSTED);
            pool.move(pool.handle(1), Owner.FREE, Owner.WORKER);
            pool.move(pool.handle(7), Owner.FREE, Owner.APPLICATION);

            Map<Owner, Long> counts = ledger.counts();

            assertThat(counts).hasSize(Owner.values().length);
            assertThat(counts)
                    .containsEntry(Owner.FREE, 5L)
                    .containsEntry(Owner.POSTED, 1L)
                    .containsEntry(Owner.WORKER, 1L)
                    .containsEntry(Owner.APPLICATION, 1L);
            assertThat(counts.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(8);
            assertThat(MbufLedger.inUse(counts)).isEqualTo(2);
        }
    }

    @Test
    void theVerdictNamesTheOwnersOfWhatIsLost() {
        assertThat(MbufLedger.verdict(Map.of(Owner.FREE, 6000L, Owner.POSTED, 2192L)))
                .isEqualTo("no mbuf lost: 8,192 of 8,192 at rest");
        assertThat(MbufLedger.verdict(Map.of(Owner.LOOP, 1L, Owner.WORKER, 2L, Owner.CACHE, 5L)))
                .isEqualTo("LEAK: 3 of 8 not at rest: 2 worker, 1 loop");
    }

    @Test
    void theReportHasASumAndALineForEachOwnerOfAny() {
        assertThat(MbufLedger.report(Map.of(Owner.CACHE, 8190L, Owner.WORKER, 2L, Owner.LOOP, 0L)))
                .isEqualTo(
                        """
                        2/8,190/8,192 mbufs in use (current/at rest/total)
                               8,190  cache       in a lane's cache of free mbufs
                                   2  worker      being encrypted or decrypted
                        """);
    }

    @Test
    void aClosedPoolIsNotCounted() {
        MbufPool pool = new MbufPool(1, 0, false);
        MbufLedger ledger = new MbufLedger(pool);
        pool.close();
        assertThatThrownBy(ledger::counts).isInstanceOf(IllegalStateException.class);
    }
}
