package io.esplanade.engine.ipsec;

/**
 * Rules of one part of the {@link SpdIndex}: one, or a {@linkplain SpdList list} of few, which a
 * change replaces, or a {@linkplain SpdNode trie} of many, which it changes in place.
 */
sealed interface SpdRules permits SpdRule, SpdList, SpdNode {

    /**
     * No rule here comes before this rank in the order of search: who has a better one need not
     * look.
     */
    long least();

    /**
     * Adds a rule; the writer only.
     *
     * @param dimension what a trie of these is over; {@link SpdRule#DIMENSIONS} if there is none
     * @return what stands in the place of this from now on
     */
    SpdRules with(SpdRule rule, int dimension);

    /**
     * Takes out a rule that is here; the writer only.
     *
     * @return what stands in the place of this from now on; null if it was the last
     */
    SpdRules without(SpdRule rule, int dimension);
}
