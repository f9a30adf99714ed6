package io.esplanade.engine.port;

/** What stands before the IP header of a packet on a port. */
public enum LinkType {
    /** A 14-byte Ethernet header; next hops need link-layer addresses. */
    ETHERNET(14),
    /** Nothing: packets begin with their IP header. */
    RAW_IP(0);

    private final int headerLength;

    LinkType(int headerLength) {
        this.headerLength = headerLength;
    }

    /** Bytes of link-layer header. */
    public int headerLength() {
        return headerLength;
    }
}
