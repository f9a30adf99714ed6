package io.esplanade.engine.port.xdp;

import java.util.function.IntConsumer;

/** Which mbufs, by index, the kernel has: one bit each. One thread. */
final class FrameSet {

    private final long[] words;
    private int count;

    FrameSet(int frames) {
        words = new long[(frames + 63) / 64];
    }

    int count() {
        return count;
    }

    void add(int index) {
        words[index >>> 6] |= 1L << index;
        count++;
    }

    /** Takes one out that is in it. */
    void remove(int index) {
        words[index >>> 6] &= ~(1L << index);
        count--;
    }

    /** Hands over all, and is empty afterwards. */
    void clear(IntConsumer taker) {
        for (int i = 0; i < words.length; i++) {
            while (words[i] != 0) {
                int bit = Long.numberOfTrailingZeros(words[i]);
                words[i] &= words[i] - 1;
                taker.accept((i << 6) + bit);
            }
        }
        count = 0;
    }
}
