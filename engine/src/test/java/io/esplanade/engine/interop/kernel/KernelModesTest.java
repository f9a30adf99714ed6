package io.esplanade.engine.interop.kernel;

import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.stream.Stream;

/** ESP that is no tunnel. */
@ExtendWith(LinuxPeerExtension.class)
class KernelModesTest {

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

    private static void exchangeBetweenTheEnds(Bed bed, boolean ipv6) {
        List<Integer> payloads = List.of(0, 1, 2, 3, 100, 1400);
        // One after the other: the kernel itself answers pings, a program the datagrams.
        bed.exchange(payloads.stream().map(i -> Echo.outerPing(ipv6, i)).toList());
        bed.exchange(payloads.stream().map(i -> Echo.outerUdp(ipv6, i)).toList());
        bed.assertNothingWentWrong(2 * payloads.size());
    }
}
