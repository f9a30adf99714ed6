package io.esplanade.engine.net;

import io.esplanade.engine.os.Mem;

/** Explicit congestion notification: the two lowest bits of TOS and traffic class (RFC 3168). */
public final class Ecn {

    public static final int NOT_ECT = 0;
    public static final int ECT_1 = 1;
    public static final int ECT_0 = 2;
    public static final int CE = 3;

    /** Answer of {@link #decapsulated}: the packet must be dropped. */
    public static final int DROP = -1;

    /** RFC 6040 §4.2, figure 4: two bits for each inner and outer codepoint. */
    private static final int[] DECAPSULATED = {
        NOT_ECT, NOT_ECT, NOT_ECT, DROP, // inner Not-ECT; outer Not-ECT, ECT(1), ECT(0), CE
        ECT_1, ECT_1, ECT_1, CE, // inner ECT(1)
        ECT_0, ECT_1, ECT_0, CE, // inner ECT(0)
        CE, CE, CE, CE, // inner CE
    };

    private Ecn() {}

    /** DSCP and ECN of an IP header of either family. */
    public static int trafficClass(long ip) {
        return Ipv4.version(ip) == 6 ? Ipv6.trafficClass(ip) : Ipv4.tos(ip);
    }

    /** What an inner header goes on with when a tunnel ends, or {@link #DROP}. */
    public static int decapsulated(int inner, int outer) {
        return DECAPSULATED[inner << 2 | outer];
    }

    /**
     * Carries what the path did to the outer header's ECN into the header of the packet inside,
     * whose checksum is corrected; a wrong checksum stays wrong.
     *
     * @param ip the inner header, of either family
     * @param outer the outer codepoint
     * @return false if the packet must be dropped: the path is congested, and its sender could not
     *     be told otherwise
     */
    public static boolean carryIn(long ip, boolean ipv6, int outer) {
        int trafficClass = ipv6 ? Ipv6.trafficClass(ip) : Ipv4.tos(ip);
        int inner = trafficClass & CE;
        int next = decapsulated(inner, outer);
        if (next == DROP) {
            return false;
        }
        if (next != inner) {
            if (ipv6) {
                Mem.putByte(ip + 1, Mem.getUnsignedByte(ip + 1) ^ (inner ^ next) << 4);
            } else {
                Ipv4.tos(ip, trafficClass ^ inner ^ next);
            }
        }
        return true;
    }
}
