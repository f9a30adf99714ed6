package io.esplanade.engine.path;

import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.net.Ipv6;

/** What forwarding does to TTL and hop limit: one less, once per gateway (RFC 4301 §5.1.2.1). */
final class Ttl {

    private Ttl() {}

    /**
     * Takes one off.
     *
     * @return false if it is used up; the packet is unchanged then
     */
    static boolean decrement(long mbuf) {
        long ip = Mbuf.data(mbuf);
        if (Mbuf.has(mbuf, Mbuf.IPV6)) {
            if (Ipv6.hopLimit(ip) <= 1) {
                return false;
            }
            Ipv6.decrementHopLimit(ip);
        } else {
            if (Ipv4.ttl(ip) <= 1) {
                return false;
            }
            Ipv4.decrementTtl(ip);
        }
        return true;
    }
}
