package io.esplanade.gateway.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.crypto.Suite;

import org.junit.jupiter.api.Test;

final class OverheadTest {

    private static final Suite SUITE = Suite.AES_GCM_16_128;

    @Test
    void anMtuOf1500LeavesWhatLinuxComputesToo() {
        // 1500 - 20 (IPv4) - 8 (ESP) - 8 (IV) - 16 (ICV) = 1448, less pad length and next header.
        assertThat(Overhead.innerMtu(1500, true, SUITE)).isEqualTo(1446);
        assertThat(Overhead.innerMtu(1500, false, SUITE)).isEqualTo(1426);
    }

    @Test
    void theLongestInnerPacketFitsAndOneByteMoreDoesNot() {
        for (int mtu = 600; mtu < 1600; mtu++) {
            int inner = Overhead.innerMtu(mtu, true, SUITE);

            assertThat(Overhead.outerMtu(inner, true, SUITE)).isLessThanOrEqualTo(mtu);
            assertThat(Overhead.outerMtu(inner + 1, true, SUITE)).isGreaterThan(mtu);
        }
    }
}
