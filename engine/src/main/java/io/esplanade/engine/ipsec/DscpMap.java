package io.esplanade.engine.ipsec;

import java.util.Arrays;
import java.util.Map;

/** Which DSCP the outer header gets for each one of the inner header (RFC 2983 §3). Immutable. */
public final class DscpMap {

    /** The largest DSCP. */
    public static final int MAX = 63;

    /** The outer header has the inner one's (RFC 2983 §3.1, the uniform model). */
    public static final DscpMap COPY = new DscpMap(identity());

    private final int[] outer;

    private DscpMap(int[] outer) {
        this.outer = outer;
        for (int dscp : outer) {
            check(dscp);
        }
    }

    private static int[] identity() {
        int[] same = new int[MAX + 1];
        Arrays.setAll(same, i -> i);
        return same;
    }

    private static void check(int dscp) {
        if (dscp < 0 || dscp > MAX) {
            throw new IllegalArgumentException("a DSCP is 0 to 63, not " + dscp);
        }
    }

    /** One DSCP for all packets (RFC 2983 §3.1, the pipe model). */
    public static DscpMap of(int dscp) {
        int[] all = new int[MAX + 1];
        Arrays.fill(all, dscp);
        return new DscpMap(all);
    }

    /** Outer DSCPs by inner ones; those not named are copied. */
    public static DscpMap of(Map<Integer, Integer> outerByInner) {
        int[] mapped = identity();
        outerByInner.forEach(
                (inner, outer) -> {
                    check(inner);
                    mapped[inner] = outer;
                });
        return new DscpMap(mapped);
    }

    /** The outer DSCP for an inner one. */
    public int outer(int inner) {
        return outer[inner];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DscpMap map && Arrays.equals(outer, map.outer);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(outer);
    }

    @Override
    public String toString() {
        return equals(COPY) ? "copy" : Arrays.toString(outer);
    }
}
