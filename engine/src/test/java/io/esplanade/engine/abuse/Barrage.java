package io.esplanade.engine.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.CounterSum;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.TunnelGateway;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Fires packets at a gateway in invariants mode and holds against it what must be true whatever
 * they are: no stage throws, every packet is sent or dropped by name, every mbuf comes home, and
 * only sealed or bypassed packets leave on the unprotected side.
 */
final class Barrage implements AutoCloseable {

    private final TunnelGateway tunnel;
    private long sequence;

    Barrage(boolean ipv6Outside, boolean esn) {
        tunnel =
                TunnelGateway.open(
                        s -> {
                            s.ipv6Outside = ipv6Outside;
                            s.esn = esn;
                            s.innerFromPeer = ANYTHING;
                        });
    }

    private static final List<TrafficSelector> ANYTHING =
            List.of(
                    TunnelGateway.selector("0.0.0.0/0", "0.0.0.0/0"),
                    TunnelGateway.selector("::/0", "::/0"));

    TunnelGateway tunnel() {
        return tunnel;
    }

    /** An ESP packet of the peer's, with the next sequence number, whose plaintext is this. */
    byte[] seal(byte[] payload) {
        return tunnel.fromPeer().sealPayload(++sequence, payload);
    }

    /** The same around a whole inner packet. */
    byte[] sealPacket(byte[] inner) {
        return tunnel.fromPeer().seal(++sequence, inner);
    }

    /**
     * One packet from the unprotected side.
     *
     * @return what came out on the protected side, or null
     */
    byte[] fromWan(byte[] packet) {
        assertThat(tunnel.wan().send(packet)).isTrue();
        settle();
        checkOutside();
        return tunnel.lan().receive();
    }

    /** One packet from the protected side; what comes out on the other is looked at. */
    void fromLan(byte[] packet) {
        assertThat(tunnel.lan().send(packet)).isTrue();
        settle();
        checkOutside();
        tunnel.lan().receive();
    }

    private void settle() {
        tunnel.gateway().settle();
        assertThat(tunnel.gateway().laneFailures()).isEmpty();
        CounterSum counters = tunnel.gateway().counters();
        long cut =
                counters.value(Counter.FRAGMENTS_MADE) - counters.value(Counter.FRAGMENTED_PACKETS);
        assertThat(counters.value(Counter.TX_PACKETS) + counters.drops())
                .as("packets sent or dropped by name")
                .isEqualTo(counters.value(Counter.RX_PACKETS) + cut);
        tunnel.gateway().assertEveryMbufAtRest();
    }

    private void checkOutside() {
        for (byte[] sent; (sent = tunnel.wan().receive()) != null; ) {
            assertThat(isSealed(sent) || isBypassed(sent)).as("sealed or bypassed").isTrue();
        }
    }

    private boolean isSealed(byte[] packet) {
        int protocol = packet[0] >>> 4 == 6 ? packet[6] : packet[9];
        int at = tunnel.toPeer().espOffset();
        return protocol == IpPackets.ESP
                && packet[at] == 0
                && packet[at + 1] == 0
                && packet[at + 2] == TunnelGateway.SPI_OUT >>> 8
                && packet[at + 3] == (byte) TunnelGateway.SPI_OUT;
    }

    /** From 10.1.0.0/16 to 203.0.113.0/24. */
    private static boolean isBypassed(byte[] packet) {
        return packet[0] >>> 4 == 4
                && Arrays.equals(packet, 12, 14, new byte[] {10, 1}, 0, 2)
                && Arrays.equals(packet, 16, 19, new byte[] {(byte) 203, 0, 113}, 0, 3);
    }

    /** {@code packet} cut to {@code length} bytes, its IP header saying so if there is one left. */
    static byte[] cut(byte[] packet, int length) {
        byte[] cut = Arrays.copyOf(packet, length);
        boolean v4 = packet[0] >>> 4 == 4;
        if (v4 && length >= 20) {
            cut[2] = (byte) (length >>> 8);
            cut[3] = (byte) length;
            return IpPackets.withChecksum(cut);
        }
        if (!v4 && length >= 40) {
            cut[4] = (byte) (length - 40 >>> 8);
            cut[5] = (byte) (length - 40);
        }
        return cut;
    }

    /**
     * Bytes with something of an IP packet in their front, so that they get past the first look.
     */
    static byte[] almostIp(RandomGenerator random, int length) {
        byte[] packet = new byte[length];
        random.nextBytes(packet);
        if (length >= 40 && random.nextBoolean()) {
            packet[0] = 0x60;
            packet[6] = EXTENSIONS[random.nextInt(EXTENSIONS.length)];
            for (int at = 40; at + 8 <= length; at += 8) {
                packet[at] = EXTENSIONS[random.nextInt(EXTENSIONS.length)];
                packet[at + 1] = (byte) random.nextInt(3);
            }
            address(packet, 8, random, new byte[] {(byte) 0xfd, 1, 0, 0});
            address(packet, 24, random, new byte[] {(byte) 0xfd, 2, 0, 0});
            return random.nextInt(8) == 0 ? packet : cut(packet, length);
        }
        if (length >= 20) {
            packet[0] = (byte) (0x45 + (random.nextInt(4) == 0 ? random.nextInt(11) : 0));
            packet[6] &= (byte) (random.nextInt(4) == 0 ? 0xff : 0x40);
            packet[7] = random.nextInt(4) == 0 ? packet[7] : 0;
            address(packet, 12, random, new byte[] {10, 1});
            address(packet, 16, random, new byte[] {10, 2});
            boolean whole = (packet[0] & 15) * 4 <= length;
            return random.nextInt(8) == 0 || !whole ? packet : cut(packet, length);
        }
        return packet;
    }

    private static final byte[] EXTENSIONS = {0, 43, 44, 60, 6, 17, 50, 51, 58, 59, 41, 4};

    private static void address(byte[] packet, int at, RandomGenerator random, byte[] prefix) {
        if (random.nextInt(4) != 0) {
            System.arraycopy(prefix, 0, packet, at, prefix.length);
        }
    }

    @Override
    public void close() {
        tunnel.close();
    }
}
