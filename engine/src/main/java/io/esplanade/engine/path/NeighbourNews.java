package io.esplanade.engine.path;

import io.esplanade.engine.os.Mem;

import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * What lanes tell the conductor about neighbours: which next hops they have packets for and do not
 * know, and the frames of ARP and neighbour discovery that came in.
 *
 * <p>Any thread adds, the conductor takes. Allocates nothing; what there is no room for is not
 * told.
 */
public final class NeighbourNews {

    /** What takes the news. */
    public interface Listener {

        /** Packets wait for the link-layer address of this neighbour. */
        void wanted(int port, long high, long low);

        /**
         * A frame came in by {@code port}.
         *
         * @param frame its bytes, the listener's during the call only
         * @param length how many of them are the frame's
         */
        void heard(int port, byte[] frame, int length);
    }

    /** The longest message looked at: neighbour discovery with a few options. */
    static final int LONGEST_FRAME = 256;

    private static final int ROOM = 64;

    private static final int FREE = 0;
    private static final int FILLING = 1;
    private static final int WANTED = 2;
    private static final int HEARD = 3;

    private final AtomicIntegerArray states = new AtomicIntegerArray(ROOM);
    private final int[] ports = new int[ROOM];
    private final long[] highs = new long[ROOM];
    private final long[] lows = new long[ROOM];
    private final int[] lengths = new int[ROOM];
    private final byte[][] frames = new byte[ROOM][LONGEST_FRAME];
    private volatile boolean some;

    NeighbourNews() {}

    /** Says that packets wait for this neighbour; false if there is no room. */
    boolean want(int port, long high, long low) {
        int i = claim();
        if (i < 0) {
            return false;
        }
        highs[i] = high;
        lows[i] = low;
        publish(i, port, WANTED);
        return true;
    }

    /** Copies a frame; false if there is no room for it. */
    boolean hear(int port, long frame, int length) {
        int i = length > LONGEST_FRAME ? -1 : claim();
        if (i < 0) {
            return false;
        }
        Mem.copyTo(frame, frames[i], 0, length);
        lengths[i] = length;
        publish(i, port, HEARD);
        return true;
    }

    private int claim() {
        for (int i = 0; i < ROOM; i++) {
            if (states.compareAndSet(i, FREE, FILLING)) {
                return i;
            }
        }
        return -1;
    }

    private void publish(int i, int port, int state) {
        ports[i] = port;
        states.setRelease(i, state);
        some = true;
    }

    /**
     * Conductor: takes all there is.
     *
     * @return how much
     */
    public int take(Listener listener) {
        if (!some) {
            return 0;
        }
        some = false; // before looking: what comes later sets it again
        int taken = 0;
        for (int i = 0; i < ROOM; i++) {
            int state = states.getAcquire(i);
            if (state == WANTED || state == HEARD) {
                try {
                    if (state == WANTED) {
                        listener.wanted(ports[i], highs[i], lows[i]);
                    } else {
                        listener.heard(ports[i], frames[i], lengths[i]);
                    }
                } finally {
                    states.setRelease(i, FREE);
                }
                taken++;
            }
        }
        return taken;
    }
}
