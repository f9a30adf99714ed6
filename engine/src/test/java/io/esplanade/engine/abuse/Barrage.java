package io.esplanade.engine.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.CounterSum;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.engine.mbuf.MbufLedger;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.engine.testing.AhPackets;
import io.esplanade.engine.testing.EspPackets;
import io.esplanade.engine.testing.HandClock;
import io.esplanade.engine.testing.IpFragments;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.TunnelGateway;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Fires packets at a gateway in invariants mode and holds against it what must be true whatever
 * they are: no stage throws, every packet is sent or dropped by name, every mbuf comes home, and
 * only sealed or bypassed packets leave on the unprotected side: the peer opens what is sealed.
 */
final class Barrage implements AutoCloseable {

    /** After so long nothing that came before is remembered: fragments, path MTUs. */
    private static final Duration LONG = Duration.ofMinutes(11);

    private static final int UDP_HEADER = 8;

    private final HandClock clock = new HandClock();
    private final TunnelGateway tunnel;
    private final List<byte[]> fragments = new ArrayList<>(); // that left on the unprotected side
    private long sequence;
    private byte[] lastSealed;

    Barrage(boolean ipv6Outside, boolean esn) {
        this(
                s -> {
                    s.ipv6Outside = ipv6Outside;
                    s.esn = esn;
                });
    }

    /** One that differs so from the usual tunnel, through which anything may come. */
    Barrage(Consumer<TunnelGateway.Settings> change) {
        tunnel =
                TunnelGateway.open(
                        s -> {
                            s.innerFromPeer = ANYTHING;
                            change.accept(s);
                            s.more = s.more.andThen(b -> b.clock(clock));
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
        return sealAt(++sequence, payload);
    }

    /** The same around a whole inner packet. */
    byte[] sealPacket(byte[] inner) {
        return tunnel.fromPeer().seal(++sequence, inner);
    }

    /** The same, so many numbers ahead of the last one, or behind it. */
    byte[] sealAhead(int by, byte[] payload) {
        return sealAt(number(by), payload);
    }

    private byte[] sealAt(long number, byte[] payload) {
        return tunnel.fromPeer().sealPayload(number, payload);
    }

    /** An AH packet of the peer's, where it has AH, so many numbers ahead or behind. */
    byte[] authenticateAhead(int by, int nextHeader, byte[] payload) {
        return ah(tunnel.fromPeer()).seal(number(by), nextHeader, payload);
    }

    private static AhPackets ah(EspPackets esp) {
        return new AhPackets(esp.source(), esp.destination(), esp.spi(), esp.key(), esp.esn());
    }

    private long number(int by) {
        long number = Math.max(1, sequence + by);
        sequence = Math.max(sequence, number);
        return number;
    }

    /** The last packet that left sealed and whole, or null. */
    byte[] lastSealed() {
        return lastSealed;
    }

    /**
     * One packet from the unprotected side.
     *
     * @return what came out on the protected side, or null
     */
    byte[] fromWan(byte[] packet) {
        send(tunnel.wan(), packet);
        settle();
        return tunnel.lan().receive();
    }

    /** One packet from the protected side; what comes out on the other is looked at. */
    void fromLan(byte[] packet) {
        send(tunnel.lan(), packet);
        settle();
        tunnel.lan().receive();
    }

    /** One packet from this side, which waits to be worked off. */
    void send(MemoryHost from, byte[] packet) {
        assertThat(from.send(packet)).as("room in the cable").isTrue();
    }

    /** Works off what has been sent. */
    void settle() {
        tunnel.gateway().settle();
        assertThat(tunnel.gateway().laneFailures()).isEmpty();
        long waiting = tunnel.gateway().mbufs().get(Owner.REASSEMBLY);
        assertThat(MbufLedger.inUse(tunnel.gateway().mbufs())).as("mbufs").isEqualTo(waiting);
        CounterSum counters = tunnel.gateway().counters();
        long made =
                counters.value(Counter.FRAGMENTS_MADE)
                        - counters.value(Counter.FRAGMENTED_PACKETS)
                        + counters.value(Counter.ICMP_ERRORS_SENT)
                        + counters.value(Counter.DATAGRAMS_REASSEMBLED);
        long taken = counters.value(Counter.FRAGMENTS_REASSEMBLED) + waiting;
        assertThat(counters.value(Counter.TX_PACKETS) + counters.drops() + taken)
                .as("packets sent, dropped by name, put together or waiting")
                .isEqualTo(counters.value(Counter.RX_PACKETS) + made);
        for (byte[] sent; (sent = tunnel.wan().receive()) != null; ) {
            checkOutside(sent);
        }
    }

    /** Lets time pass until all that waits has come home. */
    void rest() {
        clock.forward(LONG);
        settle();
        tunnel.gateway().assertEveryMbufAtRest();
        assertThat(fragments).as("fragments of a packet that did not leave whole").isEmpty();
        while (tunnel.lan().receive() != null) {
            // nobody listens
        }
    }

    private void checkOutside(byte[] sent) {
        if (isBypassed(sent) || isErrorAboutBypassed(sent)) {
            return;
        }
        byte[] whole = sent;
        if (isFragment(sent)) {
            fragments.add(sent);
            whole = IpFragments.join(fragments);
            if (whole == null) {
                return;
            }
            fragments.clear();
        }
        open(whole);
        lastSealed = whole;
    }

    private static boolean isFragment(byte[] packet) {
        return packet[0] >>> 4 == 6
                ? packet[6] == IpPackets.IPV6_FRAGMENT
                : (ByteBuffer.wrap(packet).getShort(6) & 0x3fff) != 0;
    }

    /** Opens what the gateway sealed, or throws. */
    private void open(byte[] sealed) {
        int ip = tunnel.toPeer().espOffset();
        if (ip == 20 && sealed[9] == IpPackets.AH) {
            assertThat(ah(tunnel.toPeer()).isRight(sealed)).as("authenticated").isTrue();
            return;
        }
        byte[] esp = sealed;
        if (sealed[ip == 20 ? 9 : 6] == IpPackets.UDP) {
            esp = Arrays.copyOf(sealed, sealed.length - UDP_HEADER);
            System.arraycopy(sealed, ip + UDP_HEADER, esp, ip, esp.length - ip);
        }
        tunnel.toPeer().open(ByteBuffer.wrap(esp).getInt(ip + 4), esp);
    }

    /** From 10.1.0.0/16 to 203.0.113.0/24. */
    private static boolean isBypassed(byte[] packet) {
        return packet[0] >>> 4 == 4 && isIn(packet, 12, LAN) && isIn(packet, 16, BYPASSED);
    }

    /** Of the gateway itself, about a packet that came in clear and by policy. */
    private static boolean isErrorAboutBypassed(byte[] packet) {
        return packet[0] == 0x45
                && packet[9] == IpPackets.ICMP
                && isIn(packet, 12, US)
                && isIn(packet, 16, BYPASSED)
                && isIn(packet, 28 + 12, BYPASSED)
                && isIn(packet, 28 + 16, LAN);
    }

    private static final byte[] LAN = {10, 1};
    private static final byte[] BYPASSED = {(byte) 203, 0, 113};
    private static final byte[] US = {(byte) 192, 0, 2, 1};

    private static boolean isIn(byte[] packet, int at, byte[] prefix) {
        return Arrays.equals(packet, at, at + prefix.length, prefix, 0, prefix.length);
    }

    /** {@code packet} cut to {@code length} bytes, its IP header saying so if there is one left. */
    static byte[] cut(byte[] packet, int length) {
        byte[] cut = Arrays.copyOf(packet, length);
        boolean v4 = packet[0] >>> 4 == 4;
        if (v4 && length >= Math.max(20, (packet[0] & 15) * 4)) {
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
