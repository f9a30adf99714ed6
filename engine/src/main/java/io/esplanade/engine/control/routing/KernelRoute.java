package io.esplanade.engine.control.routing;

import io.esplanade.engine.fib.Fib;

import java.util.Arrays;

/** What the kernel knows of one destination: its ways there, the one that is used first. */
final class KernelRoute {

    private static final long HOP = 0xffff_ffffL;

    // Of each way the metric, in the high half, and the next hop; the lowest metric first.
    private long[] ways = new long[0];

    /** The index of the next hop that this route gave the table, or {@link Fib#NONE}. */
    int nextHop = Fib.NONE;

    /** Whether a route that the engine was told is in the table instead. */
    boolean hidden;

    /** Of the picture in which the kernel spoke of it last. */
    long picture;

    KernelRoute(boolean hidden, long picture) {
        this.hidden = hidden;
        this.picture = picture;
    }

    /** The next hop of the first way that leads to one of our ports, or {@link Fib#NONE}. */
    int best() {
        for (long way : ways) {
            if ((int) way != Fib.NONE) {
                return (int) way;
            }
        }
        return Fib.NONE;
    }

    boolean isEmpty() {
        return ways.length == 0;
    }

    void clear() {
        ways = new long[0];
    }

    /** Adds a way behind those of its metric, or before them. */
    void add(int metric, int hop, boolean behind) {
        int at = behind ? endOf(metric) : startOf(metric);
        long[] more = new long[ways.length + 1];
        System.arraycopy(ways, 0, more, 0, at);
        more[at] = way(metric, hop);
        System.arraycopy(ways, at, more, at + 1, ways.length - at);
        ways = more;
    }

    boolean has(int metric, int hop) {
        return indexOf(metric, hop) >= 0;
    }

    /** Removes one way of this metric that leads there; false if there is none. */
    boolean remove(int metric, int hop) {
        int at = indexOf(metric, hop);
        if (at >= 0) {
            removeAt(at);
        }
        return at >= 0;
    }

    /** Removes the first way of this metric, if there is one. */
    void removeFirst(int metric) {
        if (startOf(metric) < endOf(metric)) {
            removeAt(startOf(metric));
        }
    }

    /** Removes all ways of this metric. */
    void removeAll(int metric) {
        ways = Arrays.stream(ways).filter(way -> way >>> 32 != unsigned(metric)).toArray();
    }

    private void removeAt(int at) {
        long[] fewer = Arrays.copyOf(ways, ways.length - 1);
        System.arraycopy(ways, at + 1, fewer, at, fewer.length - at);
        ways = fewer;
    }

    private int indexOf(int metric, int hop) {
        for (int i = startOf(metric); i < endOf(metric); i++) {
            if (ways[i] == way(metric, hop)) {
                return i;
            }
        }
        return -1;
    }

    /** How many ways have a lower metric. */
    private int startOf(int metric) {
        int at = 0;
        while (at < ways.length && ways[at] >>> 32 < unsigned(metric)) {
            at++;
        }
        return at;
    }

    private int endOf(int metric) {
        int at = startOf(metric);
        while (at < ways.length && ways[at] >>> 32 == unsigned(metric)) {
            at++;
        }
        return at;
    }

    private static long way(int metric, int hop) {
        return (long) metric << 32 | hop & HOP;
    }

    private static long unsigned(int metric) {
        return Integer.toUnsignedLong(metric);
    }
}
