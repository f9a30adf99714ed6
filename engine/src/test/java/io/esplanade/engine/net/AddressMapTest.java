package io.esplanade.engine.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

class AddressMapTest {

    private record Key(long high, long low, int qualifier) {}

    private final AddressMap map = new AddressMap();

    @Test
    void everyPartOfTheKeyCounts() {
        map.put(1, 2, 3, 4);
        assertThat(map.get(1, 2, 3)).isEqualTo(4);
        assertThat(map.get(0, 2, 3)).isEqualTo(AddressMap.NONE);
        assertThat(map.get(1, 0, 3)).isEqualTo(AddressMap.NONE);
        assertThat(map.get(1, 2, 0)).isEqualTo(AddressMap.NONE);
        assertThat(map.get(2, 1, 3)).isEqualTo(AddressMap.NONE);
    }

    @Test
    void qualifiersMayHaveTheirTopBitSet() {
        map.put(0, 0, -1, Integer.MAX_VALUE);
        map.put(0, 0, Integer.MIN_VALUE, 0);
        assertThat(map.get(0, 0, -1)).isEqualTo(Integer.MAX_VALUE);
        assertThat(map.get(0, 0, Integer.MIN_VALUE)).isZero();
        assertThat(map.get(0, 0, 0)).isEqualTo(AddressMap.NONE);
    }

    @Test
    void puttingAgainReplacesAndTellsTheOldValue() {
        assertThat(map.put(1, 2, 3, 4)).isEqualTo(AddressMap.NONE);
        assertThat(map.put(1, 2, 3, 5)).isEqualTo(4);
        assertThat(map.get(1, 2, 3)).isEqualTo(5);
        assertThat(map.size()).isEqualTo(1);
        assertThat(map.remove(1, 2, 3)).isEqualTo(5);
        assertThat(map.remove(1, 2, 3)).isEqualTo(AddressMap.NONE);
        assertThat(map.size()).isZero();
    }

    @Test
    void negativeValuesAreRefused() {
        assertThatThrownBy(() -> map.put(1, 2, 3, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void itAgreesWithAHashMap() {
        Random random = new Random(1);
        Map<Key, Integer> model = new HashMap<>();
        for (int keys : new int[] {4, 40, 4000}) {
            for (int i = 0; i < 100_000; i++) {
                // Few bits in each part, so that keys differ in little.
                int k = random.nextInt(keys);
                Key key = new Key((long) (k & 3) << 62, k >>> 2 & 15, (k >>> 6) << 24);
                if (random.nextInt(5) < 2) {
                    Integer old = model.remove(key);
                    assertThat(map.remove(key.high, key.low, key.qualifier))
                            .isEqualTo(old == null ? AddressMap.NONE : old);
                } else {
                    Integer old = model.put(key, i);
                    assertThat(map.put(key.high, key.low, key.qualifier, i))
                            .isEqualTo(old == null ? AddressMap.NONE : old);
                }
                assertThat(map.size()).isEqualTo(model.size());
            }
            for (int k = 0; k < keys; k++) {
                Key key = new Key((long) (k & 3) << 62, k >>> 2 & 15, (k >>> 6) << 24);
                assertThat(map.get(key.high, key.low, key.qualifier))
                        .isEqualTo(model.getOrDefault(key, AddressMap.NONE));
            }
        }
    }

    @Test
    void aMillionNeighbouringAddressesAreAllFound() {
        int million = 1_000_000;
        for (int i = 0; i < million; i++) {
            map.put(0, Ipv4.MAPPED | 0x0a00_0000 | i, 0xc000_0000, i);
        }
        for (int i = 0; i < million; i++) {
            if (map.get(0, Ipv4.MAPPED | 0x0a00_0000 | i, 0xc000_0000) != i) {
                throw new AssertionError("lost " + i);
            }
        }
        assertThat(map.size()).isEqualTo(million);
    }

    @Test
    void comingAndGoingForeverNeedsNoMoreRoom() {
        for (int i = 0; i < 2_000_000; i++) {
            map.put(i, i, i, i);
            map.remove(i - 100, i - 100, i - 100);
        }
        assertThat(map.size()).isEqualTo(100);
        assertThat(map.capacity()).isLessThanOrEqualTo(1024);
    }

    /**
     * A writer that adds, changes and removes a few keys in a small table, so that entries are
     * reused all the time: a reader finds the one that stays always, and never finds a value under
     * another's key or under half of one key and half of another.
     */
    @Test
    void readersSeeWholeEntriesWhileAWriterReusesThem() throws InterruptedException {
        int keys = 8;
        map.put(99, ~99, 99, 99);
        AtomicBoolean done = new AtomicBoolean();
        AtomicReference<String> wrong = new AtomicReference<>();
        Thread reader =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    for (int j = 0; !done.get(); j = (j + 1) % keys) {
                                        int value = map.get(j, ~j, j);
                                        if (value != AddressMap.NONE && value % keys != j) {
                                            wrong.set(j + " has the value " + value);
                                        }
                                        for (int k = 0; k < keys; k++) {
                                            if (k != j && map.get(j, ~k, k) != AddressMap.NONE) {
                                                wrong.set("half " + j + ", half " + k);
                                            }
                                        }
                                        if (map.get(99, ~99, 99) != 99) {
                                            wrong.set("the key that stays is lost");
                                        }
                                    }
                                });
        Random random = new Random(3);
        for (int i = 0; i < 2_000_000; i++) {
            int j = random.nextInt(keys);
            if (random.nextBoolean()) {
                map.put(j, ~j, j, j + keys * (i % 1000));
            } else {
                map.remove(j, ~j, j);
            }
        }
        done.set(true);
        reader.join();
        assertThat(wrong.get()).isNull();
    }
}
