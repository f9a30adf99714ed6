package io.esplanade.bench.lanes;

import java.io.IOException;

/** What is timed: it works in portions. One thread. */
interface Contestant extends AutoCloseable {

    /**
     * Makes the next portion ready, which is not timed.
     *
     * @return how many packets it has
     */
    int prepare();

    /** Works through the portion, which is timed. */
    void run();

    @Override
    void close() throws IOException;
}
