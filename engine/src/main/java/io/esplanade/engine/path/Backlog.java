package io.esplanade.engine.path;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;

/**
 * Packets that Ingress has taken in and will come back to before it takes in others: fragments, the
 * rest of the burst that they were made in, ICMP errors. Bounded; one thread.
 *
 * <p>Its mbufs are {@code HAND_OVER}'s: Ingress hands them over to itself.
 */
final class Backlog {

    private final long[] mbufs;
    private int head;
    private int count;

    /**
     * @param capacity a power of two
     */
    Backlog(int capacity) {
        mbufs = new long[capacity];
    }

    boolean isEmpty() {
        return count == 0;
    }

    int room() {
        return mbufs.length - count;
    }

    /** Puts one behind all others; the caller knows there is room. */
    void addLast(long mbuf) {
        mbufs[head + count++ & mbufs.length - 1] = mbuf;
    }

    /** Puts one before all others; the caller knows there is room. */
    void addFirst(long mbuf) {
        head = head - 1 & mbufs.length - 1;
        mbufs[head] = mbuf;
        count++;
    }

    /** The first, which stays, or {@link Mbuf#NULL}. */
    long first() {
        return count == 0 ? Mbuf.NULL : mbufs[head];
    }

    /** Takes the first, or {@link Mbuf#NULL}. */
    long poll() {
        if (count == 0) {
            return Mbuf.NULL;
        }
        long mbuf = mbufs[head];
        head = head + 1 & mbufs.length - 1;
        count--;
        return mbuf;
    }

    /** Appends the first ones to {@code burst} until it is full; says how many. */
    int drain(Burst burst) {
        int taken = 0;
        while (count > 0 && burst.room() > 0) {
            burst.add(poll());
            taken++;
        }
        return taken;
    }
}
