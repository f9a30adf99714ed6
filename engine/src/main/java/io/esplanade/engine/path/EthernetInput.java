package io.esplanade.engine.path;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.net.Ethernet;
import io.esplanade.engine.net.Icmp;
import io.esplanade.engine.net.IpProtocol;
import io.esplanade.engine.net.Ipv6;

/** What Ethernet frames received bring: IP packets, news of neighbours, and what is not for us. */
final class EthernetInput {

    private EthernetInput() {}

    /**
     * Takes the link-layer header off.
     *
     * @param news takes what is heard of neighbours
     * @param port the frame was received on
     * @return {@link DropReason#NONE} if an IP packet may be left, or why the frame ends here
     */
    static DropReason strip(long mbuf, NeighbourNews news, int port) {
        int length = Mbuf.length(mbuf);
        if (length < Ethernet.HEADER_LENGTH) {
            return DropReason.RUNT;
        }
        long frame = Mbuf.data(mbuf);
        int type = Ethernet.type(frame);
        if (type != Ethernet.IPV4) {
            if (type == Ethernet.ARP || type == Ethernet.IPV6 && isDiscovery(frame, length)) {
                return news.hear(port, frame, length)
                        ? DropReason.NEIGHBOUR_TAKEN_NOTE_OF
                        : DropReason.NEIGHBOUR_QUEUE_FULL;
            }
            if (type != Ethernet.IPV6) {
                return DropReason.NOT_IP;
            }
        }
        if (Ethernet.isGroup(Ethernet.destination(frame))) {
            return DropReason.MULTICAST; // whatever the packet says (RFC 1812 §5.3.4)
        }
        Mbuf.pull(mbuf, Ethernet.HEADER_LENGTH);
        return DropReason.NONE;
    }

    /** Whether a frame is of neighbour discovery: never forwarded (RFC 4861 §3.1). */
    private static boolean isDiscovery(long frame, int length) {
        long ip = frame + Ethernet.HEADER_LENGTH;
        return length > Ethernet.HEADER_LENGTH + Ipv6.HEADER_LENGTH
                && Ipv6.nextHeader(ip) == IpProtocol.ICMPV6
                && Ipv6.hopLimit(ip) == Icmp.DISCOVERY_HOP_LIMIT
                && Icmp.isDiscovery(Icmp.type(ip + Ipv6.HEADER_LENGTH));
    }
}
