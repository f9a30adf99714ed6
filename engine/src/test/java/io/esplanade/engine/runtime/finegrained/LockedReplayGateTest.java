package io.esplanade.engine.runtime.finegrained;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.InboundState;
import io.esplanade.engine.ipsec.ReplayGate;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.runtime.giant.Mutex;
import io.esplanade.engine.testing.TwoGateways;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

/** A replay window that several threads share. */
@Timeout(60)
class LockedReplayGateTest {

    private static final int WINDOW = 1024;

    private static InboundState state() {
        InboundState sa =
                new InboundState(
                        TwoGateways.sa("in", 0, TwoGateways.newKey())
                                .inbound()
                                .replayWindow(WINDOW)
                                .build(),
                        0,
                        0,
                        1L);
        sa.guard(new Mutex(Clock.system()));
        return sa;
    }

    @Test
    void itSaysWhatTheWindowSays() {
        InboundState sa = state();
        CounterTable counters = new CounterTable();
        ReplayGate gate = new LockedReplayGate(counters);
        assertThat(gate.infer(sa, 3_000)).isEqualTo(3_000);
        assertThat(gate.early(sa, 3_000)).isEqualTo(DropReason.NONE);
        assertThat(gate.accept(sa, 3_000)).isEqualTo(DropReason.NONE);
        assertThat(gate.early(sa, 3_000)).isEqualTo(DropReason.REPLAYED);
        assertThat(gate.accept(sa, 3_000)).isEqualTo(DropReason.REPLAYED);
        assertThat(gate.accept(sa, 1_000)).isEqualTo(DropReason.TOO_OLD);
        assertThat(gate.infer(sa, 1_000)).as("ahead").isEqualTo(0x1_0000_03e8L);
        assertThat(counters.value(Counter.LOCK_TAKEN)).isEqualTo(7);
    }

    /** All threads offer the same numbers, none so late that it leaves the window. */
    @Test
    void ofManyThreadsThatBringTheSameNumberOneIsLetThrough() throws InterruptedException {
        int numbers = 300_000;
        int count = 3;
        InboundState sa = state();
        AtomicIntegerArray accepted = new AtomicIntegerArray(numbers + 1);
        AtomicLong[] progress = new AtomicLong[count];
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < count; t++) {
            progress[t] = new AtomicLong();
        }
        for (int t = 0; t < count; t++) {
            AtomicLong mine = progress[t];
            ReplayGate gate = new LockedReplayGate(new CounterTable());
            threads.add(
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        for (int n = 1; n <= numbers; n++) {
                                            if (gate.accept(sa, n) == DropReason.NONE) {
                                                accepted.incrementAndGet(n);
                                            }
                                            mine.set(n);
                                            stayNear(progress, n - WINDOW / 2);
                                        }
                                    }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        for (int n = 1; n <= numbers; n++) {
            assertThat(accepted.get(n)).as("number %d", n).isOne();
        }
    }

    private static void stayNear(AtomicLong[] progress, long least) {
        for (AtomicLong other : progress) {
            while (other.get() < least) {
                Thread.yield();
            }
        }
    }
}
