package io.esplanade.engine.ipsec;

/** What an SA puts its header around (RFC 4301 §4.1). */
public enum SaMode {
    /** A whole IP packet, which gets an outer header. */
    TUNNEL,

    /**
     * What follows the IP header of a packet between the SA's own two addresses. A gateway has such
     * packets where a host on a protected port uses its address, or that host tunnels by itself.
     */
    TRANSPORT
}
