package io.esplanade.engine.os;

/**
 * Time, as the engine sees it: nanoseconds that never go back, and the wall clock for what people
 * read. Injected, so that tests decide what time it is; agents read it once per duty cycle.
 *
 * <p>Thread-safe.
 */
public interface Clock {

    /** Nanoseconds since some fixed moment; only differences mean anything. */
    long nanoTime();

    /** Nanoseconds since 1970-01-01T00:00Z, for time stamps in captures and reports. */
    long epochNanos();

    /** The machine's own clock. */
    static Clock system() {
        return SystemClock.INSTANCE;
    }
}
