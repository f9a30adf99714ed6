package io.esplanade.engine.path;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.net.IpProtocol;
import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.net.Ipv6;

/**
 * Remembers for a while what was decided on the first fragments of packets, for the later ones,
 * which do not show the ports or the protocol it was decided by: stateful fragment checking (RFC
 * 4301 §7.3 and §7.4), within one stage and the tables of one version.
 *
 * <p>A later fragment for which policies do not look at ports needs no memory. One for which they
 * do goes the way of its first; it is dropped as {@link DropReason#FRAGMENT} if that did not come
 * before it, or more than {@link #LIFE} ago, or was forgotten for others. Memory is fixed: who
 * sends first fragments without end makes later ones be dropped and no more.
 *
 * <p>One thread.
 */
final class FragmentTable {

    /** The verdict on a fragment by itself, if it hides what would decide. */
    static final long UNDECIDED = Verdict.drop(DropReason.FRAGMENT);

    /** How long a first fragment is remembered, ns: identifications come again (RFC 4963). */
    static final long LIFE = 5_000_000_000L;

    /** Packets remembered, at most. */
    static final int PACKETS = 1024;

    // An entry: source, destination, identification, origin, version, verdict, time.
    private static final int WORDS = 9;
    private static final int IDENTIFICATION = 4;
    private static final int ORIGIN = 5;
    private static final int VERSION = 6;
    private static final int VERDICT = 7;
    private static final int TIME = 8;

    private static final int WAYS = 4; // entries that a packet may be remembered in
    private static final int SETS = PACKETS / WAYS;

    /** Where the data of a TCP segment's later fragment cannot begin (RFC 1858 §3.2.2). */
    private static final int INSIDE_TCP_HEADER = 8;

    private final long[] entries = new long[PACKETS * WORDS]; // of version 0: none

    /**
     * The verdict on a fragment.
     *
     * @param alone what policies and routes say of it by itself
     * @param now ns, as {@link Tables#time}
     */
    long settle(FlowKey key, long origin, long version, long alone, long now) {
        boolean later = (key.flags & Mbuf.LATER_FRAGMENT) != 0;
        if (later && alone != UNDECIDED) {
            return overlapsTcp(key) ? UNDECIDED : alone;
        }
        long identification = identification(key);
        int set = set(key, identification, origin);
        if (!later) {
            remember(set, key, identification, origin, version, alone, now);
            return alone;
        }
        if (overlapsTcp(key)) {
            return UNDECIDED;
        }
        int at = find(set, key, identification, origin, version);
        return at >= 0 && now - entries[at + TIME] <= LIFE ? entries[at + VERDICT] : UNDECIDED;
    }

    /** A fragment that would overwrite a part of the header that was looked at (RFC 4301 §7.2). */
    private static boolean overlapsTcp(FlowKey key) {
        long ip = key.packet;
        int offset =
                key.isIpv6()
                        ? Ipv6.fragmentOffset(ip, Ipv6.fragmentHeader(ip))
                        : Ipv4.fragmentOffset(ip);
        return key.protocol() == IpProtocol.TCP && offset == INSIDE_TCP_HEADER;
    }

    /** What all fragments of a packet share beside addresses (RFC 791 §3.2, RFC 8200 §4.5). */
    private static long identification(FlowKey key) {
        long ip = key.packet;
        return key.isIpv6()
                ? Integer.toUnsignedLong(Ipv6.fragmentId(ip, Ipv6.fragmentHeader(ip)))
                : (long) key.protocol() << Integer.SIZE | Ipv4.id(ip);
    }

    private static int set(FlowKey key, long identification, long origin) {
        long h = (key.sourceHigh ^ key.sourceLow) * 0x9e3779b97f4a7c15L;
        h = (h ^ key.destinationHigh ^ key.destinationLow) * 0xbf58476d1ce4e5b9L;
        h = (h ^ identification ^ origin << 33) * 0x94d049bb133111ebL;
        return (int) ((h >>> 40) % SETS) * WAYS * WORDS;
    }

    /** Puts a packet first in its set, in the place of the same one or of the oldest. */
    private void remember(
            int set,
            FlowKey key,
            long identification,
            long origin,
            long version,
            long verdict,
            long now) {
        int known = find(set, key, identification, origin, version);
        int gone = known >= 0 ? known : set + (WAYS - 1) * WORDS;
        System.arraycopy(entries, set, entries, set + WORDS, gone - set);
        entries[set] = key.sourceHigh;
        entries[set + 1] = key.sourceLow;
        entries[set + 2] = key.destinationHigh;
        entries[set + 3] = key.destinationLow;
        entries[set + IDENTIFICATION] = identification;
        entries[set + ORIGIN] = origin;
        entries[set + VERSION] = version;
        entries[set + VERDICT] = verdict;
        entries[set + TIME] = now;
    }

    private int find(int set, FlowKey key, long identification, long origin, long version) {
        for (int at = set; at < set + WAYS * WORDS; at += WORDS) {
            if (entries[at + IDENTIFICATION] == identification
                    && entries[at + 1] == key.sourceLow
                    && entries[at + 3] == key.destinationLow
                    && entries[at] == key.sourceHigh
                    && entries[at + 2] == key.destinationHigh
                    && entries[at + ORIGIN] == origin
                    && entries[at + VERSION] == version) {
                return at;
            }
        }
        return -1;
    }
}
