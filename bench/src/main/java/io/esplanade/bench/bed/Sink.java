package io.esplanade.bench.bed;

import io.esplanade.engine.mbuf.Burst;

/** Looks at what a transmit queue was given, before the queue frees it. The queue's thread. */
@FunctionalInterface
public interface Sink {

    /** Looks at the first {@code n} packets of {@code burst}, in the order in which they leave. */
    void take(Burst burst, int n);
}
