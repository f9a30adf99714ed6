package io.esplanade.engine.ipsec;

/**
 * Gives outbound packets their sequence numbers: a seam at which the runtimes differ. A lane counts
 * plainly; SAs shared by threads count atomically.
 */
public interface SequenceSource {

    /** Answer of {@link #next}: none may be used now. */
    long NONE = 0;

    /**
     * The next sequence number of {@code sa}, never given before and never to be given again (RFC
     * 4303 §3.3.3), or {@link #NONE} when the SA's numbers, or those its nonce store has reserved
     * so far, are used up: {@link OutboundState#refusal} tells which.
     */
    long next(OutboundState sa);

    /**
     * Whether the packets of one SA that follow each other in a burst get their numbers together,
     * by {@link #take}, when the burst has been classified.
     */
    default boolean byRuns() {
        return false;
    }

    /**
     * As {@link #next}, {@code n} numbers in one step, all of which the caller uses; only where
     * numbers are given {@linkplain #byRuns by runs}.
     *
     * @return the first of them; {@link #NONE} if not as many are left, and then none is taken
     */
    default long take(OutboundState sa, int n) {
        throw new UnsupportedOperationException();
    }
}
