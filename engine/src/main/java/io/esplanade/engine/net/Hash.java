package io.esplanade.engine.net;

/** What hash tables spread their keys by. */
public final class Hash {

    private Hash() {}

    /**
     * Two words as one, of which every bit depends on all of theirs: both halves of their product
     * (Wang Yi's wyhash). One multiplication, and those of several pairs do not wait for each
     * other. Where a word is 0 so is the result, so words that can be are XORed with something
     * before.
     */
    public static long fold(long a, long b) {
        return a * b ^ Math.unsignedMultiplyHigh(a, b);
    }
}
