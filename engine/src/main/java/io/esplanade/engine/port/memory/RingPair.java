package io.esplanade.engine.port.memory;

/** The two directions of a cable. */
record RingPair(PacketRing there, PacketRing back) {

    static RingPair map(int bytes) {
        PacketRing there = new PacketRing(bytes);
        try {
            return new RingPair(there, new PacketRing(bytes));
        } catch (RuntimeException e) {
            unmap(there);
            throw e;
        }
    }

    /** Unmaps both, when nobody uses either. */
    void unmap() {
        unmap(there);
        unmap(back);
    }

    private static void unmap(PacketRing ring) {
        ring.closeProducer();
        ring.closeConsumer();
    }
}
