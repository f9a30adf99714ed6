package io.esplanade.engine.mbuf;

import io.esplanade.engine.os.Padded;

/**
 * A few mbufs worked on together: handles in an array, filled from the front.
 *
 * <p>A plain carrier with one owner thread; the mbufs in it belong to whoever holds it.
 */
public final class Burst extends Padded {

    /** What a burst carries unless told otherwise; also the vector size of a ring's slot. */
    public static final int DEFAULT_SIZE = 32;

    private final long[] mbufs;
    private int count;

    public Burst(int capacity) {
        mbufs = new long[capacity];
    }

    public int capacity() {
        return mbufs.length;
    }

    /** How many mbufs it holds now. */
    public int count() {
        return count;
    }

    /** Says that the first {@code count} handles count. */
    public void count(int count) {
        this.count = count;
    }

    public int room() {
        return mbufs.length - count;
    }

    public boolean isEmpty() {
        return count == 0;
    }

    public long get(int index) {
        return mbufs[index];
    }

    public void set(int index, long mbuf) {
        mbufs[index] = mbuf;
    }

    /** Appends {@code mbuf}; the caller knows there is {@link #room}. */
    public void add(long mbuf) {
        mbufs[count++] = mbuf;
    }

    /** Takes the last mbuf off; the burst must not be empty. */
    public long removeLast() {
        return mbufs[--count];
    }

    /** Forgets the first {@code n} handles, which were given away, and moves the others up. */
    public void removeFirst(int n) {
        count -= n;
        System.arraycopy(mbufs, n, mbufs, 0, count);
    }

    public void clear() {
        count = 0;
    }
}
