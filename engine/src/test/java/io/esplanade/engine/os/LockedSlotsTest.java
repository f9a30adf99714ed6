package io.esplanade.engine.os;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.HashSet;
import java.util.Set;

class LockedSlotsTest {

    private static final int SIZE = 1088;

    private final LockedSlots slots = new LockedSlots(SIZE, "a test");

    @Test
    void eachIsItsOwnOnCacheLinesOfItsOwnAndEmpty() {
        Set<Long> given = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            long slot = slots.allocate();
            assertThat(slot % 64).isZero();
            assertThat(Mem.bytes(slot, SIZE)).containsOnly(0);
            Mem.fill(slot, SIZE, 7);
            for (long other : given) {
                assertThat(Math.abs(other - slot)).isGreaterThanOrEqualTo(SIZE);
            }
            given.add(slot);
        }
        for (long slot : given) {
            assertThat(Mem.bytes(slot, SIZE)).containsOnly(7);
        }
    }

    @Test
    void aFreedOneIsWipedAndServesTheNext() {
        long slot = slots.allocate();
        Mem.fill(slot, SIZE, 7);

        slots.free(slot);

        assertThat(Mem.bytes(slot, SIZE)).containsOnly(0);
        assertThat(slots.allocate()).isEqualTo(slot);
    }
}
