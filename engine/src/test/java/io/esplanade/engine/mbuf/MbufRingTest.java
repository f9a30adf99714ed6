package io.esplanade.engine.mbuf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.concurrent.CompletableFuture;

class MbufRingTest {

    private final MbufRing ring = new MbufRing(8);
    private final Burst burst = new Burst(32);

    @Test
    void whatIsAddedIsSeenOnlyWhenPublished() {
        assertThat(ring.add(11)).isTrue();
        assertThat(ring.add(12)).isTrue();

        assertThat(ring.poll()).isEqualTo(Mbuf.NULL);
        assertThat(ring.drain(burst, 8)).isZero();
        assertThat(ring.isEmpty()).isTrue();

        ring.publish();

        assertThat(ring.size()).isEqualTo(2);
        assertThat(ring.poll()).isEqualTo(11);
        assertThat(ring.poll()).isEqualTo(12);
        assertThat(ring.poll()).isEqualTo(Mbuf.NULL);
        assertThat(ring.isEmpty()).isTrue();
    }

    @Test
    void anOfferShowsWhatWasAddedBeforeIt() {
        ring.add(11);
        assertThat(ring.offer(12)).isTrue();
        assertThat(ring.drain(burst, 8)).isEqualTo(2);
        assertThat(burst.get(0)).isEqualTo(11);
        assertThat(burst.get(1)).isEqualTo(12);
    }

    @Test
    void anOfferRefusedByAFullRingStillShowsWhatWasAdded() {
        for (int i = 1; i <= 8; i++) {
            ring.add(i);
        }
        assertThat(ring.offer(9)).isFalse();
        assertThat(ring.size()).isEqualTo(8);
    }

    @Test
    void aFullRingRefusesAndGoesOnWhenThereIsRoomAgain() {
        for (int i = 1; i <= 8; i++) {
            assertThat(ring.add(i)).isTrue();
        }
        assertThat(ring.add(9)).isFalse();
        ring.publish();
        assertThat(ring.add(9)).isFalse();
        assertThat(ring.size()).isEqualTo(ring.capacity());

        assertThat(ring.poll()).isEqualTo(1);

        assertThat(ring.offer(9)).isTrue();
        assertThat(ring.offer(10)).isFalse();
        assertThat(ring.drain(burst, 32)).isEqualTo(8);
        for (int i = 0; i < 8; i++) {
            assertThat(burst.get(i)).isEqualTo(i + 2);
        }
    }

    @Test
    void aDrainTakesNoMoreThanAskedAndAppends() {
        burst.add(99);
        for (int i = 1; i <= 5; i++) {
            ring.offer(i);
        }
        assertThat(ring.drain(burst, 0)).isZero();
        assertThat(ring.drain(burst, 2)).isEqualTo(2);
        assertThat(ring.size()).isEqualTo(3);
        assertThat(ring.drain(burst, 32)).isEqualTo(3);

        assertThat(burst.count()).isEqualTo(6);
        assertThat(burst.get(0)).isEqualTo(99);
        for (int i = 1; i <= 5; i++) {
            assertThat(burst.get(i)).isEqualTo(i);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 3, 100, Integer.MIN_VALUE})
    void aCapacityThatIsNoPowerOfTwoIsRefused(int capacity) {
        assertThatThrownBy(() -> new MbufRing(capacity))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("" + capacity);
    }

    /**
     * The producer and the consumer on a thread each: every mbuf arrives once, in order, and brings
     * what was written to it before.
     */
    @ParameterizedTest
    @CsvSource({"1, 1, 200000", "2, 1, 1000000", "8, 3, 3000000", "1024, 32, 20000000"})
    @Timeout(120)
    void betweenTwoThreadsEveryMbufArrivesOnceInOrderWithItsMetadata(
            int capacity, int batch, int count) {
        MbufRing shared = new MbufRing(capacity);
        try (MbufPool pool = new MbufPool(4096, 0, false)) {
            long[] mbufs = new long[pool.size()];
            for (int i = 0; i < mbufs.length; i++) {
                mbufs[i] = pool.handle(i);
            }
            CompletableFuture<Void> producer =
                    CompletableFuture.runAsync(() -> produce(shared, mbufs, batch, count));
            consume(shared, mbufs, batch, count, producer);
            producer.join();
        }
        assertThat(shared.isEmpty()).isTrue();
        assertThat(shared.poll()).isEqualTo(Mbuf.NULL);
    }

    private static void produce(MbufRing ring, long[] mbufs, int batch, int count) {
        for (int i = 0; i < count; ) {
            int end = Math.min(i + batch, count);
            while (i < end) {
                long mbuf = mbufs[i % mbufs.length];
                // The consumer is at most a ring behind: it has let go of this one.
                Mbuf.sequence(mbuf, i);
                if (ring.add(mbuf)) {
                    i++;
                } else {
                    ring.publish();
                    Thread.yield();
                }
            }
            ring.publish();
        }
    }

    private static void consume(
            MbufRing ring, long[] mbufs, int batch, int count, CompletableFuture<Void> producer) {
        Burst burst = new Burst(batch);
        int expected = 0;
        while (expected < count) {
            if (ring.drain(burst, batch) == 0) {
                assertThat(producer.isCompletedExceptionally()).isFalse();
                Thread.yield();
            }
            for (int i = 0; i < burst.count(); i++, expected++) {
                long mbuf = burst.get(i);
                if (mbuf != mbufs[expected % mbufs.length] || Mbuf.sequence(mbuf) != expected) {
                    throw new AssertionError(
                            "expected %d, not %d".formatted(expected, Mbuf.sequence(mbuf)));
                }
            }
            burst.clear();
        }
    }
}
