package io.esplanade.engine.ip;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.mbuf.DropSink;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.net.Ipv6;
import io.esplanade.engine.os.Mem;

import java.util.Arrays;

/**
 * Puts fragments of datagrams that are for the gateway itself together again (RFC 791 §3.2, RFC
 * 8200 §4.5), within strict limits: so many mbufs in all and from one source, and so much time for
 * each datagram.
 *
 * <p>Fragments that overlap are an attack or a fault: their datagram is dropped whole, and what
 * still comes of it too (RFC 5722). A fragment that is there already, to the byte, is dropped alone
 * (RFC 8200 §4.5).
 *
 * <p>A datagram's fragments are a list in the order of their data, linked through their metadata:
 * sequence is the next one, next hop and flow hash are where its data belongs and how long it is,
 * the checksum's start is where the data begins. One thread.
 */
public final class Reassembler {

    /** The longest datagram there is. */
    private static final int LONGEST = 65_535;

    /** One datagram of 64 KiB in pieces for 1280 bytes. */
    private static final int LEAST_PER_SOURCE = 56;

    /** Bytes left free behind the datagram: as behind what a port receives. */
    private static final int TAILROOM = 64;

    private static final int UNIT = 8;

    private final MbufPool pool;
    private final MbufSource source;
    private final DropSink drops;
    private final CounterTable counters;
    private final int most;
    private final int mostPerSource;
    private final long time;
    private final Datagram[] datagrams; // those begun, oldest first; then objects for others
    private int begun;
    private int held;
    private long whole;

    /** A datagram of which a fragment has come. */
    private static final class Datagram {
        private long sourceHigh;
        private long sourceLow;
        private long destinationHigh;
        private long destinationLow;
        private int id;
        private int kind;
        private long deadline;
        private long first; // of the list; NULL if it is given up
        private int count;
        private int bytes; // of data so far
        private int end; // where its data ends; 0 if not known
        private int ecn; // a bit for each value that a fragment has
        private boolean givenUp;

        private boolean is(Datagram other) {
            return sourceLow == other.sourceLow
                    && id == other.id
                    && destinationLow == other.destinationLow
                    && sourceHigh == other.sourceHigh
                    && destinationHigh == other.destinationHigh
                    && kind == other.kind;
        }

        private boolean hasSourceOf(Datagram other) {
            return sourceLow == other.sourceLow && sourceHigh == other.sourceHigh;
        }
    }

    /** Reads what a fragment is of; the next to be begun. */
    private Datagram probe() {
        return datagrams[datagrams.length - 1];
    }

    /**
     * @param source where the mbuf of the whole comes from
     * @param counters of its thread
     */
    public Reassembler(
            MbufPool pool,
            MbufSource source,
            DropSink drops,
            CounterTable counters,
            IpConfig config) {
        this.pool = pool;
        this.source = source;
        this.drops = drops;
        this.counters = counters;
        most = config.reassemblyMbufs();
        mostPerSource = Math.min(most, Math.max(LEAST_PER_SOURCE, most / 2));
        time = config.reassemblyTime();
        datagrams = new Datagram[most + 1];
        Arrays.setAll(datagrams, i -> new Datagram());
    }

    /**
     * Takes a fragment that begins with its sound IP header and belongs to {@code INGRESS}.
     * Addresses are those of its header, as 128 bits.
     *
     * @param kind sets apart datagrams that may not be mixed
     * @param now of the clock, ns
     * @return {@link DropReason#NONE} if it is kept or {@link #takeWhole completes} its datagram;
     *     else the caller drops it, and the datagram's other fragments are dropped already
     */
    public DropReason add(
            long mbuf,
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow,
            int kind,
            long now) {
        counters.add(Counter.FRAGMENTS_RECEIVED, 1);
        if (most == 0) {
            return DropReason.REASSEMBLY_FULL;
        }
        Datagram probe = probe();
        probe.sourceHigh = sourceHigh;
        probe.sourceLow = sourceLow;
        probe.destinationHigh = destinationHigh;
        probe.destinationLow = destinationLow;
        int ecn = read(mbuf, probe, kind);
        if (ecn < 0) {
            return DropReason.BAD_FRAGMENT;
        }
        Datagram datagram = find(probe);
        if (datagram != null && datagram.givenUp) {
            return DropReason.REASSEMBLY_OVERLAP;
        }
        if (!makeRoom(probe, datagram)) {
            return DropReason.REASSEMBLY_FULL;
        }
        datagram = find(probe); // room may have been made of it, too
        if (datagram == null) {
            datagram = begin(now);
        }
        DropReason reason = insert(datagram, mbuf, moreFollow(mbuf));
        if (reason == DropReason.NONE) {
            datagram.ecn |= 1 << ecn;
            if (datagram.bytes == datagram.end) {
                return complete(datagram, mbuf);
            }
        }
        return reason;
    }

    /** The datagram that the last fragment completed, {@code INGRESS}'s, or {@link Mbuf#NULL}. */
    public long takeWhole() {
        long taken = whole;
        whole = Mbuf.NULL;
        return taken;
    }

    /** Whether it holds nothing. */
    public boolean isEmpty() {
        return begun == 0;
    }

    /** Whether there is a datagram whose time has run out. */
    public boolean hasExpired(long now) {
        return begun > 0 && now - datagrams[0].deadline >= 0;
    }

    /** The identification in a fragment that begins with its sound IP header. */
    public static int id(long mbuf) {
        long ip = Mbuf.data(mbuf);
        return Mbuf.has(mbuf, Mbuf.IPV6)
                ? Ipv6.fragmentId(ip, Ipv6.fragmentHeader(ip))
                : Ipv4.id(ip);
    }

    /** Drops the datagrams whose time has run out. */
    public void expire(long now) {
        while (begun > 0 && now - datagrams[0].deadline >= 0) {
            end(datagrams[0], DropReason.REASSEMBLY_TIMEOUT);
        }
    }

    /** Drops everything. */
    public void abandon(DropReason reason) {
        while (begun > 0) {
            end(datagrams[0], reason);
        }
    }

    // Reading a fragment.

    /**
     * Notes in its metadata where the fragment's data belongs; says its ECN, or -1 if it is bad.
     */
    private static int read(long mbuf, Datagram probe, int kind) {
        long ip = Mbuf.data(mbuf);
        int offset;
        int data;
        int ecn;
        boolean more;
        if (Mbuf.has(mbuf, Mbuf.IPV6)) {
            int header = Ipv6.fragmentHeader(ip);
            if (header < 0) {
                return -1;
            }
            data = header + Ipv6.FRAGMENT_HEADER_LENGTH;
            offset = Ipv6.fragmentOffset(ip, header);
            more = (Mem.getShortBE(ip + header + 2) & 1) != 0;
            probe.id = Ipv6.fragmentId(ip, header);
            probe.kind = kind << 8;
            ecn = Ipv6.trafficClass(ip) & 3;
        } else {
            data = Ipv4.headerLength(ip);
            offset = Ipv4.fragmentOffset(ip);
            more = Ipv4.moreFragments(ip);
            probe.id = Ipv4.id(ip);
            probe.kind = kind << 8 | Ipv4.protocol(ip);
            ecn = Ipv4.tos(ip) & 3;
        }
        int length = Mbuf.length(mbuf) - data;
        if (length <= 0 || more && length % UNIT != 0 || data + offset + length > LONGEST) {
            return -1;
        }
        Mbuf.nextHop(mbuf, offset);
        Mbuf.flowHash(mbuf, length);
        Mbuf.csum(mbuf, data, more ? 1 : 0);
        return ecn;
    }

    private static boolean moreFollow(long mbuf) {
        return Mbuf.csumOffset(mbuf) != 0;
    }

    private static int start(long mbuf) {
        return Mbuf.nextHop(mbuf);
    }

    private static int end(long mbuf) {
        return Mbuf.nextHop(mbuf) + Mbuf.flowHash(mbuf);
    }

    // The table.

    private Datagram find(Datagram probe) {
        for (int i = 0; i < begun; i++) {
            if (datagrams[i].is(probe)) {
                return datagrams[i];
            }
        }
        return null;
    }

    /** Makes room for a fragment, at the cost of the oldest; not if its source has its share. */
    private boolean makeRoom(Datagram probe, Datagram mine) {
        int ofSource = 0;
        for (int i = 0; i < begun; i++) {
            if (datagrams[i].hasSourceOf(probe)) {
                ofSource += datagrams[i].givenUp ? 1 : datagrams[i].count;
            }
        }
        if (ofSource >= mostPerSource) {
            return false;
        }
        while (held == most || mine == null && begun == datagrams.length - 1) {
            end(datagrams[0], DropReason.REASSEMBLY_FULL);
        }
        return true;
    }

    /** Begins the datagram just read. */
    private Datagram begin(long now) {
        Datagram datagram = probe();
        datagrams[datagrams.length - 1] = datagrams[begun];
        datagrams[begun++] = datagram;
        datagram.deadline = now + time;
        datagram.first = Mbuf.NULL;
        datagram.count = 0;
        datagram.bytes = 0;
        datagram.end = 0;
        datagram.ecn = 0;
        datagram.givenUp = false;
        return datagram;
    }

    /** Puts a fragment where it belongs among the others. */
    private DropReason insert(Datagram datagram, long mbuf, boolean more) {
        long before = Mbuf.NULL;
        long after = datagram.first;
        while (after != Mbuf.NULL && start(after) < start(mbuf)) {
            before = after;
            after = Mbuf.sequence(after);
        }
        if (after != Mbuf.NULL
                && start(after) == start(mbuf)
                && end(after) == end(mbuf)
                && moreFollow(after) == more) {
            return DropReason.DUPLICATE_FRAGMENT;
        }
        boolean overlaps =
                before != Mbuf.NULL && end(before) > start(mbuf)
                        || after != Mbuf.NULL && end(mbuf) > start(after);
        boolean beyondEnd = datagram.end != 0 && (!more || end(mbuf) > datagram.end);
        boolean cutsOff = !more && after != Mbuf.NULL;
        if (overlaps || beyondEnd || cutsOff) {
            giveUp(datagram);
            return DropReason.REASSEMBLY_OVERLAP;
        }
        pool.move(mbuf, Owner.INGRESS, Owner.REASSEMBLY);
        Mbuf.sequence(mbuf, after);
        if (before == Mbuf.NULL) {
            datagram.first = mbuf;
        } else {
            Mbuf.sequence(before, mbuf);
        }
        datagram.count++;
        datagram.bytes += Mbuf.flowHash(mbuf);
        held++;
        if (!more) {
            datagram.end = end(mbuf);
        }
        return DropReason.NONE;
    }

    /** Drops what has come of a datagram, which is remembered so that nothing more is kept. */
    private void giveUp(Datagram datagram) {
        dropAll(datagram, DropReason.REASSEMBLY_OVERLAP);
        datagram.givenUp = true;
    }

    private void dropAll(Datagram datagram, DropReason reason) {
        for (long mbuf = datagram.first; mbuf != Mbuf.NULL; ) {
            long next = Mbuf.sequence(mbuf);
            drops.drop(mbuf, reason);
            mbuf = next;
        }
        held -= datagram.count;
        datagram.count = 0;
        datagram.first = Mbuf.NULL;
    }

    /** Drops what is left of a datagram and forgets it. */
    private void end(Datagram datagram, DropReason reason) {
        dropAll(datagram, reason);
        int at = 0;
        while (datagrams[at] != datagram) {
            at++;
        }
        System.arraycopy(datagrams, at + 1, datagrams, at, begun - at - 1);
        datagrams[--begun] = datagram;
    }

    // The whole.

    /** Copies the fragments together; {@code last} came last and is the caller's if that fails. */
    private DropReason complete(Datagram datagram, long last) {
        long first = datagram.first;
        int header = Mbuf.csumStart(first);
        int total = header + datagram.end;
        boolean marked = (datagram.ecn & 1 << 3) != 0;
        DropReason reason = DropReason.NONE;
        long mbuf = Mbuf.NULL;
        if (total > LONGEST || marked && (datagram.ecn & 1) != 0) {
            reason = DropReason.BAD_FRAGMENT; // RFC 3168 §5.3: CE, and a part that cannot have it
        } else {
            mbuf = source.allocate(total + TAILROOM, Owner.INGRESS);
            if (mbuf == Mbuf.NULL) {
                reason = DropReason.NO_MBUF_FOR_DATAGRAM;
            }
        }
        if (reason != DropReason.NONE) {
            unlink(datagram, last);
            pool.move(last, Owner.REASSEMBLY, Owner.INGRESS);
            end(datagram, reason);
            return reason;
        }
        Mem.copy(Mbuf.data(first), Mbuf.data(mbuf), header);
        for (long m = first; m != Mbuf.NULL; m = Mbuf.sequence(m)) {
            Mem.copy(
                    Mbuf.data(m) + Mbuf.csumStart(m),
                    Mbuf.data(mbuf) + header + start(m),
                    Mbuf.flowHash(m));
        }
        Mbuf.length(mbuf, total);
        Mbuf.time(mbuf, Mbuf.time(last));
        Mbuf.passes(mbuf, Mbuf.passes(last));
        finish(mbuf, Mbuf.has(first, Mbuf.IPV6), marked);
        counters.add(Counter.FRAGMENTS_REASSEMBLED, datagram.count);
        counters.add(Counter.DATAGRAMS_REASSEMBLED, 1);
        giveBack(datagram);
        whole = mbuf;
        return DropReason.NONE;
    }

    private void unlink(Datagram datagram, long mbuf) {
        if (datagram.first == mbuf) {
            datagram.first = Mbuf.sequence(mbuf);
        } else {
            long before = datagram.first;
            while (Mbuf.sequence(before) != mbuf) {
                before = Mbuf.sequence(before);
            }
            Mbuf.sequence(before, Mbuf.sequence(mbuf));
        }
        datagram.count--;
        held--;
    }

    /** Gives back the mbufs whose data was copied. */
    private void giveBack(Datagram datagram) {
        for (long mbuf = datagram.first; mbuf != Mbuf.NULL; ) {
            long next = Mbuf.sequence(mbuf);
            drops.giveBack(mbuf);
            mbuf = next;
        }
        held -= datagram.count;
        datagram.count = 0;
        datagram.first = Mbuf.NULL;
        end(datagram, DropReason.NONE);
    }

    /** Makes the first fragment's header that of the whole. */
    private static void finish(long mbuf, boolean ipv6, boolean marked) {
        long ip = Mbuf.data(mbuf);
        if (!ipv6) {
            Ipv4.totalLength(ip, Mbuf.length(mbuf));
            Ipv4.fragment(ip, 0, false);
            if (marked) {
                Mem.putByte(ip + 1, Ipv4.tos(ip) | 3);
            }
            Ipv4.updateChecksum(ip);
            return;
        }
        // The headers before the fragment header move up to what followed it.
        int at = Ipv6.fragmentHeader(ip);
        int next = Mem.getUnsignedByte(ip + at);
        Mem.putByte(ip + Ipv6.nextHeaderField(ip, at), next);
        Mbuf.pull(mbuf, Ipv6.FRAGMENT_HEADER_LENGTH);
        long to = ip + Ipv6.FRAGMENT_HEADER_LENGTH;
        for (int i = at - Long.BYTES; i >= 0; i -= Long.BYTES) { // headers are multiples of 8
            Mem.putLong(to + i, Mem.getLong(ip + i));
        }
        Ipv6.payloadLength(to, Mbuf.length(mbuf) - Ipv6.HEADER_LENGTH);
        if (marked) {
            Mem.putShortBE(to, Mem.getShortBE(to) | 3 << 4);
        }
    }
}
