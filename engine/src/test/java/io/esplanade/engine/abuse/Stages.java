package io.esplanade.engine.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.ipsec.InboundState;
import io.esplanade.engine.ipsec.IpAddresses;
import io.esplanade.engine.ipsec.PlainReplayGate;
import io.esplanade.engine.ipsec.Sad;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.DropSink;
import io.esplanade.engine.mbuf.LaneMbufSource;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.MbufRing;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.path.Egress;
import io.esplanade.engine.path.Transmitter;
import io.esplanade.engine.path.Worker;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.testing.DrivenGateway;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.TunnelGateway;

import java.net.InetAddress;

/**
 * A worker and a last stage beside those of a driven gateway, with mbufs and ports of their own, to
 * be given what no first stage gives them. What they drop is counted with the gateway's drops.
 */
final class Stages implements AutoCloseable {

    private final MbufPool pool = new MbufPool(8, 0, true);
    private final LaneMbufSource source = new LaneMbufSource(pool, 0, 1);
    private final MbufRing loop = new MbufRing(4);
    private final DrivenGateway gateway;
    private final Worker worker;
    private final Egress egress;

    Stages(DrivenGateway gateway) {
        this.gateway = gateway;
        CounterTable counters = gateway.runtime().counters().getFirst();
        DropSink drops = new DropSink(source, counters);
        Transmitter[] ports = {
            transmitter(Side.PROTECTED, drops, counters),
            transmitter(Side.UNPROTECTED, drops, counters)
        };
        worker =
                new Worker(
                        gateway.tables().sad(),
                        0,
                        new CryptoProvider[] {gateway.provider()},
                        4,
                        counters);
        egress =
                new Egress(
                        gateway.tables(),
                        gateway.tables().sad(),
                        new PlainReplayGate(),
                        16,
                        pool,
                        loop,
                        ports,
                        drops,
                        counters);
    }

    private Transmitter transmitter(Side side, DropSink drops, CounterTable counters) {
        OddPort port = new OddPort(side.toString(), side);
        int index = side == Side.PROTECTED ? 0 : 1;
        return new Transmitter(
                port,
                index,
                gateway.tables(),
                port.txQueue(0, source),
                pool,
                4,
                0,
                drops,
                counters);
    }

    /** An mbuf with this packet, as it comes from Ingress. */
    long packet(byte[] packet) {
        long mbuf = source.allocate(packet.length, Owner.INGRESS);
        Mem.copyFrom(packet, 0, Mbuf.data(mbuf), packet.length);
        Mbuf.length(mbuf, packet.length);
        return mbuf;
    }

    void worker(long mbuf) {
        worker.process(burst(mbuf));
    }

    void egress(long mbuf) {
        pool.move(mbuf, Owner.INGRESS, Owner.EGRESS);
        egress.process(burst(mbuf));
    }

    /** Takes an ESP packet of the tunnel from the peer through both stages. */
    void decrypt(byte[] esp, long sequence) {
        Sad sad = gateway.tables().sad();
        long us = IpAddresses.low(InetAddress.ofLiteral(TunnelGateway.US));
        InboundState sa = sad.inbound(TunnelGateway.SPI_IN, 0, us);
        long mbuf = packet(esp);
        Mbuf.transport(mbuf, IpPackets.ESP, 20);
        Mbuf.sequence(mbuf, sequence);
        Mbuf.sa(mbuf, sa.slot(), sa.generation());
        Mbuf.flags(mbuf, Mbuf.DECRYPT);
        worker(mbuf);
        egress(mbuf);
    }

    private static Burst burst(long mbuf) {
        Burst burst = new Burst(1);
        burst.add(mbuf);
        return burst;
    }

    @Override
    public void close() {
        try (pool) {
            worker.close();
            for (long mbuf = loop.poll(); mbuf != Mbuf.NULL; mbuf = loop.poll()) {
                source.free(mbuf);
            }
            assertThat(source.available()).as("free mbufs").isEqualTo(pool.size());
        }
    }
}
