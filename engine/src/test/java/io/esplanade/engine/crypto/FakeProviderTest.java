package io.esplanade.engine.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.CryptoBurst.Status;

import org.junit.jupiter.api.Test;

/** That the fakes do what tests use them for: take less than all, and complete later. */
class FakeProviderTest {

    @Test
    void theSynchronousOneAcceptsAsMuchAsItHasRoomForAndCompletesIt() {
        try (CryptoBurst burst = filled(8);
                CryptoQueue queue = FakeProvider.synchronous(5).newQueue(burst)) {
            assertThat(queue.submit(8)).isEqualTo(5);
            assertThat(queue.poll()).isEqualTo(5);
            assertThat(burst.status(5)).isEqualTo(Status.PENDING);
            assertThat(queue.submit(5, 3)).isEqualTo(3);
            assertThat(queue.poll()).isEqualTo(8);
            assertThat(queue.submit(1)).isEqualTo(1);
            assertThat(queue.poll()).isEqualTo(1);
        }
    }

    @Test
    void theAsynchronousOneCompletesAFewInOrderWithEachPoll() {
        try (CryptoBurst burst = filled(8);
                CryptoQueue queue = FakeProvider.asynchronous(5, 2).newQueue(burst)) {
            assertThat(queue.submit(8)).isEqualTo(5);
            assertThat(burst.status(0)).isEqualTo(Status.PENDING);
            assertThat(queue.poll()).isEqualTo(2);
            assertThat(burst.status(1)).isNotEqualTo(Status.PENDING);
            assertThat(burst.status(2)).isEqualTo(Status.PENDING);
            assertThat(queue.submit(5, 3)).as("room for as many as completed").isEqualTo(2);
            assertThat(queue.poll()).isEqualTo(4);
            assertThat(queue.poll()).isEqualTo(6);
            assertThat(queue.submit(7, 1)).isEqualTo(1);
            assertThat(queue.poll()).isEqualTo(8);
            assertThat(queue.poll()).isEqualTo(8);
        }
    }

    @Test
    void theAsynchronousOneRefusesToForgetWhatIsPending() {
        try (CryptoBurst burst = filled(2);
                CryptoQueue queue = FakeProvider.asynchronous(5, 2).newQueue(burst)) {
            queue.submit(2);
            assertThatThrownBy(() -> queue.submit(1)).hasMessageContaining("still pending");
            assertThatThrownBy(queue::close).hasMessageContaining("still pending");
            queue.poll();
        }
    }

    private static CryptoBurst filled(int n) {
        CryptoBurst burst = new CryptoBurst(n);
        for (int i = 0; i < n; i++) {
            burst.describe(i, CryptoBurst.form(Operation.ENCRYPT, 16, 12), 1, 0, 0);
        }
        return burst;
    }
}
