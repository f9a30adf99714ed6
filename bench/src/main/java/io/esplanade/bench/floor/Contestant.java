package io.esplanade.bench.floor;

import java.io.IOException;

/** What is timed: it works in portions. One thread at a time. */
public interface Contestant extends AutoCloseable {

    /**
     * Makes the next portion ready, which is not timed.
     *
     * @return how many packets it has
     */
    int prepare();

    /** Works through the portion, which is timed. */
    void run();

    /**
     * Frees it.
     *
     * @throws IllegalStateException if not every packet went well: then no figure counts
     */
    @Override
    void close() throws IOException;
}
