package io.esplanade.engine.net;

/** Protocol numbers (IANA), as in IPv4's Protocol and IPv6's Next Header. */
public final class IpProtocol {

    public static final int HOP_BY_HOP = 0;
    public static final int ICMP = 1;
    public static final int IPV4 = 4;
    public static final int TCP = 6;
    public static final int UDP = 17;
    public static final int DCCP = 33;
    public static final int IPV6 = 41;
    public static final int ROUTING = 43;
    public static final int FRAGMENT = 44;
    public static final int ESP = 50;
    public static final int AH = 51;
    public static final int ICMPV6 = 58;
    public static final int NO_NEXT_HEADER = 59;
    public static final int DESTINATION_OPTIONS = 60;
    public static final int SCTP = 132;
    public static final int MOBILITY = 135;
    public static final int UDP_LITE = 136;

    private IpProtocol() {}

    /** Whether its header begins with two ports. */
    public static boolean hasPorts(int protocol) {
        return switch (protocol) {
            case TCP, UDP, DCCP, SCTP, UDP_LITE -> true;
            default -> false;
        };
    }

    /**
     * Whether policies may look further than its number (RFC 4301 §4.4.1.1): at ports, at the type
     * and code of ICMP, or at the type of a mobility header.
     */
    public static boolean hasPortsOrType(int protocol) {
        return hasPorts(protocol) || hasType(protocol);
    }

    /** Whether its header has a type, which stands for a port where ports are compared. */
    public static boolean hasType(int protocol) {
        return protocol == ICMP || protocol == ICMPV6 || protocol == MOBILITY;
    }

    /** Whether it is an IPv6 extension header, and what is transported comes behind it. */
    public static boolean isExtension(int protocol) {
        return switch (protocol) {
            case HOP_BY_HOP, ROUTING, FRAGMENT, DESTINATION_OPTIONS -> true;
            default -> false;
        };
    }
}
