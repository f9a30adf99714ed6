package io.esplanade.engine.path;

import io.esplanade.engine.ipsec.OutboundState;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.os.Mem;

/**
 * A payload of packets one behind the other, in an mbuf that knows its SA (RFC 9347 §6.1.1).
 *
 * <pre>
 *  sub-type 0 | 0 | block offset | rest of the packet before | packet | packet | zeros
 * </pre>
 */
final class Payload {

    /** Bytes before the first block: sub-type, reserved, and where the first block begins. */
    static final int HEADER = 4;

    /** What encapsulation puts behind a payload, in bytes at most. */
    private static final int TAILROOM = 64;

    private Payload() {}

    /** Bytes that each payload of an SA has: what is configured, or what fits if that is less. */
    static int size(Tables tables, OutboundState sa, long version) {
        int known = sa.longestInner(version);
        int fits = known != 0 ? known : TunnelMtu.inner(tables, sa, version);
        return Math.min(sa.aggregateTo(), fits);
    }

    /**
     * Begins one, {@code INGRESS}'s.
     *
     * @param size bytes it is to have
     * @param offset bytes before the first packet that begins in it, or would
     * @param time of its mbuf
     * @return {@link Mbuf#NULL} if there is no mbuf
     */
    static long begin(MbufSource source, int size, int offset, long time, OutboundState sa) {
        long payload = source.allocate(size + TAILROOM, Owner.INGRESS);
        if (payload == Mbuf.NULL) {
            return payload;
        }
        long header = Mbuf.data(payload);
        Mem.putShortBE(header, 0);
        Mem.putShortBE(header + 2, offset);
        Mbuf.length(payload, HEADER);
        Mbuf.time(payload, time);
        Mbuf.passes(payload, 1);
        Mbuf.sa(payload, sa.slot(), sa.generation());
        Mbuf.flags(payload, Mbuf.ENCRYPT | Mbuf.AGGREGATE);
        return payload;
    }

    /**
     * Appends what fits of the packet in {@code mbuf}, from its byte {@code done} on.
     *
     * @param size bytes the payload is to have
     * @return how many bytes did
     */
    static int append(long payload, int size, long mbuf, int done) {
        int filled = Mbuf.length(payload);
        int part = Math.min(Mbuf.length(mbuf) - done, size - filled);
        Mem.copy(Mbuf.data(mbuf) + done, Mbuf.data(payload) + filled, part);
        Mbuf.length(payload, filled + part);
        return part;
    }

    static boolean isFull(long payload, int size) {
        return Mbuf.length(payload) == size;
    }

    /** Makes it as long as it is to be. */
    static void pad(long payload, int size) {
        int filled = Mbuf.length(payload);
        Mem.fill(Mbuf.data(payload) + filled, size - filled, 0);
        Mbuf.length(payload, size);
    }
}
