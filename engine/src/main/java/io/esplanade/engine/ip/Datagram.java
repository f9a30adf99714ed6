package io.esplanade.engine.ip;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.mbuf.Mbuf;

/**
 * A datagram of which {@linkplain Fragment fragments} have come: a list of them in the order of
 * their data.
 */
final class Datagram {

    private static final int CE = 3;

    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;
    private int id;
    private int kind;
    private long deadline;
    private long first; // of the list; NULL if it is given up
    private int count;
    private int bytes; // of data so far
    private int end; // where its data ends; 0 if not known
    private int ecn; // a bit for each value that a fragment has
    private boolean givenUp;

    /** Says whose it is; addresses as 128 bits. */
    void between(long sourceHigh, long sourceLow, long destinationHigh, long destinationLow) {
        this.sourceHigh = sourceHigh;
        this.sourceLow = sourceLow;
        this.destinationHigh = destinationHigh;
        this.destinationLow = destinationLow;
    }

    void number(int id, int kind) {
        this.id = id;
        this.kind = kind;
    }

    /** Begins it, without fragments. */
    void begin(long deadline) {
        this.deadline = deadline;
        first = Mbuf.NULL;
        count = 0;
        bytes = 0;
        end = 0;
        ecn = 0;
        givenUp = false;
    }

    boolean is(Datagram other) {
        return sourceLow == other.sourceLow
                && id == other.id
                && destinationLow == other.destinationLow
                && sourceHigh == other.sourceHigh
                && destinationHigh == other.destinationHigh
                && kind == other.kind;
    }

    boolean hasSourceOf(Datagram other) {
        return sourceLow == other.sourceLow && sourceHigh == other.sourceHigh;
    }

    boolean hasExpired(long now) {
        return now - deadline >= 0;
    }

    /** Whether nothing more of it is kept. */
    boolean isGivenUp() {
        return givenUp;
    }

    void giveUp() {
        givenUp = true;
    }

    long first() {
        return first;
    }

    int count() {
        return count;
    }

    /** Bytes of its data, once it is complete. */
    int size() {
        return end;
    }

    boolean isComplete() {
        return bytes == end;
    }

    /** Whether a fragment has been marked on its way. */
    boolean isMarked() {
        return (ecn & 1 << CE) != 0;
    }

    /** Whether it is marked and has a part that cannot be (RFC 3168 §5.3). */
    boolean isMarkedWrongly() {
        return isMarked() && (ecn & 1) != 0;
    }

    /**
     * Puts a fragment where it belongs among the others.
     *
     * @param itsEcn the ECN of its header
     * @return {@link DropReason#NONE}, or why it is none of them
     */
    DropReason insert(long mbuf, int itsEcn) {
        boolean more = Fragment.moreFollow(mbuf);
        int start = Fragment.start(mbuf);
        long before = Mbuf.NULL;
        long after = first;
        while (after != Mbuf.NULL && Fragment.start(after) < start) {
            before = after;
            after = Fragment.next(after);
        }
        if (after != Mbuf.NULL
                && Fragment.start(after) == start
                && Fragment.end(after) == Fragment.end(mbuf)
                && Fragment.moreFollow(after) == more) {
            return DropReason.DUPLICATE_FRAGMENT;
        }
        boolean overlaps =
                before != Mbuf.NULL && Fragment.end(before) > start
                        || after != Mbuf.NULL && Fragment.end(mbuf) > Fragment.start(after);
        boolean beyondEnd = end != 0 && (!more || Fragment.end(mbuf) > end);
        boolean cutsOff = !more && after != Mbuf.NULL;
        if (overlaps || beyondEnd || cutsOff) {
            return DropReason.REASSEMBLY_OVERLAP;
        }
        Fragment.next(mbuf, after);
        if (before == Mbuf.NULL) {
            first = mbuf;
        } else {
            Fragment.next(before, mbuf);
        }
        count++;
        bytes += Fragment.size(mbuf);
        ecn |= 1 << itsEcn;
        if (!more) {
            end = Fragment.end(mbuf);
        }
        return DropReason.NONE;
    }

    /** Takes the fragment out that lies first, or {@link Mbuf#NULL}. */
    long poll() {
        long mbuf = first;
        if (mbuf != Mbuf.NULL) {
            first = Fragment.next(mbuf);
            count--;
        }
        return mbuf;
    }

    /** Takes a fragment out. */
    void remove(long mbuf) {
        if (first == mbuf) {
            first = Fragment.next(mbuf);
        } else {
            long before = first;
            while (Fragment.next(before) != mbuf) {
                before = Fragment.next(before);
            }
            Fragment.next(before, Fragment.next(mbuf));
        }
        count--;
    }
}
