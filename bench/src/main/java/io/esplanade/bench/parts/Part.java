package io.esplanade.bench.parts;

/** What a gateway of parts has that a lane on its own thread needs not. */
public enum Part {
    /** Nothing: the stages in a row, each thread with all it needs for itself. */
    NONE,

    /** One lock, which all threads take around each burst. */
    LOCK,

    /** References counted at every lookup of an SA, and its counts atomic. */
    REFERENCES,

    /** Sequence numbers taken atomically, one for each packet. */
    NUMBERS,

    /** A pool of mbufs that the threads share behind a lock, in batches of a burst. */
    POOL,

    /** A clock between the stages: no design has it, it measures. */
    CLOCK
}
