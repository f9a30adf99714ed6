package io.esplanade.engine.mbuf;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A bounded queue of mbufs between two threads: one gives, one takes, neither locks or waits.
 *
 * <p>One thread at a time is the producer: {@link #add} any number of mbufs, then {@link #publish}
 * once, which is when the other side sees them and everything written to them before. One thread at
 * a time is the consumer. {@link #size}, {@link #isEmpty} and {@link #capacity} are for any thread.
 *
 * <p>A given mbuf belongs to the ring until it is taken; to note that in the ledger, before {@link
 * #add} and after taking, is the caller's business. Mbufs added but never published are lost to the
 * consumer: whoever stops producing publishes first.
 */
public final class MbufRing {

    private static final VarHandle INDEX = MethodHandles.arrayElementVarHandle(long[].class);

    /** Two cache lines apart, since processors fetch lines in pairs. */
    private static final int PAD = 16;

    // What each side writes has lines of its own in the array of indexes. All of them count mbufs
    // and never wrap. A side keeps the last value it has seen of the other's, and looks again
    // only when that one would not let it go on.
    private static final int TAIL = PAD; // producer: the end of what was published
    private static final int NEXT = 2 * PAD; // producer's own: the end of what was added
    private static final int SEEN_HEAD = NEXT + 1;
    private static final int HEAD = 3 * PAD; // consumer: the end of what was taken
    private static final int SEEN_TAIL = HEAD + 1; // consumer's own
    private static final int INDEXES = 4 * PAD;

    private final long[] mbufs;
    private final long[] index = new long[INDEXES];

    /**
     * Makes an empty ring.
     *
     * @param capacity how many mbufs it holds, a power of two
     * @throws IllegalArgumentException if it is not
     */
    public MbufRing(int capacity) {
        if (Integer.bitCount(capacity) != 1 || capacity < 0) {
            throw new IllegalArgumentException(
                    "a ring's capacity is a power of two, not " + capacity);
        }
        mbufs = new long[capacity];
    }

    // The producer.

    /**
     * Gives {@code mbuf}, which the consumer will see after {@link #publish}.
     *
     * @return false if the ring is full: the mbuf stays the caller's
     */
    public boolean add(long mbuf) {
        long next = index[NEXT];
        if (next - index[SEEN_HEAD] == mbufs.length) {
            long head = (long) INDEX.getAcquire(index, HEAD);
            index[SEEN_HEAD] = head;
            if (next - head == mbufs.length) {
                return false;
            }
        }
        mbufs[slot(next)] = mbuf;
        index[NEXT] = next + 1;
        return true;
    }

    /**
     * Shows the consumer everything added so far.
     *
     * @return false if all of it was shown before
     */
    public boolean publish() {
        long next = index[NEXT];
        if (next == index[TAIL]) {
            return false;
        }
        INDEX.setRelease(index, TAIL, next);
        return true;
    }

    /**
     * Gives {@code mbuf} and shows it, with all that was added before it.
     *
     * @return false if the ring is full: the mbuf stays the caller's
     */
    public boolean offer(long mbuf) {
        boolean added = add(mbuf);
        publish();
        return added;
    }

    // The consumer.

    /**
     * Takes the oldest mbufs and appends them to {@code burst}, which has room for {@code max}.
     *
     * @return how many were taken, 0 to {@code max}
     */
    public int drain(Burst burst, int max) {
        long head = index[HEAD];
        long available = index[SEEN_TAIL] - head;
        if (available < max) {
            available = lookForMore(head);
        }
        int taken = (int) Math.min(available, max);
        if (taken <= 0) {
            return 0;
        }
        for (int i = 0; i < taken; i++) {
            burst.add(mbufs[slot(head + i)]);
        }
        INDEX.setRelease(index, HEAD, head + taken);
        return taken;
    }

    /** Takes the oldest mbuf; {@link Mbuf#NULL} if there is none. */
    public long poll() {
        long head = index[HEAD];
        if (index[SEEN_TAIL] == head && lookForMore(head) == 0) {
            return Mbuf.NULL;
        }
        long mbuf = mbufs[slot(head)];
        INDEX.setRelease(index, HEAD, head + 1);
        return mbuf;
    }

    private long lookForMore(long head) {
        long tail = (long) INDEX.getAcquire(index, TAIL);
        if (tail != index[SEEN_TAIL]) {
            index[SEEN_TAIL] = tail;
        }
        return tail - head;
    }

    // Any thread.

    /**
     * How many mbufs are published and not taken: exact at one moment, if neither side is at work.
     */
    public int size() {
        long head = (long) INDEX.getAcquire(index, HEAD);
        long tail = (long) INDEX.getAcquire(index, TAIL);
        return (int) Math.min(tail - head, mbufs.length); // what was taken meanwhile came on top
    }

    /**
     * Whether nothing is published that was not taken. The consumer may trust a false, and the
     * producer a true.
     */
    public boolean isEmpty() {
        return size() == 0;
    }

    /** How many mbufs it holds when full. */
    public int capacity() {
        return mbufs.length;
    }

    private int slot(long position) {
        return (int) position & mbufs.length - 1;
    }
}
