package io.esplanade.engine.ipsec;

/**
 * Rules of one part of the SPD's index: a {@linkplain SpdList list} of few, or a {@linkplain
 * SpdNode trie} of many. Immutable: a change makes a new one that shares what is the same.
 */
abstract sealed class SpdRules permits SpdList, SpdNode {

    /** The rank of the first of them in the order of search: who has a better one need not look. */
    final long least;

    SpdRules(long least) {
        this.least = least;
    }

    /**
     * These and one more.
     *
     * @param dimension what a trie of these is over; {@link SpdRule#DIMENSIONS} if there is none
     */
    abstract SpdRules with(SpdRule rule, int dimension);

    /** These without one that is among them; null if it was the last. */
    abstract SpdRules without(SpdRule rule, int dimension);
}
