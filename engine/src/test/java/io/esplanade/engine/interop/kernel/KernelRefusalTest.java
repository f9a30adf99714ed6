package io.esplanade.engine.interop.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.testing.IpPackets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Map;

/** What is wrong neither end takes, and both count it under the same name. */
@ExtendWith(LinuxPeerExtension.class)
class KernelRefusalTest {

    private static final int ETHERNET = 14;
    private static final int ESP = ETHERNET + 20;
    private static final Echo PING = Echo.ping(false, 56);

    @Test
    void anotherKey(LinuxPeer peer) {
        try (Bed bed = Bed.withOtherKeys(peer, Tunnel.of("aes128gcm16"))) {
            bed.outwards(PING.request()).forEach(bed::toPeer);
            bed.console()
                    .run("ping -c 1 -W 1 %s >/dev/null &".formatted(Ends.GATEWAY.inner(false)));
            assertThat(bed.inwards(bed.fromPeer())).isEmpty();

            assertThat(bed.gateway.drops()).isEqualTo(Map.of(DropReason.ICV_FAILED, 1L));
            XfrmCounters counted = bed.counters();
            assertThat(counted.sas().get(Tunnel.OUTBOUND_SPI).failed()).isOne();
            assertThat(counted.stat()).isEqualTo(Map.of(DropReason.ICV_FAILED.xfrmStat(), 1L));
        }
    }

    @Test
    void anotherSpi(LinuxPeer peer) {
        try (Bed bed = Bed.of(peer, Tunnel.of("aes128gcm16"))) {
            byte[] there = bed.requests(List.of(PING)).getFirst();
            bed.toPeer(IpPackets.with(there, ESP + 3, there[ESP + 3] + 1));
            byte[] back = bed.answers(List.of(PING)).getFirst();
            assertThat(bed.inwards(IpPackets.with(back, ESP + 3, back[ESP + 3] + 1))).isEmpty();

            assertThat(bed.gateway.drops()).isEqualTo(Map.of(DropReason.NO_SA, 1L));
            assertThat(bed.counters().stat()).isEqualTo(Map.of(DropReason.NO_SA.xfrmStat(), 1L));
        }
    }

    /** One suite of each construction. */
    @ParameterizedTest
    @ValueSource(strings = {"aes128gcm16", "aes128-sha256", "aes128gmac", "null-sha1"})
    void oneWrongBit(String suite, LinuxPeer peer) {
        try (Bed bed = Bed.of(peer, Tunnel.of(suite))) {
            byte[] there = bed.requests(List.of(PING)).getFirst();
            byte[] back = bed.answers(List.of(PING)).getFirst();
            int wrong = 0;
            for (int i = ESP + 8; i < there.length; i++, wrong++) {
                bed.toPeer(IpPackets.with(there, i, there[i] ^ 1 << i % 8));
                assertThat(bed.inwards(IpPackets.with(back, i, back[i] ^ 1 << i % 8))).isEmpty();
            }
            // Neither has moved its window: the packets themselves are still taken.
            PING.assertAnsweredBy(bed.inwards(back));
            bed.toPeer(there);
            bed.expect(PING);

            assertThat(bed.gateway.drops()).isEqualTo(Map.of(DropReason.ICV_FAILED, (long) wrong));
            XfrmCounters counted = bed.counters();
            assertThat(counted.sas().get(Tunnel.OUTBOUND_SPI).failed()).isEqualTo(wrong);
            assertThat(counted.stat())
                    .isEqualTo(Map.of(DropReason.ICV_FAILED.xfrmStat(), (long) wrong));
        }
    }
}
