package io.esplanade.engine.ip;

import java.util.concurrent.TimeUnit;

/**
 * Lets so many things happen a second and, after a quiet time, so many at once (RFC 1812 §4.3.2.8,
 * RFC 4443 §2.4 (f)). One thread; the caller brings the time.
 */
public final class TokenBucket {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final long nanosPerToken;
    private final long full; // ns
    private long saved; // ns, at last
    private long last;

    /**
     * @param perSecond how many a second in the long run; 0 for none at all
     * @param burst how many at once
     */
    public TokenBucket(int perSecond, int burst, long now) {
        nanosPerToken = perSecond == 0 ? 0 : SECOND / perSecond;
        full = nanosPerToken * burst;
        saved = full;
        last = now;
    }

    /** Whether it may happen now. */
    public boolean mayTake(long now) {
        saved = Math.min(full, saved + Math.max(0, now - last));
        last = now;
        return nanosPerToken != 0 && saved >= nanosPerToken;
    }

    /** Counts it, which {@link #mayTake may} happen now. */
    public void take() {
        saved -= nanosPerToken;
    }
}
