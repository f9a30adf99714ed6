package io.esplanade.engine.port.memory;

import java.io.IOException;

/**
 * A cable between two engines of one process: what one port sends, the other receives, with its
 * time stamp, on the queue of the same number.
 *
 * <p>Each port belongs to its engine, which closes it; {@link #close} closes whichever is not.
 */
public final class MemoryLink implements AutoCloseable {

    private final MemoryPort a;
    private final MemoryPort b;

    private MemoryLink(MemoryPort a, MemoryPort b) {
        this.a = a;
        this.b = b;
    }

    /** Lays a cable. */
    public static MemoryLink between(Plug a, Plug b, Cable cable) {
        CableMemory memory = CableMemory.map(cable);
        try {
            return new MemoryLink(
                    new MemoryPort(a, cable, memory.back(), memory.there()),
                    new MemoryPort(b, cable, memory.there(), memory.back()));
        } catch (RuntimeException e) {
            memory.unmap();
            throw e;
        }
    }

    /** The port at the end that {@code a} described. */
    public MemoryPort a() {
        return a;
    }

    /** The port at the end that {@code b} described. */
    public MemoryPort b() {
        return b;
    }

    @Override
    public void close() throws IOException {
        a.close();
        b.close();
    }
}
