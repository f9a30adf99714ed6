package io.esplanade.engine.interleaving;

import java.util.HashSet;
import java.util.Set;

/**
 * What RFC 4303 §3.4.3 says of sequence numbers, written down without a thought to speed: T is the
 * highest number received, W the size of the window, and {@code received} every number there was.
 */
final class ReplayModel {

    private final int w;
    private final long first;
    private final Set<Long> received = new HashSet<>();
    private long t;

    /**
     * @param w the window's size
     * @param first the first number expected; those before it count as received
     */
    ReplayModel(int w, long first) {
        this.w = w;
        this.first = first;
        t = first - 1;
    }

    /** T. */
    long top() {
        return t;
    }

    /** W. */
    int size() {
        return w;
    }

    /**
     * Whether the packet with this number, whose ICV is right, is accepted; it is received then.
     */
    boolean accepts(long s) {
        boolean right = Long.compareUnsigned(s, t) > 0;
        boolean left = !right && Long.compareUnsigned(t - s, w) >= 0;
        if (left || Long.compareUnsigned(s, first) < 0 || !received.add(s)) {
            return false;
        }
        if (right) {
            t = s;
        }
        return true;
    }
}
