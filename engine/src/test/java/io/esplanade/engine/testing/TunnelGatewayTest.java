package io.esplanade.engine.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.DropReason;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Arrays;
import java.util.Map;

class TunnelGatewayTest {

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void theJdkOpensWhatTheGatewaySealsAndTheOtherWayRound(boolean esn, boolean ipv6Outside) {
        try (TunnelGateway tunnel =
                TunnelGateway.open(
                        s -> {
                            s.esn = esn;
                            s.ipv6Outside = ipv6Outside;
                        })) {
            byte[] out = TunnelGateway.outbound(101);
            tunnel.fromLan(out);
            byte[] esp = tunnel.wan().receive();
            byte[] opened = tunnel.toPeer().open(1, esp);
            assertThat(Arrays.copyOf(opened, 101)).isEqualTo(IpPackets.withTtl(out, 63));

            byte[] in = IpPackets.udp("fd02::5", "fd01::5", 102);
            tunnel.fromWan(tunnel.fromPeer().seal(1, in));
            assertThat(tunnel.lan().receive()).isEqualTo(IpPackets.withTtl(in, 63));
            assertThat(tunnel.gateway().drops()).isEqualTo(Map.<DropReason, Long>of());
            tunnel.gateway().assertEveryMbufAtRest();
        }
    }
}
