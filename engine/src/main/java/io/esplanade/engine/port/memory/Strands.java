package io.esplanade.engine.port.memory;

import java.util.ArrayList;
import java.util.List;

/** One direction of a cable: a ring of packets for each strand, every one on its own. */
final class Strands {

    private final PacketRing[] rings;

    private Strands(List<PacketRing> rings) {
        this.rings = rings.toArray(PacketRing[]::new);
    }

    static Strands map(Cable cable) {
        List<PacketRing> rings = new ArrayList<>();
        try {
            for (int i = 0; i < cable.queues(); i++) {
                rings.add(new PacketRing(cable.ringBytes()));
            }
        } catch (RuntimeException e) {
            new Strands(rings).unmap();
            throw e;
        }
        return new Strands(rings);
    }

    int count() {
        return rings.length;
    }

    PacketRing ring(int strand) {
        return rings[strand];
    }

    /** The producer of all strands is gone, once. */
    void closeProducer() {
        for (PacketRing ring : rings) {
            ring.closeProducer();
        }
    }

    /** The consumer of all strands is gone, once. */
    void closeConsumer() {
        for (PacketRing ring : rings) {
            ring.closeConsumer();
        }
    }

    /** Whether the producer is gone and everything it published was taken; the consumer asks. */
    boolean ended() {
        for (PacketRing ring : rings) {
            if (!ring.ended()) {
                return false;
            }
        }
        return true;
    }

    /** Unmaps all, when nobody uses any. */
    void unmap() {
        closeProducer();
        closeConsumer();
    }
}
