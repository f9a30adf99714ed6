package io.esplanade.engine.port.memory;

import java.io.IOException;

/**
 * A cable between two engines of one process: what one port sends, the other receives, with its
 * time stamp.
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
        RingPair rings = RingPair.map(cable.ringBytes());
        try {
            return new MemoryLink(
                    new MemoryPort(a, cable, rings.back(), rings.there()),
                    new MemoryPort(b, cable, rings.there(), rings.back()));
        } catch (RuntimeException e) {
            rings.unmap();
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
