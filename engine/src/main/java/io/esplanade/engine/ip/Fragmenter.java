package io.esplanade.engine.ip;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.DropSink;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.net.IpProtocol;
import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.net.Ipv6;
import io.esplanade.engine.os.Mem;

/**
 * Cuts packets into fragments: IPv4 as routers may (RFC 791 §2.3), IPv6 as their source alone may
 * (RFC 8200 §4.5).
 *
 * <p>The packet's mbuf becomes the first fragment; the others are copied into mbufs of the source.
 * One thread.
 */
public final class Fragmenter {

    /** Bytes left free behind each fragment: it may be encapsulated. */
    private static final int TAILROOM = 64;

    private static final int UNIT = 8;
    private static final int COPIED = 0x80;
    private static final int END_OF_OPTIONS = 0;
    private static final int NO_OPERATION = 1;

    private final MbufSource source;
    private final DropSink drops;
    private int id;

    /**
     * @param drops where mbufs go back that were not needed
     * @param firstId where identifications begin: another in each lane
     */
    public Fragmenter(MbufSource source, DropSink drops, int firstId) {
        this.source = source;
        this.drops = drops;
        this.id = firstId;
    }

    /**
     * Cuts the packet in {@code mbuf}, which is owned by {@code INGRESS} as all fragments will be,
     * and appends them to {@code out} in order. They have its flags and next hop.
     *
     * @param mtu the most bytes a fragment may have, fewer than the packet has
     * @return {@link DropReason#NONE}, or why it was left as it was
     */
    public DropReason fragment(long mbuf, int mtu, Burst out) {
        long ip = Mbuf.data(mbuf);
        boolean ipv4 = Ipv4.version(ip) == 4;
        int header =
                ipv4 ? Ipv4.headerLength(ip) : Ipv6.HEADER_LENGTH + Ipv6.FRAGMENT_HEADER_LENGTH;
        int unit = mtu - header & -UNIT;
        int data = Mbuf.length(mbuf) - (ipv4 ? header : Ipv6.HEADER_LENGTH);
        int count = unit <= 0 ? Integer.MAX_VALUE : Math.ceilDiv(data, unit);
        if (count > out.room()) {
            return DropReason.OVERSIZED;
        }
        if (!ipv4 && !mayCut(ip)) {
            return DropReason.OVERSIZED;
        }
        if (!ipv4 && Mbuf.offset(mbuf) < Ipv6.FRAGMENT_HEADER_LENGTH) {
            return DropReason.NO_HEADROOM;
        }
        int first = out.count();
        out.add(mbuf);
        for (int i = 1; i < count; i++) {
            int size = header + Math.min(unit, data - i * unit);
            long fragment = source.allocate(size + TAILROOM, Owner.INGRESS);
            if (fragment == Mbuf.NULL) {
                giveBack(out, first);
                return DropReason.NO_MBUF_FOR_FRAGMENT;
            }
            Mbuf.length(fragment, size);
            inherit(fragment, mbuf);
            out.add(fragment);
        }
        if (ipv4) {
            cutIpv4(out, first, ip, header, unit, data);
        } else {
            cutIpv6(out, first, ip, unit, data);
        }
        return DropReason.NONE;
    }

    /**
     * Whether this IPv6 packet can be cut: not if it begins with a header that would stand before
     * the fragment header in every fragment (RFC 8200 §4.5). Only transport mode has such packets.
     */
    public static boolean mayCut(long ip) {
        int first = Ipv6.nextHeader(ip);
        return !IpProtocol.isExtension(first) || first == IpProtocol.DESTINATION_OPTIONS;
    }

    private void giveBack(Burst out, int first) {
        for (int i = first + 1; i < out.count(); i++) {
            drops.giveBack(out.get(i));
        }
        out.count(first);
    }

    /**
     * Has another mbuf, with a packet made of the one in {@code mbuf}, go on as that would have.
     */
    public static void inherit(long fragment, long mbuf) {
        Mbuf.flags(fragment, Mbuf.flags(mbuf) & ~(Mbuf.CSUM_PARTIAL | Mbuf.CSUM_VERIFIED));
        Mbuf.nextHop(fragment, Mbuf.nextHop(mbuf));
        Mbuf.time(fragment, Mbuf.time(mbuf));
        Mbuf.flowHash(fragment, Mbuf.flowHash(mbuf));
        Mbuf.passes(fragment, Mbuf.passes(mbuf));
    }

    private static void cutIpv4(Burst out, int first, long ip, int header, int unit, int data) {
        int offset = Ipv4.fragmentOffset(ip);
        boolean more = Ipv4.moreFragments(ip);
        for (int i = 1; i < out.count() - first; i++) {
            long fragment = out.get(first + i);
            int length = Math.min(unit, data - i * unit);
            long at = Mbuf.data(fragment);
            Mem.copy(ip, at, header);
            keepCopiedOptions(at, header);
            Mem.copy(ip + header + (long) i * unit, at + header, length);
            boolean last = i == out.count() - first - 1;
            finishIpv4(at, header + length, offset + i * unit, more || !last);
        }
        long mbuf = out.get(first);
        Mbuf.length(mbuf, header + unit);
        Mbuf.flags(mbuf, Mbuf.flags(mbuf) & ~(Mbuf.CSUM_PARTIAL | Mbuf.CSUM_VERIFIED));
        finishIpv4(ip, header + unit, offset, true);
    }

    private static void finishIpv4(long ip, int total, int offset, boolean more) {
        Ipv4.totalLength(ip, total);
        Ipv4.fragment(ip, offset, more);
        Ipv4.updateChecksum(ip);
    }

    /** Options without the copied flag are the first fragment's alone; here they become padding. */
    private static void keepCopiedOptions(long ip, int header) {
        int at = Ipv4.HEADER_LENGTH;
        while (at < header) {
            int type = Mem.getUnsignedByte(ip + at);
            if (type == END_OF_OPTIONS) {
                return;
            }
            int length = 1;
            if (type != NO_OPERATION) {
                length = at + 1 < header ? Mem.getUnsignedByte(ip + at + 1) : header - at;
                length = Math.min(Math.max(length, 2), header - at);
            }
            if ((type & COPIED) == 0) {
                for (int i = 0; i < length; i++) {
                    Mem.putByte(ip + at + i, NO_OPERATION);
                }
            }
            at += length;
        }
    }

    private void cutIpv6(Burst out, int first, long ip, int unit, int data) {
        int next = Ipv6.nextHeader(ip);
        id++;
        int count = out.count() - first;
        for (int i = 1; i < count; i++) {
            int length = Math.min(unit, data - i * unit);
            long at = Mbuf.data(out.get(first + i));
            Mem.copy(ip, at, Ipv6.HEADER_LENGTH);
            Mem.copy(
                    ip + Ipv6.HEADER_LENGTH + (long) i * unit,
                    at + Ipv6.HEADER_LENGTH + Ipv6.FRAGMENT_HEADER_LENGTH,
                    length);
            finishIpv6(at, next, length, i * unit, i < count - 1);
        }
        long mbuf = out.get(first);
        Mbuf.push(mbuf, Ipv6.FRAGMENT_HEADER_LENGTH);
        Mbuf.length(mbuf, Ipv6.HEADER_LENGTH + Ipv6.FRAGMENT_HEADER_LENGTH + unit);
        long at = Mbuf.data(mbuf);
        for (int i = 0; i < Ipv6.HEADER_LENGTH; i += Long.BYTES) {
            Mem.putLong(at + i, Mem.getLong(ip + i));
        }
        finishIpv6(at, next, unit, 0, true);
    }

    private void finishIpv6(long ip, int next, int length, int offset, boolean more) {
        Ipv6.payloadLength(ip, Ipv6.FRAGMENT_HEADER_LENGTH + length);
        Ipv6.nextHeader(ip, IpProtocol.FRAGMENT);
        long header = ip + Ipv6.HEADER_LENGTH;
        Mem.putByte(header, next);
        Mem.putByte(header + 1, 0);
        Mem.putShortBE(header + 2, offset | (more ? 1 : 0));
        Mem.putIntBE(header + 4, id);
    }
}
