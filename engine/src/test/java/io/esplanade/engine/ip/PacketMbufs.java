package io.esplanade.engine.ip;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.mbuf.DropSink;
import io.esplanade.engine.mbuf.LaneMbufSource;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.net.Ipv4;
import io.esplanade.engine.net.Ipv6;
import io.esplanade.engine.net.Transport;
import io.esplanade.engine.os.Mem;

/** A pool, checked at each move, with what puts packets into its mbufs as Ingress would. */
final class PacketMbufs implements AutoCloseable {

    final MbufPool pool;
    final LaneMbufSource source;
    final CounterTable counters = new CounterTable();
    final DropSink drops;

    PacketMbufs(int small, int large) {
        pool = new MbufPool(small, large, true);
        source = new LaneMbufSource(pool, 0, 1);
        drops = new DropSink(source, counters);
    }

    /** An mbuf of {@code INGRESS} with this packet, whose header is sound. */
    long mbuf(byte[] packet) {
        long mbuf = source.allocate(packet.length + 64, Owner.INGRESS);
        assertThat(mbuf).isNotEqualTo(Mbuf.NULL);
        for (int i = 0; i < packet.length; i++) {
            Mem.putByte(Mbuf.data(mbuf) + i, packet[i]);
        }
        Mbuf.length(mbuf, packet.length);
        boolean ipv6 = packet[0] >>> 4 == 6;
        long ip = Mbuf.data(mbuf);
        int transport = ipv6 ? Ipv6.transport(ip) : Ipv4.transport(ip);
        int flags = ipv6 ? Mbuf.IPV6 : 0;
        flags |= Transport.isFragment(transport) ? Mbuf.FRAGMENT : 0;
        flags |= Transport.isLaterFragment(transport) ? Mbuf.LATER_FRAGMENT : 0;
        Mbuf.flags(mbuf, flags);
        Mbuf.transport(mbuf, Transport.protocol(transport), Transport.offset(transport));
        return mbuf;
    }

    static byte[] bytes(long mbuf) {
        byte[] packet = new byte[Mbuf.length(mbuf)];
        for (int i = 0; i < packet.length; i++) {
            packet[i] = (byte) Mem.getUnsignedByte(Mbuf.data(mbuf) + i);
        }
        return packet;
    }

    /** Proves that every mbuf came home. */
    @Override
    public void close() {
        assertThat(source.available()).isEqualTo(pool.smallCount());
        assertThat(source.availableLarge()).isEqualTo(pool.size() - pool.smallCount());
        source.close();
        pool.close();
    }
}
