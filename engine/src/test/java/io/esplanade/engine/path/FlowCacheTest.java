package io.esplanade.engine.path;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.Map;
import java.util.function.BiConsumer;

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

    /** As many flows as places for two: by chance, a tenth of them finds two there already. */
    @Test
    void flowsThatDifferInOneFieldAloneSpreadAsByChance() {
        Map<String, BiConsumer<FlowKey, Integer>> fields =
                Map.of(
                        "source", (key, i) -> key.sourceLow += i,
                        "source network", (key, i) -> key.sourceLow += i << 8,
                        "destination", (key, i) -> key.destinationLow += i,
                        "source port", (key, i) -> key.transport(17, true, i << 16),
                        "destination port", (key, i) -> key.transport(17, true, i),
                        "IPv6 prefix", (key, i) -> key.sourceHigh = 0x20010db800000000L + i);
        fields.forEach(
                (name, vary) -> {
                    int[] sets = new int[8192];
                    int crowded = 0;
                    for (int i = 0; i < sets.length; i++) {
                        FlowKey key = flow(1);
                        vary.accept(key, i);
                        int set = FlowCache.hash(key, ORIGIN) & sets.length - 1;
                        crowded += ++sets[set] > 2 ? 1 : 0;
                    }
                    assertThat(crowded).as(name).isLessThan(sets.length / 5);
                });
    }
}
