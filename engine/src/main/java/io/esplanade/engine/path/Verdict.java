package io.esplanade.engine.path;

import io.esplanade.engine.counters.DropReason;

/**
 * What is to be done with the packets of a flow, in one long so that the flow cache can hold it:
 * kind in bits 56 and up, drop reason in bits 48 to 55, and below an index.
 */
final class Verdict {

    /** Drop, for {@link #reason}. */
    static final int DROP = 0;

    /** Send to next hop {@link #index}. */
    static final int FORWARD = 1;

    /** Send in clear, as a BYPASS policy allows, to next hop {@link #index}. */
    static final int BYPASS = 2;

    /** Encapsulate on the outbound SA of tunnel {@link #index}. */
    static final int PROTECT = 3;

    /** Send round again from the protected side, to meet the outbound policy. */
    static final int LOOP = 4;

    /** Send in clear, as the gateway's own, to next hop {@link #index}. */
    static final int LOCAL = 5;

    private Verdict() {}

    static long drop(DropReason reason) {
        return (long) reason.ordinal() << 48;
    }

    static long of(int kind, int index) {
        return (long) kind << 56 | index & 0xffff_ffffL;
    }

    static int kind(long verdict) {
        return (int) (verdict >>> 56);
    }

    static DropReason reason(long verdict) {
        return DropReason.of((int) (verdict >>> 48) & 0xff);
    }

    static int index(long verdict) {
        return (int) verdict;
    }
}
