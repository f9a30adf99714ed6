package io.esplanade.engine.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.engine.os.Mappings;
import io.esplanade.engine.os.Mem;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Method;
import java.util.Arrays;

class KeyMaterialTest {

    private static final byte[] KEY = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

    @Test
    void theArrayIsTakenFromAndZeroed() {
        byte[] array = KEY.clone();
        try (KeyMaterial key = KeyMaterial.takeFrom(array)) {
            assertThat(array).containsOnly(0);
            assertThat(key.length()).isEqualTo(16);
            assertThat(key.segment().isNative()).isTrue();
            assertThat(key.segment().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(KEY);
        }
    }

    @Test
    void aSegmentIsTakenFromAndZeroed() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocateFrom(ValueLayout.JAVA_BYTE, KEY);
            try (KeyMaterial key = KeyMaterial.takeFrom(segment)) {
                assertThat(segment.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
                assertThat(key.segment().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(KEY);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, KeyVault.SLOT_SIZE + 1})
    void evenARefusedKeyIsZeroed(int length) {
        byte[] array = new byte[length];
        Arrays.fill(array, (byte) 7);
        assertThatThrownBy(() -> KeyMaterial.takeFrom(array))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(" " + length);
        for (byte b : array) {
            assertThat(b).isZero();
        }
    }

    @Test
    void aSegmentThatCannotBeZeroedIsRefused() {
        MemorySegment readOnly = MemorySegment.ofArray(KEY.clone()).asReadOnly();
        assertThatThrownBy(() -> KeyMaterial.takeFrom(readOnly))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("read-only");
    }

    @Test
    void closeWipesTheMemory() {
        KeyMaterial key = KeyMaterial.takeFrom(KEY.clone());
        long address = key.segment().address();
        assertThat(Mem.bytes(address, 16)).isEqualTo(KEY);

        key.close();

        assertThat(Mem.bytes(address, KeyVault.SLOT_SIZE)).containsOnly(0);
    }

    @Test
    void aClosedKeyIsNotReadable() {
        KeyMaterial key = KeyMaterial.takeFrom(KEY.clone());
        key.close();
        assertThatThrownBy(key::segment)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("wiped");
    }

    @Test
    void closingTwiceDoesNotGiveOnePlaceToTwoKeys() {
        KeyMaterial key = KeyMaterial.takeFrom(KEY.clone());
        key.close();
        assertThatCode(key::close).doesNotThrowAnyException();
        try (KeyMaterial one = KeyMaterial.takeFrom(KEY.clone());
                KeyMaterial two = KeyMaterial.takeFrom(new byte[16])) {
            assertThat(one.segment().address()).isNotEqualTo(two.segment().address());
            assertThat(one.segment().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(KEY);
        }
    }

    @Test
    void keysBesideEachOtherDoNotTouch() {
        KeyMaterial[] keys = new KeyMaterial[100]; // more than a page of them
        for (int i = 0; i < keys.length; i++) {
            byte[] bytes = new byte[KeyVault.SLOT_SIZE];
            Arrays.fill(bytes, (byte) (i + 1));
            keys[i] = KeyMaterial.takeFrom(bytes);
        }
        keys[50].close();
        for (int i = 0; i < keys.length; i++) {
            if (i != 50) {
                assertThat(keys[i].segment().toArray(ValueLayout.JAVA_BYTE)).containsOnly(i + 1);
                keys[i].close();
            }
        }
    }

    @Test
    void keysAreInLockedMemoryOutsideCoreDumpsAndForkedChildren() throws IOException {
        try (KeyMaterial key = KeyMaterial.takeFrom(KEY.clone())) {
            assertThat(Mappings.flags(key.segment().address())).contains("dd", "wf", "lo");
        }
    }

    @Test
    void itShowsNothing() {
        try (KeyMaterial key = KeyMaterial.takeFrom(KEY.clone())) {
            assertThat(key).hasToString("[key]");
        }
    }

    @Test
    void itCannotBeCompared() {
        assertThat(KeyMaterial.class.getDeclaredMethods())
                .extracting(Method::getName)
                .doesNotContain("equals", "hashCode", "compareTo");
        try (KeyMaterial one = KeyMaterial.takeFrom(KEY.clone());
                KeyMaterial same = KeyMaterial.takeFrom(KEY.clone())) {
            assertThat(one).isNotEqualTo(same);
        }
    }
}
