package io.esplanade.engine.esp;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.crypto.CryptoBurst;
import io.esplanade.engine.crypto.CryptoBurst.Operation;
import io.esplanade.engine.crypto.CryptoBurst.Status;
import io.esplanade.engine.crypto.CryptoException;
import io.esplanade.engine.crypto.CryptoProvider;
import io.esplanade.engine.crypto.CryptoQueue;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.crypto.TestProviders;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.InboundState;
import io.esplanade.engine.ipsec.OutboundState;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.port.PortMbufs;

import java.net.InetAddress;
import java.util.Arrays;

/** The encapsulator, the decapsulator and a provider, for both ends of one SA. */
final class EspMachine implements AutoCloseable {

    /** Bytes of outer header. */
    static final int OUTER = 20;

    private static final InetAddress HERE = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress THERE = InetAddress.ofLiteral("192.0.2.2");

    final OutboundState outbound;
    final InboundState inbound;
    private final PortMbufs mbufs = new PortMbufs(4, 0);
    private final CryptoBurst burst = new CryptoBurst(1);
    private final CryptoProvider provider;
    private final KeyMaterial key;
    private final CryptoQueue queue;
    private final long encrypting;
    private final long decrypting;

    EspMachine(String provider, Suite suite, byte[] key, int spi, boolean esn, long sequence)
            throws CryptoException {
        this.provider = TestProviders.require(provider);
        this.key = KeyMaterial.takeFrom(key.clone());
        encrypting = this.provider.newContext(suite, this.key, Operation.ENCRYPT);
        decrypting = this.provider.newContext(suite, this.key, Operation.DECRYPT);
        queue = this.provider.newQueue(burst);
        SecurityAssociation.Builder sa =
                SecurityAssociation.builder("test")
                        .spi(spi)
                        .from(HERE)
                        .to(THERE)
                        .suite(suite)
                        .key(this.key)
                        .esn(esn)
                        .initialSequence(sequence);
        outbound = new OutboundState(sa.outbound().build(), 0, 0, encrypting);
        inbound = new InboundState(sa.direction(Direction.INBOUND).build(), 0, 0, decrypting);
    }

    /** The ESP packet that {@code inner} becomes, from the SPI on. */
    byte[] seal(byte[] inner, long sequence) {
        return seal(inner, sequence, Esp.NEXT_HEADER_IPV4);
    }

    /** The same with another next header. */
    byte[] seal(byte[] inner, long sequence, int nextHeader) {
        long mbuf = mbufs.packet(inner, 0);
        Mbuf.sequence(mbuf, sequence);
        assertThat(Encapsulator.prepare(mbuf, outbound, 0, burst, 0)).isEqualTo(DropReason.NONE);
        long end = Mbuf.data(mbuf) + Mbuf.length(mbuf) - outbound.icvLength();
        assertThat(Mem.getUnsignedByte(end - 1)).isEqualTo(Esp.NEXT_HEADER_IPV4);
        Mem.putByte(end - 1, nextHeader);
        assertThat(run()).as("%s", outbound.association().suite()).isEqualTo(Status.OK);
        byte[] packet = Mem.bytes(Mbuf.data(mbuf), Mbuf.length(mbuf));
        mbufs.free(mbuf);
        return Arrays.copyOfRange(packet, OUTER, packet.length);
    }

    /** The ESP packet with an outer header, of which nothing is said but that it is IPv4's. */
    static byte[] behindOuterHeader(byte[] esp) {
        byte[] packet = new byte[OUTER + esp.length];
        packet[0] = 0x45;
        System.arraycopy(esp, 0, packet, OUTER, esp.length);
        return packet;
    }

    /** What is in the ESP packet, or null if its ICV is wrong. */
    byte[] open(byte[] packet, long sequence) {
        long mbuf = mbufs.packet(behindOuterHeader(packet), 0);
        try {
            Mbuf.transport(mbuf, 50, OUTER);
            Mbuf.sequence(mbuf, sequence);
            assertThat(Decapsulator.prepare(mbuf, inbound, 0, burst, 0)).isEqualTo(DropReason.NONE);
            Status status = run();
            if (status == Status.BAD_TAG) {
                return null;
            }
            assertThat(status).isEqualTo(Status.OK);
            assertThat(Decapsulator.finish(mbuf, inbound)).isEqualTo(DropReason.NONE);
            return Mem.bytes(Mbuf.data(mbuf), Mbuf.length(mbuf));
        } finally {
            mbufs.free(mbuf);
        }
    }

    private Status run() {
        assertThat(queue.submit(1)).isOne();
        assertThat(queue.poll()).isOne();
        return burst.status(0);
    }

    @Override
    public void close() {
        queue.close();
        provider.freeContext(encrypting);
        provider.freeContext(decrypting);
        key.close();
        burst.close();
        mbufs.close();
    }
}
