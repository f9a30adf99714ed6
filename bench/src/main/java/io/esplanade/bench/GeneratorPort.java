package io.esplanade.bench;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Region;
import io.esplanade.engine.port.Capability;
import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.RxQueue;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.TxQueue;

import java.util.Set;

/**
 * A port without a wire: receiving copies the next of a set of packets into an mbuf, transmitting
 * frees the mbuf. What a lane costs between the two is the lane's own.
 */
final class GeneratorPort implements Port {

    private final String name;
    private final Side side;
    private final byte[][] packets;
    private final Region region;
    private long sent;

    /**
     * @param packets what is received, over and over; none means nothing is
     */
    GeneratorPort(String name, Side side, byte[][] packets) {
        this.name = name;
        this.side = side;
        this.packets = packets;
        region = Region.map((long) Math.max(1, packets.length) * MbufPool.SMALL_SIZE, "packets");
        for (int i = 0; i < packets.length; i++) {
            Mem.copyFrom(packets[i], 0, address(i), packets[i].length);
        }
    }

    private long address(int packet) {
        return region.address() + (long) packet * MbufPool.SMALL_SIZE;
    }

    /** How many packets it has transmitted. */
    long sent() {
        return sent;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Side side() {
        return side;
    }

    @Override
    public LinkType linkType() {
        return LinkType.RAW_IP;
    }

    @Override
    public int mtu() {
        return 1500;
    }

    @Override
    public int rxQueues() {
        return 1;
    }

    @Override
    public int txQueues() {
        return 1;
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of();
    }

    @Override
    public void attach(MbufPool pool) {}

    @Override
    public RxQueue rxQueue(int index, MbufSource source) {
        return new Generator(source);
    }

    @Override
    public TxQueue txQueue(int index, MbufSource home) {
        return (burst, n) -> {
            for (int i = 0; i < n; i++) {
                home.free(burst.get(i));
            }
            sent += n;
            return n;
        };
    }

    @Override
    public void close() {
        region.close();
    }

    private final class Generator implements RxQueue {
        private final MbufSource source;
        private int next;

        Generator(MbufSource source) {
            this.source = source;
        }

        @Override
        public int receive(Burst burst, int max) {
            if (packets.length == 0) {
                return 0;
            }
            int first = burst.count();
            int n = source.allocate(burst, max, Owner.INGRESS);
            for (int i = first; i < first + n; i++) {
                long mbuf = burst.get(i);
                int length = packets[next].length;
                Mem.copy(address(next), Mbuf.data(mbuf), length);
                Mbuf.length(mbuf, length);
                next = next + 1 == packets.length ? 0 : next + 1;
            }
            return n;
        }
    }
}
