package io.esplanade.engine.interop.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.crypto.Encryption;
import io.esplanade.engine.crypto.Integrity;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.ipsec.Tfc;
import io.esplanade.engine.ipsec.UdpEncapsulation;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Not ESP in a tunnel: transport mode, in UDP, with sizes that say nothing, and AH. */
@ExtendWith(LinuxPeerExtension.class)
class KernelModesTest {

    private static final int ETHERNET = 14;
    private static final UdpEncapsulation UDP = UdpEncapsulation.DEFAULT.withKeepalive(0);

    static Stream<Tunnel> overBothFamilies() {
        return Stream.of("aes128gcm16", "aes256-sha256", "chacha20poly1305", "null-sha1")
                .map(Tunnel::of)
                .flatMap(t -> Stream.of(t, t.overIpv6(true)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("overBothFamilies")
    void transportMode(Tunnel tunnel, LinuxPeer peer) {
        try (Bed bed = Bed.of(peer, tunnel.inTransportMode())) {
            exchangeBetweenTheEnds(bed, tunnel.outerIpv6());
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("overBothFamilies")
    void aTunnelInUdp(Tunnel tunnel, LinuxPeer peer) {
        Tunnel inUdp = tunnel.with("in UDP", sa -> sa.encapsulation(UDP));
        try (Bed bed = Bed.of(peer, inUdp)) {
            bed.exchange(through());
            bed.assertNothingWentWrong(12);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void transportModeInUdp(boolean ipv6, LinuxPeer peer) {
        Tunnel tunnel =
                Tunnel.of("aes128gcm16")
                        .overIpv6(ipv6)
                        .inTransportMode()
                        .with("in UDP", sa -> sa.encapsulation(UDP));
        try (Bed bed = Bed.of(peer, tunnel)) {
            exchangeBetweenTheEnds(bed, ipv6);
        }
    }

    static Stream<Tunnel> byAh() {
        return Stream.of(Integrity.values())
                .filter(integrity -> integrity != Integrity.NONE)
                .map(integrity -> Tunnel.of(Suite.of(Encryption.NULL, integrity)).byAh())
                .flatMap(t -> Stream.of(t, t.withEsn(false).overIpv6(true)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("byAh")
    void authenticationHeaders(Tunnel tunnel, LinuxPeer peer) {
        try (Bed bed = Bed.of(peer, tunnel)) {
            bed.exchange(through());
            bed.assertNothingWentWrong(12);
        }
        try (Bed bed = Bed.of(peer, tunnel.inTransportMode())) {
            exchangeBetweenTheEnds(bed, tunnel.outerIpv6());
        }
    }

    private static List<Echo> through() {
        return IntStream.range(0, 12).mapToObj(i -> Echo.ping(i % 2 == 0, i * 97)).toList();
    }

    private static void exchangeBetweenTheEnds(Bed bed, boolean ipv6) {
        List<Integer> payloads = List.of(0, 1, 2, 3, 100, 1400);
        // One after the other: the kernel itself answers pings, a program the datagrams.
        bed.exchange(payloads.stream().map(i -> Echo.outerPing(ipv6, i)).toList());
        bed.exchange(payloads.stream().map(i -> Echo.outerUdp(ipv6, i)).toList());
        bed.assertNothingWentWrong(2 * payloads.size());
    }

    @Test
    void paddingThatHidesSizesComesOffAtBothEnds(LinuxPeer peer) {
        Tunnel tunnel =
                Tunnel.of("aes128gcm16")
                        .with("padded to 1200", sa -> sa.tfc(new Tfc(1200, 0)))
                        .withKernel("tfcpad 1300");
        List<Echo> echoes = through();
        try (Bed bed = Bed.of(peer, tunnel)) {
            List<byte[]> requests = bed.requests(echoes);
            assertThat(requests.stream().map(f -> f.length).distinct()).hasSize(1);
            requests.forEach(bed::toPeer);
            List<byte[]> received = new ArrayList<>();
            for (int i = 0; i < echoes.size(); i++) {
                byte[] frame = bed.fromPeer();
                assertThat(frame.length).isGreaterThan(ETHERNET + 1300);
                received.addAll(bed.inwards(frame));
            }
            Echo.assertAllAnswered(echoes, received);
            bed.assertNothingWentWrong(12);
        }
    }
}
