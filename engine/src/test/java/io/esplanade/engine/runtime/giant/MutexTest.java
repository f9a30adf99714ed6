package io.esplanade.engine.runtime.giant;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.testing.TwoGateways;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;

/** The lock of the packet path, and what is counted of it. */
@Timeout(60)
class MutexTest {

    private final Mutex mutex = new Mutex(Clock.system());
    private final CounterTable mine = new CounterTable();
    private long guarded;

    @Test
    void whoIsAloneWaitsForNobody() {
        for (int i = 0; i < 3; i++) {
            mutex.lock(mine);
            mutex.unlock();
        }
        assertThat(mine.value(Counter.LOCK_TAKEN)).isEqualTo(3);
        assertThat(mine.value(Counter.LOCK_CONTENDED)).isZero();
        assertThat(mine.value(Counter.LOCK_WAIT_NANOS)).isZero();
    }

    @Test
    void whoFindsItTakenSpinsThenSleepsAndCountsHowLong() throws InterruptedException {
        CounterTable theirs = new CounterTable();
        Thread other =
                Thread.ofPlatform()
                        .unstarted(
                                () -> {
                                    mutex.lock(theirs);
                                    mutex.unlock();
                                });
        mutex.lock(mine);
        other.start();
        TwoGateways.await(() -> other.getState() == Thread.State.WAITING);
        long asleep = System.nanoTime();
        assertThat(theirs.value(Counter.LOCK_CONTENDED)).isOne();
        assertThat(theirs.value(Counter.LOCK_TAKEN)).isZero();
        long waited = System.nanoTime() - asleep;
        mutex.unlock();
        other.join();
        assertThat(theirs.value(Counter.LOCK_TAKEN)).isOne();
        assertThat(theirs.value(Counter.LOCK_WAIT_NANOS)).isGreaterThan(waited);
        assertThat(mine.value(Counter.LOCK_CONTENDED)).isZero();
    }

    @Test
    void oneThreadAtATimeHasIt() throws InterruptedException {
        int times = 200_000;
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            CounterTable counters = new CounterTable();
            threads.add(
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        for (int n = 0; n < times; n++) {
                                            mutex.lock(counters);
                                            guarded++;
                                            mutex.unlock();
                                        }
                                    }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(guarded).isEqualTo(3L * times);
    }
}
