package io.esplanade.engine.port.memory;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.port.AbstractPort;
import io.esplanade.engine.port.Capability;
import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.MbufFiller;
import io.esplanade.engine.port.RxQueue;
import io.esplanade.engine.port.TxQueue;

import java.io.IOException;
import java.util.Set;

/**
 * A port at one end of a cable in memory; {@link MemoryLink} and {@link MemoryHost} make it.
 *
 * <p>It has a receive and a transmit queue for each of the cable's strands. A queue's input has
 * ended when the other end is closed and all that was sent on its strand has been received; its
 * output has failed when the other end is closed.
 */
public final class MemoryPort extends AbstractPort {

    private final long mac;
    private final Set<Capability> capabilities;
    private final Strands in;
    private final Strands out;

    MemoryPort(Plug plug, Cable cable, Strands in, Strands out) {
        super(plug.name(), plug.side(), cable.linkType(), cable.mtu(), cable.queues());
        if ((cable.linkType() == LinkType.ETHERNET) != (plug.mac() != 0)) {
            throw new IllegalArgumentException(
                    "port %s: a MAC address belongs to an Ethernet cable, and to no other"
                            .formatted(plug.name()));
        }
        mac = plug.mac();
        capabilities = cable.lossless() ? Set.of(Capability.LOSSLESS) : Set.of();
        this.in = in;
        this.out = out;
    }

    @Override
    public long mac() {
        return mac;
    }

    @Override
    public Set<Capability> capabilities() {
        return capabilities;
    }

    @Override
    protected void open() {}

    @Override
    protected RxQueue openRxQueue(int index, MbufFiller filler) {
        return new Rx(in.ring(index), filler);
    }

    @Override
    protected TxQueue openTxQueue(int index, MbufSource home) {
        return new Tx(name(), out.ring(index), home);
    }

    @Override
    protected void shut() {
        out.closeProducer();
        in.closeConsumer();
    }

    private record Rx(PacketRing ring, MbufFiller filler) implements RxQueue {

        @Override
        public int receive(Burst burst, int max) {
            int received = 0;
            while (received < max) {
                long slot = ring.peek();
                if (slot == 0) {
                    break;
                }
                long mbuf =
                        filler.fill(
                                PacketRing.address(slot),
                                PacketRing.length(slot),
                                PacketRing.time(slot));
                if (mbuf == Mbuf.NULL) {
                    break;
                }
                ring.take(slot);
                burst.add(mbuf);
                received++;
            }
            if (received > 0) {
                ring.release();
            }
            return received;
        }

        @Override
        public boolean ready() {
            return ring.hasPackets();
        }

        @Override
        public boolean ended() {
            return ring.ended();
        }

        @Override
        public long starved() {
            return filler.starved();
        }
    }

    private static final class Tx implements TxQueue {

        private final String port;
        private final PacketRing ring;
        private final MbufSource home;
        private volatile IOException failure;

        Tx(String port, PacketRing ring, MbufSource home) {
            this.port = port;
            this.ring = ring;
            this.home = home;
        }

        @Override
        public int send(Burst burst, int n) {
            if (ring.consumerClosed()) {
                fail();
                return 0;
            }
            int sent = 0;
            while (sent < n) {
                long mbuf = burst.get(sent);
                if (!ring.offer(Mbuf.data(mbuf), Mbuf.length(mbuf), Mbuf.time(mbuf))) {
                    break;
                }
                home.free(mbuf);
                sent++;
            }
            if (sent > 0) {
                ring.publish();
            }
            return sent;
        }

        private void fail() {
            if (failure == null) {
                failure = new IOException("port " + port + ": the cable's other end is closed");
            }
        }

        @Override
        public Throwable failure() {
            return failure;
        }
    }
}
