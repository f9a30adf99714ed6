package io.esplanade.engine.ipsec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.engine.os.Mem;
import io.esplanade.engine.os.Region;

import org.junit.jupiter.api.Test;

class OutboundStateTest {

    private static final long LAST_WITHOUT_ESN = 0xffff_ffffL;

    private final SequenceSource source = new PlainSequenceSource();

    private static OutboundState state(boolean esn, long first, long limit) {
        return new OutboundState(
                TestSas.sa("a").outbound().esn(esn).build(), 3, 1, new long[] {7, 8}, first, limit);
    }

    @Test
    void numbersBeginWithOneAndAscend() {
        OutboundState sa = TestSas.outbound("a", 0);
        assertThat(sa.sequence()).isZero();
        for (long n = 1; n <= 1000; n++) {
            assertThat(source.next(sa)).isEqualTo(n);
            assertThat(sa.sequence()).isEqualTo(n);
        }
    }

    @Test
    void anInitialNumberIsTheFirstSent() {
        OutboundState sa =
                new OutboundState(
                        TestSas.sa("a").outbound().initialSequence(0xffff_ffff_fL).build(), 0, 0);
        assertThat(source.next(sa)).isEqualTo(0xffff_ffff_fL);
    }

    @Test
    void withoutEsnTheLastIsTwoToThe32LessOneAndTheNextDoesNotWrap() {
        OutboundState sa = state(false, LAST_WITHOUT_ESN - 1, -1L);
        assertThat(source.next(sa)).isEqualTo(LAST_WITHOUT_ESN - 1);
        assertThat(sa.exhausted()).isFalse();
        assertThat(source.next(sa)).isEqualTo(LAST_WITHOUT_ESN);
        for (int i = 0; i < 3; i++) {
            assertThat(source.next(sa)).isEqualTo(SequenceSource.NONE);
            assertThat(sa.exhausted()).isTrue();
        }
        assertThat(sa.sequence()).isEqualTo(LAST_WITHOUT_ESN);
    }

    @Test
    void withEsnNumbersPassTwoToThe32() {
        OutboundState sa = state(true, LAST_WITHOUT_ESN, -1L);
        assertThat(source.next(sa)).isEqualTo(LAST_WITHOUT_ESN);
        assertThat(source.next(sa)).isEqualTo(1L << 32);
    }

    @Test
    void withEsnNumbersPassTwoToThe63AndEndAtTwoToThe64LessOne() {
        OutboundState middle = state(true, Long.MAX_VALUE, -1L);
        assertThat(source.next(middle)).isEqualTo(Long.MAX_VALUE);
        assertThat(source.next(middle)).isEqualTo(Long.MIN_VALUE);

        OutboundState end = state(true, -2L, -1L);
        assertThat(source.next(end)).isEqualTo(-2L);
        assertThat(source.next(end)).isEqualTo(-1L);
        assertThat(source.next(end)).isEqualTo(SequenceSource.NONE);
        assertThat(end.exhausted()).isTrue();
        assertThat(source.next(end)).isEqualTo(SequenceSource.NONE);
    }

    @Test
    void aUsedUpBlockIsNotTheEndAndGoesOnWhenExtended() {
        OutboundState sa = state(true, 101, 102);
        assertThat(source.next(sa)).isEqualTo(101);
        assertThat(source.next(sa)).isEqualTo(102);
        assertThat(source.next(sa)).isEqualTo(SequenceSource.NONE);
        assertThat(sa.exhausted()).isFalse();

        sa.extend(103, 2);
        assertThat(sa.limit()).isEqualTo(104);
        assertThat(source.next(sa)).isEqualTo(103);
        assertThat(source.next(sa)).isEqualTo(104);
        assertThat(source.next(sa)).isEqualTo(SequenceSource.NONE);
    }

    @Test
    void blocksThatDoNotFollowAreRefusedBecauseTheKeyIsUsedElsewhere() {
        OutboundState sa = state(true, 1, 100);
        for (long first : new long[] {0, 1, 100, 102, -1}) {
            assertThatThrownBy(() -> sa.extend(first, 10))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("is its key used elsewhere");
        }
        assertThat(sa.limit()).isEqualTo(100);
    }

    @Test
    void aBlockNeverReachesBeyondTheLastNumber() {
        OutboundState shortNumbers = state(false, 1, LAST_WITHOUT_ESN - 10);
        shortNumbers.extend(LAST_WITHOUT_ESN - 9, 100);
        assertThat(shortNumbers.limit()).isEqualTo(LAST_WITHOUT_ESN);

        OutboundState longNumbers = state(true, 1, -10L);
        longNumbers.extend(-9, Long.MAX_VALUE);
        assertThat(longNumbers.limit()).isEqualTo(-1L);
        assertThatThrownBy(() -> longNumbers.extend(0, 1))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aReservationBehindTheLastNumberLeavesNothing() {
        OutboundState sa = state(false, LAST_WITHOUT_ESN + 1, LAST_WITHOUT_ESN + 1000);
        assertThat(source.next(sa)).isEqualTo(SequenceSource.NONE);
        assertThat(sa.exhausted()).isTrue();
    }

    @Test
    void numbersExtendedByAnotherThreadAreAllGivenOnce() throws InterruptedException {
        OutboundState sa = state(true, 1, 10);
        long end = 1_000_000;
        Thread conductor =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    while (sa.limit() < end) {
                                        sa.extend(sa.limit() + 1, 10);
                                    }
                                });
        long expected = 0;
        while (expected < end) {
            long next = source.next(sa);
            if (next != SequenceSource.NONE && next != ++expected) {
                break;
            }
        }
        conductor.join();
        assertThat(expected).isEqualTo(end);
        assertThat(source.next(sa)).isEqualTo(SequenceSource.NONE);
    }

    @Test
    void itHoldsWhatPacketsNeed() {
        OutboundState sa = state(true, 1, -1);
        assertThat(sa.name()).isEqualTo("a");
        assertThat(sa.spi()).isEqualTo(0xc0000001);
        assertThat(sa.tunnel()).isEqualTo(3);
        assertThat(sa.provider()).isEqualTo(1);
        assertThat(sa.contexts()).isEqualTo(2);
        assertThat(sa.context(0)).isEqualTo(7);
        assertThat(sa.context(1)).isEqualTo(8);
        assertThat(sa.ivLength()).isEqualTo(8);
        assertThat(sa.icvLength()).isEqualTo(16);
        assertThat(sa.alignment()).isEqualTo(4);
        assertThat(sa.outerHeader().length()).isEqualTo(20);
        assertThat(sa).hasToString("SA a (0xc0000001)");
    }

    @Test
    void theSaltStoredInMachineOrderHasItsBytesInOrder() {
        try (Region region = Region.map(16, "a test")) {
            Mem.putInt(region.address(), TestSas.outbound("a", 0).salt());
            assertThat(Mem.bytes(region.address(), 4)).containsExactly(0xf0, 0xf1, 0xf2, 0xf3);
        }
    }

    @Test
    void packetsAndBytesAreCounted() {
        OutboundState sa = TestSas.outbound("a", 0);
        sa.count(60);
        sa.count(1400);
        assertThat(sa.packets()).isEqualTo(2);
        assertThat(sa.bytes()).isEqualTo(1460);
    }

    @Test
    void anInboundSaIsRefused() {
        assertThatThrownBy(() -> new OutboundState(TestSas.sa("a").inbound().build(), 0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("SA a");
        assertThatThrownBy(() -> new InboundState(TestSas.sa("a").outbound().build(), 0, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
