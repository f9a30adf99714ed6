package io.esplanade.engine.ipsec;

import java.util.List;

/** One selector of a policy in the SPD's index. Immutable. */
final class SpdRule extends SelectorMatcher implements SpdRules {

    /** What policies are indexed by, one after the other. */
    static final int DIMENSIONS = 5;

    static final int SOURCE = 0;
    static final int DESTINATION = 1;

    /** The protocol and behind it the destination port, 24 bits. */
    static final int PROTOCOL = 2;

    /** The source port, or the type. */
    static final int SOURCE_PORT = 3;

    /** Its place in the order of search, which tells apart what no packet does. */
    static final int RANK = 4;

    static final int PROTOCOL_BITS = 8;
    static final int PORT_BITS = 16;

    private final SpdEntry entry;
    private final long rank;

    SpdRule(TrafficSelector selector, SpdEntry entry) {
        super(selector);
        this.entry = entry;
        this.rank = entry.rank();
    }

    /** The policy. */
    SpdEntry entry() {
        return entry;
    }

    /** The policy's place in the order of search. */
    long rank() {
        return rank;
    }

    @Override
    public long least() {
        return rank;
    }

    @Override
    public SpdRules with(SpdRule rule, int dimension) {
        return SpdList.of(this, rule);
    }

    @Override
    public SpdRules without(SpdRule rule, int dimension) {
        return null;
    }

    /** Prefixes in this dimension that hold all of the selector, and at most as much again. */
    List<SpdPrefix> cover(int dimension) {
        return switch (dimension) {
            case SOURCE ->
                    SpdPrefix.cover(sourceFirstHigh, sourceFirstLow, sourceLastHigh, sourceLastLow);
            case DESTINATION ->
                    SpdPrefix.cover(
                            destinationFirstHigh,
                            destinationFirstLow,
                            destinationLastHigh,
                            destinationLastLow);
            case PROTOCOL -> coverProtocol();
            case RANK -> List.of(new SpdPrefix(rank ^ Long.MIN_VALUE, 0, Long.SIZE));
            default -> {
                PortRange ports = visible(sourcePorts);
                yield cover(sourcePortKey(ports.first()), sourcePortKey(ports.last()), PORT_BITS);
            }
        };
    }

    private List<SpdPrefix> coverProtocol() {
        if (protocol < 0) { // any, or one that is not seen
            return List.of(new SpdPrefix(0, 0, 0));
        }
        PortRange ports = visible(destinationPorts);
        return cover(
                protocolKey(protocol, ports.first()),
                protocolKey(protocol, ports.last()),
                PROTOCOL_BITS + PORT_BITS);
    }

    /** Packets that hide their ports are sought among all. */
    private static PortRange visible(PortRange ports) {
        return ports.isOpaque() ? PortRange.ANY : ports;
    }

    private static List<SpdPrefix> cover(long first, long last, int bits) {
        return SpdPrefix.cover(first, 0, last | -1L >>> bits, -1L);
    }

    static long protocolKey(int protocol, int destinationPort) {
        return (long) (protocol << PORT_BITS | destinationPort)
                << Long.SIZE - PROTOCOL_BITS - PORT_BITS;
    }

    static long sourcePortKey(int port) {
        return (long) port << Long.SIZE - PORT_BITS;
    }
}
