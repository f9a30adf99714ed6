package io.esplanade.engine.path;

import io.esplanade.engine.net.Hash;

/**
 * Remembers the verdict on each flow, so that policies and routes are looked up once per flow and
 * not once per packet.
 *
 * <p>Two entries to choose from for each flow: a third that falls on both replaces the one that was
 * put there first. An entry counts only while the tables have the version they had when it was
 * made, so a change of a policy or route is effective with the next burst. SAs are not remembered:
 * a verdict names a tunnel, and the tunnel's SA is looked up per packet, so that a rekey takes over
 * between two packets.
 *
 * <p>Eight longs, one cache line, per entry: source, destination, protocol and ports, origin, table
 * version, verdict. One thread.
 */
final class FlowCache {

    /** Answer of {@link #find}: not there. */
    static final long MISS = -1;

    private static final int WORDS = 8;

    /** Behind the array's header: a line's rest, where the JVM begins objects with a line. */
    private static final int FIRST = 6;

    private static final int WAYS = 2;

    private final long[] entries;
    private final int mask;

    /**
     * @param size how many flows, rounded up to a power of two
     */
    FlowCache(int size) {
        int slots = Integer.highestOneBit(Math.max(size, WAYS) - 1) << 1;
        entries = new long[FIRST + slots * WORDS];
        mask = slots / WAYS - 1;
    }

    /** The flow's hash, which also spreads flows over the entries. */
    static int hash(FlowKey key, long origin) {
        long addresses =
                Hash.fold(
                        key.sourceLow ^ 0x9E3779B97F4A7C15L,
                        key.destinationLow ^ 0xC2B2AE3D27D4EB4FL);
        long rest =
                Hash.fold(
                        key.transport ^ origin << 42 ^ 0x27D4EB2F165667C5L,
                        key.sourceHigh
                                ^ Long.rotateLeft(key.destinationHigh, 32)
                                ^ 0x165667B19E3779F9L);
        return (int) (addresses ^ rest);
    }

    /** The verdict on the flow, or {@link #MISS}. */
    long find(FlowKey key, long origin, int hash, long version) {
        int i = set(hash);
        if (isAt(i, key, origin, version)) {
            return entries[i + 7];
        }
        i += WORDS;
        return isAt(i, key, origin, version) ? entries[i + 7] : MISS;
    }

    /** Where the first of the two entries is that a flow may have. */
    private int set(int hash) {
        return FIRST + (hash & mask) * (WAYS * WORDS);
    }

    private boolean isAt(int i, FlowKey key, long origin, long version) {
        long[] e = entries;
        return e[i + 1] == key.sourceLow
                && e[i + 3] == key.destinationLow
                && e[i + 4] == key.transport
                && e[i] == key.sourceHigh
                && e[i + 2] == key.destinationHigh
                && e[i + 5] == origin
                && e[i + 6] == version;
    }

    /** Remembers the verdict on a flow that was not found. */
    void put(FlowKey key, long origin, int hash, long version, long verdict) {
        long[] e = entries;
        int i = set(hash);
        System.arraycopy(e, i, e, i + WORDS, WORDS);
        e[i] = key.sourceHigh;
        e[i + 1] = key.sourceLow;
        e[i + 2] = key.destinationHigh;
        e[i + 3] = key.destinationLow;
        e[i + 4] = key.transport;
        e[i + 5] = origin;
        e[i + 6] = version;
        e[i + 7] = verdict;
    }
}
