package io.esplanade.engine.path;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.InboundState;
import io.esplanade.engine.ipsec.PartialPacket;
import io.esplanade.engine.mbuf.DropSink;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.os.Mem;

/**
 * Takes the packets out of {@linkplain Payload payloads} (RFC 9347 §2.5). In the order of sequence
 * numbers: a packet that began in one outer packet ends in the next one or is lost; of an outer
 * packet that comes late only what is whole in it is taken. The thread of Ingress.
 */
final class Disaggregator {

    private static final int PAD = 0;
    private static final int IPV4 = 4;
    private static final int IPV6 = 6;
    private static final int IPV4_LEAST = 20;
    private static final int IPV6_LEAST = 40;
    private static final int LENGTH_IN_IPV4 = 4; // bytes that show it
    private static final int LENGTH_IN_IPV6 = 6;

    /** What is left free behind a packet: it may be encapsulated. */
    private static final int TAILROOM = 64;

    private final MbufSource source;
    private final DropSink drops;
    private final Backlog ready;

    // Of the payload at work.
    private long mbuf;
    private boolean wentOn; // with what had come of a packet before

    /**
     * @param ready where packets wait
     */
    Disaggregator(MbufSource source, DropSink drops, Backlog ready) {
        this.source = source;
        this.drops = drops;
        this.ready = ready;
    }

    /**
     * Takes a payload apart, whose mbuf knows its SA and number, and gives it back.
     *
     * @return {@link DropReason#NONE}, or why there was nothing to take; it is left then
     */
    DropReason split(long payload, InboundState sa) {
        mbuf = payload;
        wentOn = false;
        int length = Mbuf.length(payload);
        long data = Mbuf.data(payload);
        if (length < Payload.HEADER) {
            return DropReason.BAD_AGGREGATE;
        }
        if (Mem.getUnsignedByte(data) != 0) {
            return DropReason.UNSUPPORTED_PAYLOAD; // congestion control
        }
        int before = Mem.getShortBE(data + 2);
        long blocks = data + Payload.HEADER;
        int size = length - Payload.HEADER;
        PartialPacket partial = sa.partial();
        long sequence = Mbuf.sequence(payload);
        boolean late = Long.compareUnsigned(sequence, partial.next()) < 0;
        boolean follows = sequence == partial.next();
        if (!late) {
            partial.next(sequence + 1);
        }
        boolean allPadding = size == 0 || Mem.getUnsignedByte(blocks) >>> 4 == PAD;
        if (before == 0 && allPadding && (late || follows)) {
            return DropReason.DUMMY; // a packet that has begun goes on behind it
        }
        if (!late && !goOn(partial, follows, blocks, before, size)) {
            return DropReason.NONE; // all of it was the middle of one packet
        }
        if (before > 0 && !wentOn) {
            drops.dropPacket(DropReason.AGGREGATE_INCOMPLETE); // a rest without a beginning
        }
        if (before == 0 && allPadding) {
            return DropReason.DUMMY;
        }
        if (before < size && !takeBlocks(blocks, before, size, late ? null : partial)) {
            drops.dropPacket(DropReason.BAD_AGGREGATE);
        }
        drops.giveBack(payload);
        return DropReason.NONE;
    }

    /**
     * Goes on with a packet that has begun, if this payload has its rest.
     *
     * @return whether there is more in the payload to be looked at; else its mbuf was given back
     */
    private boolean goOn(
            PartialPacket partial, boolean follows, long blocks, int before, int size) {
        if (partial.isEmpty()) {
            return true;
        }
        int part = Math.min(before, size);
        boolean fits = follows && before > 0 && partial.append(blocks, part);
        wentOn = follows;
        int whole = partial.wholeLength();
        if (!fits || whole != 0 && whole != partial.length() + before - part) {
            partial.clear();
            drops.dropPacket(DropReason.AGGREGATE_INCOMPLETE);
            return true;
        }
        if (before > size) {
            drops.giveBack(mbuf);
            return false;
        }
        if (whole == 0) { // not even its length has come, and yet it ends here
            drops.dropPacket(DropReason.BAD_AGGREGATE);
        } else {
            emit(partial);
        }
        partial.clear();
        return true;
    }

    /** Takes what begins in this payload; false if that is no sound row of blocks. */
    private boolean takeBlocks(long blocks, int first, int size, PartialPacket partial) {
        int at = first;
        while (at < size) {
            int version = Mem.getUnsignedByte(blocks + at) >>> 4;
            if (version == PAD) {
                return true;
            }
            if (version != IPV4 && version != IPV6) {
                return false;
            }
            boolean ipv6 = version == IPV6;
            int rest = size - at;
            int length = 0; // unknown
            if (rest >= (ipv6 ? LENGTH_IN_IPV6 : LENGTH_IN_IPV4)) {
                length =
                        ipv6
                                ? IPV6_LEAST + Mem.getShortBE(blocks + at + 4)
                                : Mem.getShortBE(blocks + at + 2);
                if (!ipv6 && length < IPV4_LEAST) {
                    return false;
                }
            }
            if (length == 0 || length > rest) {
                if (partial != null) {
                    partial.append(blocks + at, rest);
                }
                return true;
            }
            long packet = allocate(length, ipv6);
            if (packet != Mbuf.NULL) {
                Mem.copy(blocks + at, Mbuf.data(packet), length);
                ready.addLast(packet);
            }
            at += length;
        }
        return true;
    }

    private void emit(PartialPacket whole) {
        long packet = allocate(whole.length(), whole.isIpv6());
        if (packet != Mbuf.NULL) {
            whole.copyTo(Mbuf.data(packet));
            ready.addLast(packet);
        }
    }

    private long allocate(int length, boolean ipv6) {
        long packet = source.allocate(length + TAILROOM, Owner.INGRESS);
        if (packet == Mbuf.NULL) {
            drops.dropPacket(DropReason.NO_MBUF_FOR_DATAGRAM);
            return Mbuf.NULL;
        }
        Mbuf.length(packet, length);
        Mbuf.time(packet, Mbuf.time(mbuf));
        Mbuf.passes(packet, Mbuf.passes(mbuf));
        Mbuf.sa(packet, Mbuf.sa(mbuf), Mbuf.saGeneration(mbuf));
        Mbuf.flags(packet, Mbuf.INNER | (ipv6 ? Mbuf.IPV6 : 0));
        return packet;
    }
}
