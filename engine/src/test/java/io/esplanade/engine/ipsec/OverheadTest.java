package io.esplanade.engine.ipsec;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.crypto.Suite;

import org.junit.jupiter.api.Test;

final class OverheadTest {

    private static final Suite SUITE = Suite.AES_GCM_16_128;

    @Test
    void anMtuOf1500LeavesWhatLinuxComputesToo() {
        // 1500 - 20 (IPv4) - 8 (ESP) - 8 (IV) - 16 (ICV) = 1448, less pad length and next header.
        assertThat(overhead(true).innerMtu(1500)).isEqualTo(1446);
        assertThat(overhead(false).innerMtu(1500)).isEqualTo(1426);
    }

    private static Overhead overhead(boolean ipv4) {
        return Overhead.of(ipv4, false, false, SUITE);
    }

    @Test
    void udpTakesEightBytesMoreAndTransportModeNoHeader() {
        assertThat(Overhead.of(true, false, true, SUITE).innerMtu(1500)).isEqualTo(1438);
        assertThat(Overhead.of(true, true, false, SUITE).innerMtu(1500)).isEqualTo(1466);
        assertThat(Overhead.of(false, true, true, SUITE).innerMtu(1500)).isEqualTo(1458);
    }

    @Test
    void theLongestInnerPacketFitsAndOneByteMoreDoesNot() {
        for (boolean transport : new boolean[] {false, true}) {
            Overhead overhead = Overhead.of(true, transport, true, SUITE);
            for (int mtu = 600; mtu < 1600; mtu++) {
                int inner = overhead.innerMtu(mtu);

                assertThat(overhead.outerMtu(inner)).isLessThanOrEqualTo(mtu);
                assertThat(overhead.outerMtu(inner + 1)).isGreaterThan(mtu);
            }
        }
    }
}
