package io.esplanade.engine.runtime.finegrained;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.LaneMbufSource;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.port.TxQueue;
import io.esplanade.engine.runtime.giant.Mutex;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A transmit queue that two threads share, and that has sent when it is asked again. */
class SharedTxQueueTest {

    private final MbufPool pool = new MbufPool(8, 0, true);
    private final LaneMbufSource firstMbufs = new LaneMbufSource(pool, 0, 2);
    private final LaneMbufSource secondMbufs = new LaneMbufSource(pool, 1, 2);
    private final CounterTable counters = new CounterTable();
    private final SharedTxQueue.Common common =
            new SharedTxQueue.Common(new Mutex(Clock.system()), firstMbufs);
    private final SharedTxQueue first = new SharedTxQueue(common, firstMbufs, counters);
    private final SharedTxQueue second = new SharedTxQueue(common, secondMbufs, counters);

    /** Frees at reclaim what it took. */
    private record Late(Burst taken, MbufSource home) implements TxQueue {

        @Override
        public int send(Burst burst, int n) {
            for (int i = 0; i < n; i++) {
                taken.add(burst.get(i));
            }
            return n;
        }

        @Override
        public int reclaim() {
            int n = taken.count();
            while (!taken.isEmpty()) {
                home.free(taken.removeLast());
            }
            return n;
        }

        @Override
        public int pending() {
            return taken.count();
        }
    }

    private Burst burst(MbufSource source, int n) {
        Burst burst = new Burst(n);
        source.allocate(burst, n, Owner.TRANSMIT);
        return burst;
    }

    @AfterEach
    void close() {
        firstMbufs.close();
        secondMbufs.close();
        pool.close();
    }

    @Test
    void aThreadThatHasNothingInItLeavesTheLockAlone() {
        common.queue(new Late(new Burst(8), common));
        assertThat(first.send(burst(firstMbufs, 2), 2)).isEqualTo(2);
        assertThat(second.reclaim() + second.pending()).isZero();
        assertThat(counters.value(Counter.LOCK_TAKEN)).isOne();
        assertThat(first.pending()).isEqualTo(2);

        assertThat(first.reclaim()).isEqualTo(2);
        assertThat(first.pending()).isZero();
        assertThat(first.reclaim()).isZero();
        assertThat(counters.value(Counter.LOCK_TAKEN)).isEqualTo(2);
        assertThat(firstMbufs.available()).isEqualTo(4);
    }

    @Test
    void whatAThreadMakesTheQueueFreeIsThatThreads() {
        common.queue(new Late(new Burst(8), common));
        first.send(burst(secondMbufs, 1), 1);
        second.send(burst(secondMbufs, 1), 1);
        assertThat(second.reclaim()).isEqualTo(2);
        assertThat(secondMbufs.available()).isEqualTo(4);
    }
}
