package io.esplanade.engine.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;

class RegionTest {

    private static final long HUGE = 2L << 20;

    @ParameterizedTest
    @ValueSource(longs = {1, Region.PAGE, 5 * Region.PAGE, HUGE, 2 * HUGE + Region.PAGE})
    void mappedMemoryIsZeroedAndWritableToItsLastByte(long bytes) {
        try (Region region = Region.map(bytes, "a test")) {
            assertThat(region.size()).isGreaterThanOrEqualTo(bytes).isLessThan(bytes + 4096);
            assertThat(region.address() % Region.PAGE).isZero();
            long last = region.address() + region.size() - 8;
            assertThat(Mem.getLong(region.address())).isZero();
            assertThat(Mem.getLong(last)).isZero();
            Mem.putLong(region.address(), 1);
            Mem.putLong(last, 0x0123456789abcdefL);
            assertThat(Mem.getLong(last)).isEqualTo(0x0123456789abcdefL);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {3 * Region.PAGE, 2 * HUGE + Region.PAGE})
    void closeUnmapsAllOfIt(long bytes) throws IOException {
        Region region = Region.map(bytes, "a test");
        long first = region.address();
        long last = first + region.size() - 1;
        assertThat(Mappings.isOurs(first)).isTrue();
        assertThat(Mappings.isOurs(last)).isTrue();

        region.close();

        assertThat(Mappings.isOurs(first)).isFalse();
        assertThat(Mappings.isOurs(last)).isFalse();
    }

    @Test
    void closingTwiceDoesNotUnmapWhatCameAfter() throws IOException {
        Region region = Region.map(Region.PAGE, "a test");
        region.close();
        try (Region next = Region.map(Region.PAGE, "a test")) {
            region.close();
            assertThat(Mappings.isOurs(next.address())).isTrue();
        }
    }

    @Test
    void aLargeRegionBeginsAtAHugePageAndTakesNoMoreThanItsSize() throws IOException {
        long before = Mappings.ourBytes();
        try (Region region = Region.map(3 * HUGE, "a test")) {
            assertThat(Mappings.ourBytes() - before).isEqualTo(3 * HUGE);
            assertThat(region.address() % HUGE).isZero();
            assertThat(Mappings.flags(region.address())).contains("hg");
        }
    }

    @Test
    void regionsThatComeAndGoLeaveNothingMapped() throws IOException {
        int regions = 500;
        long before = Mappings.allBytes();
        for (int i = 0; i < regions; i++) {
            Region.map(2 * HUGE + Region.PAGE, "a test").close();
        }
        // The JVM's own comings and goings are far below one huge page for each region.
        assertThat(Mappings.allBytes() - before).isLessThan(regions * HUGE / 4);
    }

    @Test
    void aRegionIsLeftOutOfCoreDumpsAndOfForkedChildren() throws IOException {
        try (Region region = Region.map(Region.PAGE, "a test")) {
            assertThat(Mappings.flags(region.address())).contains("dd", "wf");
        }
    }

    @Test
    void aLockedRegionIsLocked() throws IOException {
        try (Region region = Region.map(Region.PAGE, "a test")) {
            boolean locked = region.lock();
            assertThat(Mappings.flags(region.address()).contains("lo")).isEqualTo(locked);
        }
    }

    @Test
    void aRefusedMappingSaysWhatForAndWhy() {
        assertThatThrownBy(() -> Region.map(1L << 60, "mbuf buffers"))
                .isInstanceOf(OsException.class)
                .hasMessageContaining("mbuf buffers")
                .hasMessageContaining("Cannot allocate memory (errno 12)")
                .extracting(e -> ((OsException) e).errno())
                .isEqualTo(12);
    }

    @Test
    void anEmptyRegionIsRefused() {
        assertThatThrownBy(() -> Region.map(0, "nothing"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nothing");
    }
}
