package io.esplanade.engine.ip;

import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.net.Ipv6;
import io.esplanade.engine.os.Mem;

/**
 * A fragment that waits for the others of its datagram, in its mbuf's metadata: sequence is the
 * next fragment, next hop and flow hash are where its data belongs and how long it is, the
 * checksum's start is where the data begins, and its offset says whether more follow.
 */
final class Fragment {

    /** The longest datagram there is. */
    static final int LONGEST_DATAGRAM = 65_535;

    private static final int UNIT = 8;

    private Fragment() {}

    /**
     * Notes in the metadata where the data of a fragment belongs, and in {@code of} its datagram's
     * number and kind.
     *
     * @param kind sets apart datagrams that may not be mixed
     * @return its ECN, or -1 if it is bad
     */
    static int read(long mbuf, Datagram of, int kind) {
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
            of.number(Ipv6.fragmentId(ip, header), kind << 8);
            ecn = Ipv6.trafficClass(ip) & 3;
        } else {
            data = Ipv4.headerLength(ip);
            offset = Ipv4.fragmentOffset(ip);
            more = Ipv4.moreFragments(ip);
            of.number(Ipv4.id(ip), kind << 8 | Ipv4.protocol(ip));
            ecn = Ipv4.tos(ip) & 3;
        }
        int length = Mbuf.length(mbuf) - data;
        if (length <= 0
                || more && length % UNIT != 0
                || data + offset + length > LONGEST_DATAGRAM) {
            return -1;
        }
        Mbuf.nextHop(mbuf, offset);
        Mbuf.flowHash(mbuf, length);
        Mbuf.csum(mbuf, data, more ? 1 : 0);
        return ecn;
    }

    static boolean moreFollow(long mbuf) {
        return Mbuf.csumOffset(mbuf) != 0;
    }

    /** Where in the datagram its data belongs. */
    static int start(long mbuf) {
        return Mbuf.nextHop(mbuf);
    }

    /** Where in the datagram its data ends. */
    static int end(long mbuf) {
        return Mbuf.nextHop(mbuf) + Mbuf.flowHash(mbuf);
    }

    /** Bytes of its data. */
    static int size(long mbuf) {
        return Mbuf.flowHash(mbuf);
    }

    /** Bytes of headers before its data. */
    static int headers(long mbuf) {
        return Mbuf.csumStart(mbuf);
    }

    /** The next one, or {@link Mbuf#NULL}. */
    static long next(long mbuf) {
        return Mbuf.sequence(mbuf);
    }

    static void next(long mbuf, long next) {
        Mbuf.sequence(mbuf, next);
    }
}
