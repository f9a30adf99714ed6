package io.esplanade.bench.wire;

/**
 * What came out at the end.
 *
 * @param packets how many, in {@code nanos}
 * @param sent how many were given to the kernel meanwhile
 * @param senderNanos CPU time of the sending thread, ns
 * @param receiverNanos that of the receiving one
 */
record Carried(long packets, long sent, long nanos, long senderNanos, long receiverNanos) {

    double millionsPerSecond() {
        return packets * 1e3 / nanos;
    }

    /** Of packets so long. */
    double gigabitsPerSecond(int bytes) {
        return packets * 8.0 * bytes / nanos;
    }

    double senderNanosPerPacket() {
        return (double) senderNanos / sent;
    }

    double receiverNanosPerPacket() {
        return (double) receiverNanos / packets;
    }
}
