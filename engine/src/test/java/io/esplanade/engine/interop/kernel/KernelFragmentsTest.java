package io.esplanade.engine.interop.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.ipsec.Fragmentation;
import io.esplanade.engine.ipsec.MtuRules;

import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Map;

/**
 * Packets of up to 9000 bytes over a link with an MTU of 1400: what we cut up before or behind
 * encryption the kernel puts together, and what it cuts up we do.
 */
@ExtendWith(LinuxPeerExtension.class)
class KernelFragmentsTest {

    private static final int MTU = 1400;
    private static final int LONGEST = 9000;
    private static final int HEADERS = 28;

    @ParameterizedTest(name = "{0}, outer IPv6: {1}")
    @CsvSource({"PRE, false", "POST, false", "PRE, true", "POST, true"})
    void everyPacketArrivesWhateverItsSize(
            Fragmentation fragmentation, boolean outer6, LinuxPeer peer) {
        Tunnel tunnel =
                Tunnel.of("aes128gcm16")
                        .overIpv6(outer6)
                        .with(
                                fragmentation.name(),
                                sa ->
                                        sa.mtuRules(
                                                MtuRules.DEFAULT.withFragmentation(fragmentation)));
        try (Bed bed = Bed.of(peer, tunnel, MTU)) {
            for (int size = HEADERS; size <= LONGEST; size += step(size)) {
                bed.exchangeInPieces(Echo.udp(false, size - HEADERS));
            }
            assertThat(bed.gateway.drops()).isEmpty();
            assertThat(bed.gateway.counters().value(Counter.FRAGMENTS_MADE)).isPositive();
            assertThat(bed.gateway.counters().value(Counter.DATAGRAMS_REASSEMBLED)).isPositive();
            assertThat(bed.counters().stat()).isEqualTo(Map.of());
        }
    }

    /** Each size where the number of fragments changes, and some in between. */
    private static int step(int size) {
        int nearest = size % (MTU - 60);
        return nearest < 40 || nearest > MTU - 100 ? 1 : 29;
    }
}
