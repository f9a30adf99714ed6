package io.esplanade.engine.interop.kernel;

import io.esplanade.engine.crypto.Suite;

import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Every suite that both have, with ESN and without, over IPv4 and IPv6 in turn, for both families.
 */
@ExtendWith(LinuxPeerExtension.class)
class KernelSuitesTest {

    private static final int[] PAYLOADS = {0, 1, 14, 15, 16, 1400};

    static Stream<Tunnel> tunnels() {
        List<Tunnel> tunnels = new ArrayList<>();
        for (Suite suite : Suite.all()) {
            if (Xfrm.has(suite)) {
                boolean ipv6 = tunnels.size() % 4 == 0;
                tunnels.add(Tunnel.of(suite).withEsn(true).overIpv6(ipv6));
                tunnels.add(Tunnel.of(suite).withEsn(false).overIpv6(!ipv6));
            }
        }
        return tunnels.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tunnels")
    void whatTheGatewaySendsTheKernelAnswersThroughTheTunnel(Tunnel tunnel, LinuxPeer peer) {
        List<Echo> echoes = new ArrayList<>();
        for (int payload : PAYLOADS) {
            echoes.add(Echo.ping(false, payload));
            echoes.add(Echo.ping(true, payload));
        }
        try (Bed bed = Bed.of(peer, tunnel)) {
            bed.exchange(echoes);
            bed.assertNothingWentWrong(echoes.size());
        }
    }
}
