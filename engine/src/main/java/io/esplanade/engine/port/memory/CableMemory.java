package io.esplanade.engine.port.memory;

/** What a cable is made of: the strands of its two directions. */
record CableMemory(Strands there, Strands back) {

    static CableMemory map(Cable cable) {
        Strands there = Strands.map(cable);
        try {
            return new CableMemory(there, Strands.map(cable));
        } catch (RuntimeException e) {
            there.unmap();
            throw e;
        }
    }

    /** Unmaps both, when nobody uses either. */
    void unmap() {
        there.unmap();
        back.unmap();
    }
}
