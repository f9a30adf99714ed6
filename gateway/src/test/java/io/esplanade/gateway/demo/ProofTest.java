package io.esplanade.gateway.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.engine.Engine;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.engine.port.memory.Plug;
import io.esplanade.engine.port.pcap.PcapWriter;
import io.esplanade.gateway.demo.Traffic.Packet;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;

import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** A proof is worth what it refuses. */
@Timeout(60)
final class ProofTest {

    @TempDir Path directory;

    private final List<Tunnel> tunnels = Tunnel.all();
    private final EspDecoder decoder = new EspDecoder(tunnels);
    private Traffic traffic;

    @BeforeEach
    void unpack() throws IOException {
        Traffic all = Traffic.unpackTo(directory.resolve("traffic.pcap"));
        traffic = new Traffic(all.fromA().subList(0, 3), List.of());
    }

    @Test
    void aPacketIsForwardedIfOnlyTtlAndChecksumChangedAndRightly() {
        byte[] before = traffic.fromA().getFirst().bytes();

        assertThat(Ip.isForwarded(before, hop(before), 1)).isTrue();
        assertThat(Ip.isForwarded(before, hop(hop(before)), 2)).isTrue();
        assertThat(Ip.isForwarded(before, before, 1)).as("no hop").isFalse();
        for (int i = 0; i < before.length; i++) {
            byte[] after = hop(before);
            after[i] ^= 1;
            assertThat(Ip.isForwarded(before, after, 1)).as("byte %d changed", i).isFalse();
        }
    }

    @Test
    void aCaptureOfThePacketsThatWereSentHolds() throws Exception {
        assertThat(faultOf(sealed())).isNull();
    }

    @Test
    void aCaptureThatLacksAPacketDoesNot() throws Exception {
        assertThat(faultOf(sealed().subList(0, 2))).contains("2 packets of 3");
    }

    @Test
    void aCaptureInAnotherOrderDoesNot() throws Exception {
        assertThat(faultOf(sealed().reversed())).contains("another packet");
    }

    @Test
    void aCaptureWithAFlippedBitDoesNot() throws Exception {
        List<byte[]> packets = sealed();
        packets.get(1)[60] ^= 1;

        assertThat(faultOf(packets)).startsWith("packet 2: ");
    }

    @Test
    void aClearPacketInTheCaptureDoesNot() throws Exception {
        List<byte[]> packets = sealed();
        packets.set(2, traffic.fromA().get(2).bytes());

        assertThat(faultOf(packets)).isEqualTo("packet 3: not an ESP packet");
    }

    @Test
    void keysOfAnotherTunnelDoNot() throws Exception {
        EspDecoder stranger = new EspDecoder(Tunnel.all());

        assertThatThrownBy(() -> stranger.decode(sealed().getFirst()))
                .isInstanceOf(GeneralSecurityException.class);
    }

    @Test
    void aFlowSaysSoWhenOneRouterTooFewWasOnTheWay() {
        assertThat(faultOfFlowThrough("10.0.0.0/8", "out"))
                .startsWith("test: packet 1 differs, 3 in all");
    }

    @Test
    void aFlowSaysSoWhenPacketsDoNotArrive() {
        assertThat(faultOfFlowThrough("192.0.2.0/24", "out")).isEqualTo("test: 3 sent, 0 arrived");
    }

    /** What a flow says of a router that is no gateway. */
    private String faultOfFlowThrough(String destination, String port) {
        try (MemoryHost from = MemoryHost.on(Plug.of("in", Side.PROTECTED), Cable.DEFAULT);
                MemoryHost to = MemoryHost.on(Plug.of(port, Side.PROTECTED), Cable.DEFAULT);
                Engine engine =
                        Engine.builder()
                                .port(from.port())
                                .port(to.port())
                                .route(Route.of(destination, port))
                                .build()) {
            engine.start();
            Flow flow = new Flow("test", traffic.fromA(), from, to);
            while (!flow.hasSent(1)) {
                flow.send(1);
            }
            while (engine.snapshot().dropped() < 3 && !flow.hasArrived()) {
                flow.receive();
            }
            return flow.fault();
        }
    }

    private String faultOf(List<byte[]> packets) throws IOException {
        Path capture = directory.resolve("esp.pcap");
        try (PcapWriter writer = new PcapWriter(capture, LinkType.RAW_IP)) {
            for (byte[] packet : packets) {
                writer.write(packet, 0);
            }
        }
        return Proof.undecipherable(traffic, capture, decoder);
    }

    /** What A would send: made here, with the JDK. */
    private List<byte[]> sealed() throws GeneralSecurityException {
        List<byte[]> packets = new ArrayList<>();
        for (Packet packet : traffic.fromA()) {
            packets.add(seal(hop(packet.bytes()), packets.size() + 1));
        }
        return packets;
    }

    private byte[] seal(byte[] inner, int sequence) throws GeneralSecurityException {
        Tunnel tunnel = tunnels.getFirst();
        byte[] key = tunnel.aToB().key();
        int padding = Math.floorMod(-(inner.length + 2), 4);
        ByteBuffer plain = ByteBuffer.allocate(inner.length + padding + 2).put(inner);
        for (int i = 1; i <= padding; i++) {
            plain.put((byte) i);
        }
        plain.put((byte) padding).put((byte) 4);
        ByteBuffer nonce = ByteBuffer.allocate(12).put(key, 16, 4).putLong(sequence);
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(
                Cipher.ENCRYPT_MODE,
                new SecretKeySpec(key, 0, 16, "AES"),
                new GCMParameterSpec(128, nonce.array()));
        int spi = tunnel.aToB().spi();
        cipher.updateAAD(ByteBuffer.allocate(12).putInt(spi).putLong(sequence).flip());
        byte[] sealed = cipher.doFinal(plain.array());
        ByteBuffer packet = ByteBuffer.allocate(36 + sealed.length);
        packet.put((byte) 0x45).position(9).put((byte) 50).position(12);
        packet.put(tunnel.a().getAddress()).put(tunnel.b().getAddress());
        packet.putInt(spi).putInt(sequence).putLong(sequence).put(sealed);
        return packet.array();
    }

    /** The IPv4 packet one router further on (RFC 1141). */
    private static byte[] hop(byte[] packet) {
        byte[] next = packet.clone();
        next[8]--;
        int checksum = ((next[10] & 0xff) << 8 | next[11] & 0xff) + 0x100;
        checksum = (checksum & 0xffff) + (checksum >>> 16);
        next[10] = (byte) (checksum >>> 8);
        next[11] = (byte) checksum;
        return next;
    }
}
