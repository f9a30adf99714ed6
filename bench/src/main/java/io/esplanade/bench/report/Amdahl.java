package io.esplanade.bench.report;

/**
 * Amdahl's bound: no number of threads does more than 1 ∕ s of what one does, if the share s of its
 * time is spent where only one may be.
 *
 * @param one what one thread does
 * @param serial the share s, 0 to 1
 */
record Amdahl(double one, double serial) {

    /** The most that {@code threads} threads can do. */
    double at(double threads) {
        return one / (serial + (1 - serial) / threads);
    }

    /** The most that any number of threads can do, as a multiple of one; may be infinite. */
    double limit() {
        return 1 / serial;
    }
}
