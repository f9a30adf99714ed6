package io.esplanade.engine.ip;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.concurrent.TimeUnit;

class TokenBucketTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private static int taken(TokenBucket bucket, long now) {
        int taken = 0;
        while (bucket.mayTake(now)) {
            bucket.take();
            taken++;
        }
        return taken;
    }

    @Test
    void afterAQuietTimeABurstPassesAndThenSoManyASecond() {
        TokenBucket bucket = new TokenBucket(100, 20, -5);
        assertThat(taken(bucket, -5)).isEqualTo(20);
        assertThat(taken(bucket, -5 + SECOND / 100 - 1)).isZero();
        assertThat(taken(bucket, -5 + SECOND / 100)).isOne();
        assertThat(taken(bucket, SECOND * 3600)).isEqualTo(20);
        int inASecond = 0;
        for (int i = 1; i <= 1000; i++) {
            inASecond += taken(bucket, SECOND * 3600 + i * (SECOND / 1000));
        }
        assertThat(inASecond).isEqualTo(100);
    }

    @Test
    void aRateOfZeroLetsNothingPass() {
        assertThat(taken(new TokenBucket(0, 20, 0), SECOND * 100)).isZero();
    }
}
