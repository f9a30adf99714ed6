package io.esplanade.engine.testing;

import io.esplanade.engine.os.Clock;

import java.time.Duration;

/** A clock that a test sets forward by hand; its thread's. */
public final class HandClock implements Clock {

    private long now;

    public void forward(Duration duration) {
        now += duration.toNanos();
    }

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public long epochNanos() {
        return now;
    }
}
