package io.esplanade.engine.path;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FlowCacheTest {

    private static final int ORIGIN = Origin.PROTECTED;
    private static final long VERSION = 7;
    private static final int HASH = 0x1234_5678;

    private final FlowCache cache = new FlowCache(64);

    private static FlowKey flow(int port) {
        FlowKey key = new FlowKey();
        key.sourceLow = 0xffff_0a01_0002L;
        key.destinationLow = 0xffff_0a02_0002L;
        key.transport(17, true, port << 16);
        return key;
    }

    private void put(int port) {
        cache.put(flow(port), ORIGIN, HASH, VERSION, port);
    }

    private long find(int port) {
        return cache.find(flow(port), ORIGIN, HASH, VERSION);
    }

    @Test
    void twoFlowsThatFallOnOnePlaceAreBothRemembered() {
        put(1);
        put(2);
        assertThat(find(1)).isEqualTo(1);
        assertThat(find(2)).isEqualTo(2);
    }

    @Test
    void aThirdTakesThePlaceOfTheOneThatWasThereFirst() {
        put(1);
        put(2);
        put(3);
        assertThat(find(1)).isEqualTo(FlowCache.MISS);
        assertThat(find(2)).isEqualTo(2);
        assertThat(find(3)).isEqualTo(3);
    }

    @Test
    void nothingIsKnownOfAnotherFlowNorFromElsewhereNorOnceTheTablesHaveChanged() {
        put(1);
        assertThat(find(2)).isEqualTo(FlowCache.MISS);
        assertThat(cache.find(flow(1), Origin.UNPROTECTED, HASH, VERSION))
                .isEqualTo(FlowCache.MISS);
        assertThat(cache.find(flow(1), ORIGIN, HASH, VERSION + 1)).isEqualTo(FlowCache.MISS);
    }

    @Test
    void theLeastCacheRemembersTwoFlowsWhateverTheirHash() {
        FlowCache least = new FlowCache(1);
        least.put(flow(1), ORIGIN, -1, VERSION, 1);
        least.put(flow(2), ORIGIN, 0, VERSION, 2);
        assertThat(least.find(flow(1), ORIGIN, -1, VERSION)).isEqualTo(1);
        assertThat(least.find(flow(2), ORIGIN, 0, VERSION)).isEqualTo(2);
    }
}
