package io.esplanade.engine.mbuf;

/**
 * Where a lane gets free mbufs, and where they come home: the seam at which the runtimes differ. A
 * lane has a plain stack of its own; other runtimes share one under a lock.
 *
 * <p>Thread rules are the implementation's: a plain source belongs to one thread.
 */
public interface MbufSource {

    /**
     * Appends up to {@code n} free small mbufs to {@code burst}, each {@link Mbuf#reset reset} with
     * {@link MbufPool#HEADROOM} and owned by {@code owner} from now on.
     *
     * @return how many were to be had; fewer than {@code n} when the pool has run out or the burst
     *     is full
     */
    int allocate(Burst burst, int n, Owner owner);

    /**
     * One free mbuf whose buffer holds {@code size} bytes besides the headroom, or {@link
     * Mbuf#NULL}.
     */
    long allocate(int size, Owner owner);

    /** Takes {@code mbuf} back. Only the drop sink and transmit completion call this. */
    void free(long mbuf);

    /** How many small mbufs could be had now without waiting. */
    int available();
}
