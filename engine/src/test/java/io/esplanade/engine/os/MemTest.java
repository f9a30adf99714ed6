package io.esplanade.engine.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

class MemTest {

    private Region region;
    private long at;

    @BeforeEach
    void map() {
        region = Region.map(Region.PAGE, "a test");
        at = region.address() + 3; // unaligned, as packets are
    }

    @AfterEach
    void unmap() {
        region.close();
    }

    @Test
    void bigEndianNumbersHaveTheirHighByteFirst() {
        Mem.putLongBE(at, 0x8182838485868788L);
        assertThat(Mem.bytes(at, 8))
                .containsExactly(0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88);
        assertThat(Mem.getLongBE(at)).isEqualTo(0x8182838485868788L);
        assertThat(Mem.getIntBE(at)).isEqualTo(0x81828384);
        assertThat(Mem.getShortBE(at)).isEqualTo(0x8182);

        Mem.putIntBE(at, 0x91929394);
        Mem.putShortBE(at + 4, 0xfffea1a2);
        assertThat(Mem.bytes(at, 6)).containsExactly(0x91, 0x92, 0x93, 0x94, 0xa1, 0xa2);
    }

    @Test
    void numbersWithoutASuffixHaveTheirLowByteFirst() {
        Mem.putLong(at, 0x8182838485868788L);
        assertThat(Mem.bytes(at, 8))
                .containsExactly(0x88, 0x87, 0x86, 0x85, 0x84, 0x83, 0x82, 0x81);
        assertThat(Mem.getLong(at)).isEqualTo(0x8182838485868788L);
        assertThat(Mem.getInt(at)).isEqualTo(0x85868788);
        assertThat(Mem.getShort(at)).isEqualTo(0x8788);

        Mem.putInt(at, 0x91929394);
        Mem.putShort(at + 4, 0xfffea1a2);
        assertThat(Mem.bytes(at, 6)).containsExactly(0x94, 0x93, 0x92, 0x91, 0xa2, 0xa1);
    }

    @Test
    void bytesAreSignedOrNotAsAsked() {
        Mem.putByte(at, 0x1fe);
        assertThat(Mem.getByte(at)).isEqualTo((byte) -2);
        assertThat(Mem.getUnsignedByte(at)).isEqualTo(254);
    }

    @Test
    void releasedNumbersAreAcquired() {
        Mem.putIntRelease(region.address(), -5);
        Mem.putLongRelease(region.address() + 8, -6);
        assertThat(Mem.getIntAcquire(region.address())).isEqualTo(-5);
        assertThat(Mem.getLongAcquire(region.address() + 8)).isEqualTo(-6);
    }

    @Test
    void copiesMayOverlapEitherWay() {
        byte[] text = "0123456789".getBytes(StandardCharsets.US_ASCII);
        Mem.copyFrom(text, 0, at, 10);
        Mem.copy(at, at + 2, 8);
        assertThat(Mem.bytes(at, 10)).asString().isEqualTo("0101234567");
        Mem.copyFrom(text, 0, at, 10);
        Mem.copy(at + 2, at, 8);
        assertThat(Mem.bytes(at, 10)).asString().isEqualTo("2345678989");
    }

    @Test
    void copiesToAndFromArraysHonourTheOffset() {
        Mem.copyFrom(new byte[] {1, 2, 3, 4}, 1, at, 2);
        assertThat(Mem.bytes(at, 3)).containsExactly(2, 3, 0);
        byte[] array = new byte[4];
        Mem.copyTo(at, array, 2, 2);
        assertThat(array).containsExactly(0, 0, 2, 3);
    }

    @Test
    void fillTouchesNothingAround() {
        Mem.fill(at + 1, 2, 0xdb);
        assertThat(Mem.bytes(at, 4)).containsExactly(0, 0xdb, 0xdb, 0);
    }

    @Test
    void equalLooksAtEveryByteButNoFurther() {
        Mem.copyFrom(new byte[] {1, 2, 3, 9, 1, 2, 3, 8}, 0, at, 8);
        assertThat(Mem.equal(at, at + 4, 3)).isTrue();
        assertThat(Mem.equal(at, at + 4, 4)).isFalse();
    }

    @Test
    void anInstalledCheckSeesEveryAccessFirstAndMayRefuseIt() {
        List<LongConsumer> accesses =
                List.of(
                        Mem::getByte,
                        Mem::getUnsignedByte,
                        Mem::getShort,
                        Mem::getShortBE,
                        Mem::getInt,
                        Mem::getIntBE,
                        Mem::getLong,
                        Mem::getLongBE,
                        Mem::getIntAcquire,
                        Mem::getLongAcquire,
                        a -> Mem.putByte(a, 1),
                        a -> Mem.putShort(a, 1),
                        a -> Mem.putShortBE(a, 1),
                        a -> Mem.putInt(a, 1),
                        a -> Mem.putIntBE(a, 1),
                        a -> Mem.putLong(a, 1),
                        a -> Mem.putLongBE(a, 1),
                        a -> Mem.putIntRelease(a, 1),
                        a -> Mem.putLongRelease(a, 1),
                        a -> Mem.copy(a, region.address(), 1),
                        a -> Mem.copy(region.address(), a, 1),
                        a -> Mem.copyFrom(new byte[1], 0, a, 1),
                        a -> Mem.copyTo(a, new byte[1], 0, 1),
                        a -> Mem.bytes(a, 1),
                        a -> Mem.fill(a, 1, 1),
                        a -> Mem.equal(a, region.address(), 1),
                        a -> Mem.equal(region.address(), a, 1));
        long forbidden = region.address() + 1024;
        AccessCheck check =
                (address, length) -> {
                    if (address <= forbidden && forbidden < address + length) {
                        throw new IllegalStateException("hands off");
                    }
                };
        AccessChecks.install(check);
        try {
            for (LongConsumer access : accesses) {
                assertThatThrownBy(() -> access.accept(forbidden)).hasMessage("hands off");
            }
            assertThat(Mem.getLong(forbidden - 8)).isZero();
        } finally {
            AccessChecks.remove(check);
        }
        assertThat(Mem.getLong(forbidden)).as("nothing was written").isZero();
    }

    @Test
    void severalChecksAreInForceUntilEachIsRemoved() {
        List<Long> first = new ArrayList<>();
        List<Long> second = new ArrayList<>();
        AccessCheck one = (address, length) -> note(first, address);
        AccessCheck two = (address, length) -> note(second, address);
        AccessChecks.install(one);
        AccessChecks.install(two);
        Mem.getInt(at);
        AccessChecks.remove(one);
        Mem.getInt(at);
        AccessChecks.remove(two);
        Mem.getInt(at);

        assertThat(first).containsExactly(at);
        assertThat(second).containsExactly(at, at);
    }

    private void note(List<Long> seen, long address) {
        if (region.address() <= address && address < region.address() + region.size()) {
            seen.add(address);
        }
    }
}
