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
 * <p>One thread.
 */
public final class Reassembler {

    /** One datagram of 64 KiB in pieces for 1280 bytes. */
    private static final int LEAST_PER_SOURCE = 56;

    /** Bytes left free behind the datagram: as behind what a port receives. */
    private static final int TAILROOM = 64;

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
        probe.between(sourceHigh, sourceLow, destinationHigh, destinationLow);
        int ecn = Fragment.read(mbuf, probe, kind);
        if (ecn < 0) {
            return DropReason.BAD_FRAGMENT;
        }
        Datagram datagram = find(probe);
        if (datagram != null && datagram.isGivenUp()) {
            return DropReason.REASSEMBLY_OVERLAP;
        }
        if (!makeRoom(probe, datagram)) {
            return DropReason.REASSEMBLY_FULL;
        }
        datagram = find(probe); // room may have been made of it, too
        if (datagram == null) {
            datagram = begin(now);
        }
        DropReason reason = datagram.insert(mbuf, ecn);
        if (reason == DropReason.NONE) {
            pool.move(mbuf, Owner.INGRESS, Owner.REASSEMBLY);
            held++;
            return datagram.isComplete() ? complete(datagram, mbuf) : DropReason.NONE;
        }
        if (reason == DropReason.REASSEMBLY_OVERLAP) {
            dropAll(datagram, reason);
            datagram.giveUp(); // remembered, so that nothing more is kept
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
        return begun > 0 && datagrams[0].hasExpired(now);
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
        while (hasExpired(now)) {
            end(datagrams[0], DropReason.REASSEMBLY_TIMEOUT);
        }
    }

    /** Drops everything. */
    public void abandon(DropReason reason) {
        while (begun > 0) {
            end(datagrams[0], reason);
        }
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
                ofSource += datagrams[i].isGivenUp() ? 1 : datagrams[i].count();
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
        datagram.begin(now + time);
        return datagram;
    }

    private void dropAll(Datagram datagram, DropReason reason) {
        held -= datagram.count();
        for (long mbuf = datagram.poll(); mbuf != Mbuf.NULL; mbuf = datagram.poll()) {
            drops.drop(mbuf, reason);
        }
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
        long first = datagram.first();
        int header = Fragment.headers(first);
        int total = header + datagram.size();
        DropReason reason = DropReason.NONE;
        long mbuf = Mbuf.NULL;
        if (total > Fragment.LONGEST_DATAGRAM || datagram.isMarkedWrongly()) {
            reason = DropReason.BAD_FRAGMENT;
        } else {
            mbuf = source.allocate(total + TAILROOM, Owner.INGRESS);
            if (mbuf == Mbuf.NULL) {
                reason = DropReason.NO_MBUF_FOR_DATAGRAM;
            }
        }
        if (reason != DropReason.NONE) {
            datagram.remove(last);
            held--;
            pool.move(last, Owner.REASSEMBLY, Owner.INGRESS);
            end(datagram, reason);
            return reason;
        }
        Mem.copy(Mbuf.data(first), Mbuf.data(mbuf), header);
        for (long m = first; m != Mbuf.NULL; m = Fragment.next(m)) {
            long to = Mbuf.data(mbuf) + header + Fragment.start(m);
            Mem.copy(Mbuf.data(m) + Fragment.headers(m), to, Fragment.size(m));
        }
        Mbuf.length(mbuf, total);
        Mbuf.time(mbuf, Mbuf.time(last));
        Mbuf.passes(mbuf, Mbuf.passes(last));
        finish(mbuf, Mbuf.has(first, Mbuf.IPV6), datagram.isMarked());
        counters.add(Counter.FRAGMENTS_REASSEMBLED, datagram.count());
        counters.add(Counter.DATAGRAMS_REASSEMBLED, 1);
        giveBack(datagram);
        whole = mbuf;
        return DropReason.NONE;
    }

    /** Gives back the mbufs whose data was copied. */
    private void giveBack(Datagram datagram) {
        held -= datagram.count();
        for (long mbuf = datagram.poll(); mbuf != Mbuf.NULL; mbuf = datagram.poll()) {
            drops.giveBack(mbuf);
        }
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
