package io.esplanade.engine.os;

/**
 * Keeps what a subclass writes off the cache line of whatever lies before it on the heap, which may
 * be another thread's: a line written by one thread and used by another travels from core to core
 * each time. The collector puts objects side by side as it likes, so it is each object that brings
 * the distance with it.
 */
@SuppressWarnings("unused") // that is their use
public abstract class Padded {

    private int gap; // behind the object's header, where the JVM would put a field of the subclass
    private long line0, line1, line2, line3, line4, line5, line6, line7;

    protected Padded() {}
}
