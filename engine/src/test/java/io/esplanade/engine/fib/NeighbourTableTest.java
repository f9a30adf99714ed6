package io.esplanade.engine.fib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class NeighbourTableTest {

    private final NeighbourTable neighbours = new NeighbourTable();

    @Test
    void aNeighbourIsKnownByAddressAndPort() {
        neighbours.put(1, 5, 6, 0x02_0000_0000_01L);
        assertThat(neighbours.lookup(1, 5, 6)).isEqualTo(0x02_0000_0000_01L);
        assertThat(neighbours.lookup(2, 5, 6)).isEqualTo(NeighbourTable.NONE);
        assertThat(neighbours.lookup(1, 6, 5)).isEqualTo(NeighbourTable.NONE);
    }

    @Test
    void aLinkLayerAddressMayChange() {
        neighbours.put(1, 5, 6, 1);
        neighbours.put(1, 5, 6, 0xffff_ffff_ffffL);
        assertThat(neighbours.lookup(1, 5, 6)).isEqualTo(0xffff_ffff_ffffL);
    }

    @Test
    void aRemovedNeighbourIsNotKnownAndItsPlaceIsUsedAgain() {
        for (int i = 0; i < 10_000; i++) {
            neighbours.put(1, 0, i, i + 1);
            if (i >= 50) {
                assertThat(neighbours.remove(1, 0, i - 50)).isTrue();
                assertThat(neighbours.lookup(1, 0, i - 50)).isEqualTo(NeighbourTable.NONE);
                assertThat(neighbours.lookup(1, 0, i - 49)).isEqualTo(i - 48);
            }
        }
        assertThat(neighbours.remove(1, 0, 0)).isFalse();
    }

    @Test
    void whatIsNoLinkLayerAddressIsRefused() {
        assertThatThrownBy(() -> neighbours.put(1, 0, 1, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> neighbours.put(1, 0, 1, 1L << 48))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
