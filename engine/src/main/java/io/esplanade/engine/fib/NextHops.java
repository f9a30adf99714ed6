package io.esplanade.engine.fib;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The next hops that routes point to, by index. There are few and they are never removed, so that
 * an index once given stays good. One thread adds; any thread reads.
 */
public final class NextHops {

    private final Map<NextHop, Integer> indices = new HashMap<>();
    private volatile NextHop[] hops = new NextHop[0];

    /** The index of {@code hop}, the same for equal ones; the writer only. */
    public int index(NextHop hop) {
        Integer known = indices.get(hop);
        if (known != null) {
            return known;
        }
        int index = indices.size();
        if (index == hops.length) {
            hops = Arrays.copyOf(hops, Math.max(8, index * 2));
        }
        NextHop[] table = hops;
        table[index] = hop;
        indices.put(hop, index);
        hops = table; // publishes the element
        return index;
    }

    /** The next hop with an index that {@link #index} gave. */
    public NextHop get(int index) {
        return hops[index];
    }
}
