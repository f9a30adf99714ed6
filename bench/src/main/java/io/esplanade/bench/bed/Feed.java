package io.esplanade.bench.bed;

/** What a receive queue receives, without end. One thread. */
@FunctionalInterface
public interface Feed {

    /** Makes {@code mbuf} the next packet: copies it there and sets the length. */
    void next(long mbuf);
}
