package io.esplanade.engine.os;

/**
 * Sees each access that {@link Mem} is about to make, to refuse those that are wrong.
 *
 * <p>Installed in invariants mode by whoever hands out memory (an mbuf pool knows which buffers are
 * free). Called by any thread that touches memory; must be thread-safe and must not use {@link Mem}
 * itself.
 */
@FunctionalInterface
public interface AccessCheck {

    /**
     * Throws an {@link IllegalStateException} that explains itself if touching {@code length} bytes
     * at {@code address} is a mistake; returns if it is not, or is none of this check's business.
     */
    void check(long address, long length);
}
