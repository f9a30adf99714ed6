package io.esplanade.engine.path;

import io.esplanade.engine.ip.Mss;
import io.esplanade.engine.ipsec.MtuRules;
import io.esplanade.engine.ipsec.OutboundState;
import io.esplanade.engine.ipsec.PeerAddress;
import io.esplanade.engine.mbuf.Mbuf;

/** How long packets may be in an outbound SA: its port and its path say so. Any thread. */
public final class TunnelMtu {

    private TunnelMtu() {}

    /** The longest ESP packet, in bytes. */
    public static int outer(Tables tables, OutboundState sa) {
        PeerAddress peer = sa.outerHeader().peer();
        int nextHop = tables.route(peer.high(), peer.low());
        int path = sa.pathMtu().learned();
        return nextHop < 0
                ? path
                : Math.min(path, tables.mtu(tables.nextHops().get(nextHop).port()));
    }

    /** The longest inner packet, in bytes, at least 1; remembers it. */
    static int inner(Tables tables, OutboundState sa, long version) {
        int inner = Math.max(1, sa.innerMtu(outer(tables, sa)));
        sa.longestInner(version, inner);
        return inner;
    }

    /**
     * Lowers the segment size that a SYN tells to what these rules and this SA allow.
     *
     * @param sa the SA that segments of that size would travel on, or null if there is none
     * @return whether it was lowered
     */
    static boolean clampMss(Tables tables, long mbuf, int rule, OutboundState sa, long version) {
        if (!Mss.isSyn(mbuf)) {
            return false;
        }
        if (rule != MtuRules.MSS_BY_PATH) {
            return Mss.clamp(mbuf, rule);
        }
        if (sa == null) {
            return false;
        }
        int known = sa.longestInner(version);
        int inner = known != 0 ? known : inner(tables, sa, version);
        return Mss.clamp(mbuf, Math.max(1, Mss.of(inner, Mbuf.has(mbuf, Mbuf.IPV6))));
    }
}
