package io.esplanade.engine.runtime;

/**
 * The date of the last change that takes something away. The conductor advances it after such a
 * change; a lane adopts it between bursts; when all lanes have, nothing uses what was removed.
 */
final class Epochs {

    private volatile long current;

    long current() {
        return current;
    }

    /**
     * Conductor: begins the next epoch.
     *
     * @return its number: what was removed before is free once every lane has adopted it
     */
    @SuppressWarnings("NonAtomicOperationOnVolatileField") // one writer
    long advance() {
        current = current + 1;
        return current;
    }
}
