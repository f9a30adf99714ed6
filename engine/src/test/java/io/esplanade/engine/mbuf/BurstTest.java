package io.esplanade.engine.mbuf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BurstTest {

    private final Burst burst = new Burst(4);

    @Test
    void aNewBurstIsEmptyAndHasRoomForItsCapacity() {
        assertThat(burst.isEmpty()).isTrue();
        assertThat(burst.count()).isZero();
        assertThat(burst.capacity()).isEqualTo(4);
        assertThat(burst.room()).isEqualTo(4);
    }

    @Test
    void mbufsAreKeptInTheOrderTheyWereAdded() {
        add(10, 20, 30);
        assertThat(handles()).containsExactly(10, 20, 30);
        assertThat(burst.room()).isOne();
        assertThat(burst.isEmpty()).isFalse();
    }

    @Test
    void theLastIsTakenOff() {
        add(10, 20, 30);
        assertThat(burst.removeLast()).isEqualTo(30);
        assertThat(handles()).containsExactly(10, 20);
    }

    @Test
    void theFirstAreForgottenAndTheOthersMoveUp() {
        add(10, 20, 30, 40);
        burst.removeFirst(1);
        assertThat(handles()).containsExactly(20, 30, 40);
        burst.removeFirst(0);
        assertThat(handles()).containsExactly(20, 30, 40);
        burst.removeFirst(3);
        assertThat(burst.isEmpty()).isTrue();
    }

    @Test
    void survivorsAreSetInFrontAndCounted() {
        add(10, 20, 30);
        burst.set(0, 30);
        burst.count(1);
        assertThat(handles()).containsExactly(30);
        burst.clear();
        assertThat(burst.isEmpty()).isTrue();
        assertThat(burst.room()).isEqualTo(4);
    }

    @Test
    void noMoreFitThanItsCapacity() {
        add(1, 2, 3, 4);
        assertThatThrownBy(() -> burst.add(5)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    private void add(long... mbufs) {
        for (long mbuf : mbufs) {
            burst.add(mbuf);
        }
    }

    private long[] handles() {
        long[] handles = new long[burst.count()];
        for (int i = 0; i < handles.length; i++) {
            handles[i] = burst.get(i);
        }
        return handles;
    }
}
