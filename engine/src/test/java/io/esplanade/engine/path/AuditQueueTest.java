package io.esplanade.engine.path;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.ip.TokenBucket;
import io.esplanade.engine.testing.HandClock;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;

@Timeout(60)
class AuditQueueTest {

    private final HandClock clock = new HandClock();
    private final AuditQueue queue = new AuditQueue();

    @Test
    void threadsClaimEachRecordOnceAndTheConductorTakesThemAllInOrder() throws Exception {
        int events = 20_000;
        ConcurrentLinkedQueue<Long> claims = new ConcurrentLinkedQueue<>();
        AtomicBoolean ended = new AtomicBoolean();
        List<Thread> lanes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            lanes.add(Thread.ofPlatform().start(() -> claimUntil(ended, claims)));
        }
        TokenBucket budget = new TokenBucket(100, AuditQueue.ROOM, 0);
        int taken = 0;
        while (taken < events) {
            clock.forward(Duration.ofSeconds(1));
            queue.grant(budget, clock.nanoTime());
            int before = taken;
            while (queue.take(clock) != null) {
                taken++;
            }
            assertThat(taken - before).isLessThanOrEqualTo(AuditQueue.ROOM);
        }
        ended.set(true);
        for (Thread lane : lanes) {
            lane.join();
        }
        while (queue.take(clock) != null) {
            taken++;
        }
        assertThat(claims)
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.rangeClosed(1, taken).boxed().toList());
        assertThat(taken).isGreaterThanOrEqualTo(events);
    }

    private void claimUntil(AtomicBoolean ended, ConcurrentLinkedQueue<Long> claims) {
        while (!ended.get()) {
            long claim = queue.claim();
            if (claim == AuditQueue.NONE) {
                Thread.yield();
            } else {
                claims.add(claim);
                queue.publish(claim);
            }
        }
    }

    @Test
    void nothingIsClaimedThatWasNotGranted() {
        assertThat(queue.claim()).isEqualTo(AuditQueue.NONE);
        queue.grant(new TokenBucket(2, 2, 0), 0);
        assertThat(queue.claim()).isEqualTo(1);
        assertThat(queue.claim()).isEqualTo(2);
        assertThat(queue.claim()).isEqualTo(AuditQueue.NONE);
        queue.publish(2);
        assertThat(queue.take(clock)).as("the first is not filled yet").isNull();
        queue.publish(1);
        assertThat(queue.take(clock)).isNotNull();
        assertThat(queue.take(clock)).isNotNull();
        assertThat(queue.take(clock)).isNull();
    }
}
