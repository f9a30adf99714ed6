package io.esplanade.engine.mbuf;

import io.esplanade.engine.counters.DropReason;

/** Sees each packet that is dropped before its mbuf goes home. The drop sink's thread. */
public interface DropWatch {

    /** Looks at nothing. */
    DropWatch NONE = (_, _) -> {};

    /** {@code mbuf} is about to be dropped; it stays the drop sink's. */
    void dropped(long mbuf, DropReason reason);
}
