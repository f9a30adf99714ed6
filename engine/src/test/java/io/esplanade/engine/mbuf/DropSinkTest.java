package io.esplanade.engine.mbuf;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.counters.DropReason;

import org.junit.jupiter.api.Test;

class DropSinkTest {

    @Test
    void aDroppedPacketIsCountedUnderItsReasonAndItsMbufComesHome() {
        try (MbufPool pool = new MbufPool(2, 0, true);
                LaneMbufSource home = new LaneMbufSource(pool, 0, 1)) {
            CounterTable counters = new CounterTable();
            DropSink sink = new DropSink(home, counters);
            long mbuf = home.allocate(1, Owner.WORKER);

            sink.drop(mbuf, DropReason.ICV_FAILED);

            assertThat(counters.drops(DropReason.ICV_FAILED)).isOne();
            assertThat(counters.drops()).isOne();
            assertThat(DropReason.of(Mbuf.dropReason(mbuf))).isEqualTo(DropReason.ICV_FAILED);
            assertThat(home.available()).isEqualTo(2);
            assertThat(MbufLedger.inUse(new MbufLedger(pool).counts())).isZero();
        }
    }
}
