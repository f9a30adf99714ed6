package io.esplanade.engine.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.ipsec.AddressRange;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.IpsecProtocol;
import io.esplanade.engine.ipsec.KeyOrigin;
import io.esplanade.engine.ipsec.SaMode;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.ipsec.TrafficSelector;
import io.esplanade.engine.ipsec.UdpEncapsulation;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.engine.port.memory.Plug;
import io.esplanade.engine.testing.DrivenGateway;
import io.esplanade.engine.testing.IpPackets;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Packets of every mode, family and encapsulation, through a whole gateway, are byte for byte what
 * scapy makes of them, and in AH what the RFC's words make. mode-vectors.txt was made by
 * make_mode_vectors.py, ah-vectors.txt by make_ah_vectors.py, beside them.
 */
class ModeKnownAnswersTest {

    private static final TrafficSelector ANY_IPV4 = any("0.0.0.0/0");
    private static final TrafficSelector ANY_IPV6 = any("::/0");

    private static TrafficSelector any(String range) {
        return TrafficSelector.between(AddressRange.parse(range), AddressRange.parse(range));
    }

    /**
     * @param made whether we make the packet too, or only take it
     * @param clear the packet inside, after the sender has forwarded it
     */
    private record Vector(
            String name,
            boolean made,
            SaMode mode,
            UdpEncapsulation udp,
            Suite ah, // null in ESP
            boolean esn,
            String source,
            String destination,
            int spi,
            long sequence,
            byte[] key,
            byte[] clear,
            byte[] sealed) {

        static Vector parse(String line) {
            String[] words = line.split(" ");
            HexFormat hex = HexFormat.of();
            return new Vector(
                    words[0],
                    words[1].equals("both"),
                    words[2].equals("tunnel") ? SaMode.TUNNEL : SaMode.TRANSPORT,
                    words[3].contains(":") ? udp(words[3].split(":")) : null,
                    Suite.ofKeyword("null-" + words[3]).orElse(null),
                    words.length > 11 && words[11].equals("esn"),
                    words[4],
                    words[5],
                    Integer.parseUnsignedInt(words[6], 16),
                    Long.parseLong(words[7], 16),
                    hex.parseHex(words[8]),
                    hex.parseHex(words[9]),
                    hex.parseHex(words[10]));
        }

        private static UdpEncapsulation udp(String[] ports) {
            return UdpEncapsulation.DEFAULT.withPorts(
                    Integer.parseInt(ports[0]), Integer.parseInt(ports[1]));
        }

        SecurityAssociation sa(Direction direction) {
            boolean in = direction == Direction.INBOUND;
            UdpEncapsulation ends =
                    udp != null && in ? udp.withPorts(udp.remotePort(), udp.localPort()) : udp;
            return SecurityAssociation.builder("sa")
                    .direction(direction)
                    .mode(mode)
                    .encapsulation(ends)
                    .spi(spi)
                    .from(InetAddress.ofLiteral(source))
                    .to(InetAddress.ofLiteral(destination))
                    .protocol(ah == null ? IpsecProtocol.ESP : IpsecProtocol.AH)
                    .suite(ah == null ? Suite.AES_GCM_16_128 : ah)
                    .key(KeyMaterial.takeFrom(key.clone()))
                    .esn(esn)
                    .replayWindow(esn ? 64 : 0)
                    .initialSequence(sequence)
                    .origin(KeyOrigin.STATIC_UNSAFE)
                    .selectors(in ? List.of(ANY_IPV4, ANY_IPV6) : List.of())
                    .build();
        }

        /** The destination of the packet inside. */
        String inner() throws IOException {
            int at = clear[0] >>> 4 == 4 ? 16 : 24;
            int length = clear[0] >>> 4 == 4 ? 4 : 16;
            return InetAddress.getByAddress(Arrays.copyOfRange(clear, at, at + length))
                    .getHostAddress();
        }

        @Override
        public String toString() {
            return ah == null ? name : "AH %s, %s%s".formatted(name, ah, esn ? ", ESN" : "");
        }
    }

    static List<Vector> vectors() throws IOException {
        List<Vector> all = new ArrayList<>(vectors("mode-vectors.txt"));
        all.addAll(vectors("ah-vectors.txt"));
        return all;
    }

    private static List<Vector> vectors(String name) throws IOException {
        try (InputStream file = ModeKnownAnswersTest.class.getResourceAsStream(name)) {
            return new String(file.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .map(Vector::parse)
                    .toList();
        }
    }

    static List<Vector> made() throws IOException {
        return vectors().stream().filter(Vector::made).toList();
    }

    @ParameterizedTest
    @MethodSource("made")
    void whatWeSendIsWhatScapySends(Vector v) throws Exception {
        try (MemoryHost lan = MemoryHost.on(Plug.of("lan", Side.PROTECTED), Cable.DEFAULT);
                MemoryHost wan = MemoryHost.on(Plug.of("wan", Side.UNPROTECTED), Cable.DEFAULT);
                DrivenGateway gateway =
                        gateway(lan, wan, v, Direction.OUTBOUND)
                                .route(v.inner(), "wan")
                                .route(v.destination, "wan")
                                .build()) {
            assertThat(InteropGateway.through(gateway, lan, IpPackets.withTtl(v.clear, 64), wan))
                    .usingRecursiveFieldByFieldElementComparator()
                    .containsExactly(v.sealed);
            assertThat(gateway.drops()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void whatScapySendsWeTake(Vector v) throws Exception {
        try (MemoryHost lan = MemoryHost.on(Plug.of("lan", Side.PROTECTED), Cable.DEFAULT);
                MemoryHost wan = MemoryHost.on(Plug.of("wan", Side.UNPROTECTED), Cable.DEFAULT);
                DrivenGateway gateway =
                        gateway(lan, wan, v, Direction.INBOUND).route(v.inner(), "lan").build()) {
            assertThat(InteropGateway.through(gateway, wan, v.sealed, lan))
                    .usingRecursiveFieldByFieldElementComparator()
                    .containsExactly(IpPackets.withTtl(v.clear, 62));
            assertThat(gateway.drops()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("authenticated")
    void ahCoversEveryByteButWhatRoutersMayChange(Vector v) throws Exception {
        boolean ipv4 = v.sealed[0] >>> 4 == 4;
        // TOS, TTL, checksum; traffic class, flow label, hop limit.
        List<Integer> mayChange = ipv4 ? List.of(1, 8, 10, 11) : List.of(0, 1, 2, 3, 7);
        List<Integer> taken = new ArrayList<>();
        try (MemoryHost lan = MemoryHost.on(Plug.of("lan", Side.PROTECTED), Cable.DEFAULT);
                MemoryHost wan = MemoryHost.on(Plug.of("wan", Side.UNPROTECTED), Cable.DEFAULT);
                DrivenGateway gateway =
                        gateway(lan, wan, v, Direction.INBOUND).route(v.inner(), "lan").build()) {
            for (int i = 0; i < v.sealed.length; i++) {
                byte[] changed = IpPackets.with(v.sealed, i, v.sealed[i] ^ 1);
                byte[] sent = ipv4 ? IpPackets.withChecksum(changed) : changed;
                if (!InteropGateway.through(gateway, wan, sent, lan).isEmpty()) {
                    taken.add(i);
                }
            }
            assertThat(taken).isEqualTo(mayChange);
            assertThat(gateway.drops(DropReason.ICV_FAILED)).isPositive();
            gateway.assertEveryMbufAtRest();
        }
    }

    static List<Vector> authenticated() throws IOException {
        return vectors().stream()
                .filter(v -> v.ah != null && !v.esn && !v.name.contains("mutable"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("authenticatedWithAWindow")
    void anAhPacketThatComesTwiceIsTakenOnce(Vector v) throws Exception {
        try (MemoryHost lan = MemoryHost.on(Plug.of("lan", Side.PROTECTED), Cable.DEFAULT);
                MemoryHost wan = MemoryHost.on(Plug.of("wan", Side.UNPROTECTED), Cable.DEFAULT);
                DrivenGateway gateway =
                        gateway(lan, wan, v, Direction.INBOUND).route(v.inner(), "lan").build()) {
            assertThat(InteropGateway.through(gateway, wan, v.sealed, lan)).hasSize(1);
            assertThat(InteropGateway.through(gateway, wan, v.sealed, lan)).isEmpty();
            assertThat(gateway.drops()).isEqualTo(Map.of(DropReason.REPLAYED, 1L));
            gateway.assertEveryMbufAtRest();
        }
    }

    static List<Vector> authenticatedWithAWindow() throws IOException {
        return vectors().stream().filter(v -> v.ah != null && v.esn).toList();
    }

    private static DrivenGateway.Builder gateway(
            MemoryHost lan, MemoryHost wan, Vector v, Direction direction) {
        DrivenGateway.Builder builder =
                DrivenGateway.builder().port(lan.port()).port(wan.port()).sa(v.sa(direction));
        for (TrafficSelector any : List.of(ANY_IPV4, ANY_IPV6)) {
            String name = "any-" + any.source();
            builder.policy(SecurityPolicy.protect(name, Direction.OUTBOUND, 1, any, "sa"));
        }
        return builder;
    }
}
