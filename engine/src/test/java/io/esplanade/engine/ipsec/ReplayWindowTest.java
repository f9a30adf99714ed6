package io.esplanade.engine.ipsec;

import static io.esplanade.engine.counters.DropReason.NONE;
import static io.esplanade.engine.counters.DropReason.REPLAYED;
import static io.esplanade.engine.counters.DropReason.TOO_OLD;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.engine.counters.DropReason;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.math.BigInteger;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

class ReplayWindowTest {

    private static final BigInteger TWO_32 = BigInteger.ONE.shiftLeft(32);
    private static final BigInteger TWO_64 = BigInteger.ONE.shiftLeft(64);

    @Test
    void aNewWindowAcceptsEachNumberFromOneUpOnce() {
        ReplayWindow window = new ReplayWindow(64, 0);
        for (long n = 1; n <= 1000; n++) {
            assertThat(window.accept(n)).isEqualTo(NONE);
            assertThat(window.accept(n)).isEqualTo(REPLAYED);
            assertThat(window.top()).isEqualTo(n);
        }
    }

    @Test
    void numberZeroIsNeverAccepted() {
        ReplayWindow window = new ReplayWindow(64, 0);
        assertThat(window.early(0)).isEqualTo(REPLAYED);
        assertThat(window.accept(0)).isEqualTo(REPLAYED);
        window.accept(64);
        assertThat(window.accept(0)).isEqualTo(TOO_OLD);
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 128, 192, 1024, 4096, 65536})
    void theWindowHoldsExactlyItsSize(int size) {
        ReplayWindow window = new ReplayWindow(size, 0);
        long top = 3L * size + 17;
        window.accept(top);
        assertThat(window.early(top - size + 1)).isEqualTo(NONE);
        assertThat(window.accept(top - size + 1)).isEqualTo(NONE);
        assertThat(window.early(top - size + 1)).isEqualTo(REPLAYED);
        assertThat(window.early(top - size)).isEqualTo(TOO_OLD);
        assertThat(window.accept(top - size)).isEqualTo(TOO_OLD);
    }

    @Test
    void lateIsToldApartFromDuplicate() {
        ReplayWindow window = new ReplayWindow(64, 0);
        window.accept(100);
        assertThat(window.accept(90)).as("late, but in the window").isEqualTo(NONE);
        assertThat(window.accept(90)).as("a duplicate").isEqualTo(REPLAYED);
        assertThat(window.accept(36)).as("too late").isEqualTo(TOO_OLD);
    }

    @Test
    void everythingUpToTheInitialTopCountsAsReceived() {
        ReplayWindow window = new ReplayWindow(128, 1000);
        for (long n = 1000; n > 1000 - 128; n--) {
            assertThat(window.accept(n)).isEqualTo(REPLAYED);
        }
        assertThat(window.accept(1000 - 128)).isEqualTo(TOO_OLD);
        for (long n = 1001; n < 1100; n++) {
            assertThat(window.accept(n)).isEqualTo(NONE);
        }
    }

    @Test
    void aJumpOverTheWholeWindowLeavesNoOldBitsBehind() {
        for (long jump : new long[] {64, 65, 127, 128, 129, 4096, 1L << 31, 1L << 40, -1L - 500}) {
            ReplayWindow window = new ReplayWindow(64, 0);
            for (long n = 1; n <= 400; n++) {
                window.accept(n);
            }
            long top = 400 + jump;
            assertThat(window.accept(top)).isEqualTo(NONE);
            for (long n = Math.max(top - 63, top < 0 ? Long.MIN_VALUE : 401); n != top; n++) {
                assertThat(window.accept(n)).as("%x after a jump by %x", n, jump).isEqualTo(NONE);
            }
        }
    }

    @Test
    void theHighestNumberIsTheLast() {
        ReplayWindow window = new ReplayWindow(64, -3L);
        assertThat(window.accept(-2)).isEqualTo(NONE);
        assertThat(window.accept(-1)).isEqualTo(NONE);
        assertThat(window.accept(-1)).isEqualTo(REPLAYED);
        assertThat(window.accept(1)).isEqualTo(TOO_OLD);
        // The next number on the wire would be 0: whatever is inferred, it is not accepted.
        assertThat(window.accept(window.infer(0))).isEqualTo(TOO_OLD);
        assertThat(window.accept(window.infer(1))).isEqualTo(TOO_OLD);
    }

    @Test
    void aWindowOfZeroAcceptsEverythingAndKnowsTheHighest() {
        ReplayWindow window = new ReplayWindow(0, 0);
        assertThat(window.accept(7)).isEqualTo(NONE);
        assertThat(window.accept(7)).isEqualTo(NONE);
        assertThat(window.accept(0)).isEqualTo(NONE);
        assertThat(window.early(7)).isEqualTo(NONE);
        assertThat(window.top()).isEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(ints = {-64, 1, 63, 65, 65600})
    void aWindowIsAMultipleOf64UpTo65536(int size) {
        assertThatThrownBy(() -> new ReplayWindow(size, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** RFC 4303 appendix A2.2: case A (Tl >= W - 1) and case B, with W = 64 = 0x40. */
    @ParameterizedTest
    @CsvSource({
        // case A: the window is in one subspace; below its bottom means the next one
        "00000005_00001000, 00001000, 00000005_00001000",
        "00000005_00001000, 00000fc1, 00000005_00000fc1",
        "00000005_00001000, 00000fc0, 00000006_00000fc0",
        "00000005_00001000, 00000000, 00000006_00000000",
        "00000005_00001000, ffffffff, 00000005_ffffffff",
        "00000005_0000003f, 00000000, 00000005_00000000",
        "00000005_ffffffff, ffffffc0, 00000005_ffffffc0",
        "00000005_ffffffff, ffffffbf, 00000006_ffffffbf",
        "00000005_ffffffff, 00000000, 00000006_00000000",
        // case B: the window began in the subspace before
        "00000005_0000003e, 00000000, 00000005_00000000",
        "00000005_0000003e, ffffffff, 00000004_ffffffff",
        "00000005_00000000, ffffffc1, 00000004_ffffffc1",
        "00000005_00000000, ffffffc0, 00000005_ffffffc0",
        "00000005_00000000, 00000001, 00000005_00000001",
        "00000001_00000010, fffffff0, 00000000_fffffff0",
        // there is no subspace before the first
        "00000000_00000000, 00000001, 00000000_00000001",
        "00000000_00000000, ffffffff, 00000000_ffffffff",
        "00000000_00000010, fffffff0, 00000000_fffffff0",
        // the first subspace's end
        "00000000_ffffffff, 00000000, 00000001_00000000",
        "00000000_fffffff0, 00000005, 00000001_00000005",
    })
    void theHighHalfIsInferredAsInAppendixA2(String top, String low, String expected) {
        ReplayWindow window = new ReplayWindow(64, hex(top));
        assertThat(Long.toHexString(window.infer(Integer.parseUnsignedInt(low, 16))))
                .isEqualTo(Long.toHexString(hex(expected)));
    }

    @Test
    void theInferredNumberIsTheOnlyOneInReachWithItsLowHalf() {
        Random random = new Random(1);
        for (int i = 0; i < 200_000; i++) {
            int size = 64 << random.nextInt(11);
            long top = nearAnEdge(random);
            ReplayWindow window = new ReplayWindow(size, top);
            int low = (int) (top + random.nextLong(-3L * size, 3L * size));
            BigInteger expected = inferNaively(unsigned(top), size, Integer.toUnsignedLong(low));
            assertThat(unsigned(window.infer(low)))
                    .as("T %x, W %d, low %x", top, size, low)
                    .isEqualTo(expected.mod(TWO_64));
        }
    }

    /** The number = low mod 2^32 in [T - W + 1, T - W + 1 + 2^32), or the first from 0 up. */
    private static BigInteger inferNaively(BigInteger top, int size, long low) {
        BigInteger bottom = top.subtract(BigInteger.valueOf(size - 1)).max(BigInteger.ZERO);
        BigInteger candidate = BigInteger.valueOf(low);
        BigInteger steps =
                bottom.subtract(candidate)
                        .max(BigInteger.ZERO)
                        .add(TWO_32)
                        .subtract(BigInteger.ONE)
                        .divide(TWO_32);
        return candidate.add(steps.multiply(TWO_32));
    }

    @Test
    void itAgreesWithASetOfNumbers() {
        Random random = new Random(2);
        for (int round = 0; round < 300; round++) {
            int size = 64 * (1 + random.nextInt(random.nextBoolean() ? 4 : 64));
            long start = nearAnEdge(random);
            ReplayWindow window = new ReplayWindow(size, start);
            Model model = new Model(size, unsigned(start));
            for (int i = 0; i < 1000; i++) {
                BigInteger n = model.somewhereNear(random, size);
                long sequence = n.longValue();
                DropReason expected = model.check(n);
                DropReason early = window.early(sequence);
                assertThat(early).as("early %s", n).isEqualTo(expected);
                if (random.nextInt(4) != 0) { // else the ICV was wrong: nothing may change
                    assertThat(window.accept(sequence)).as("accept %s", n).isEqualTo(expected);
                    model.mark(n, expected);
                }
                assertThat(unsigned(window.top())).isEqualTo(model.top);
            }
        }
    }

    /**
     * A window of 64 has blocks for 128 numbers. When T goes from t to t + 100, its bit is that of
     * t - 28, which was never received: who still sees t must not take one for the other.
     */
    @Test
    void theEarlyLookNeverCallsADuplicateWhatWasNotReceived() throws InterruptedException {
        ReplayWindow window = new ReplayWindow(64, 0);
        AtomicBoolean enough = new AtomicBoolean();
        Thread acceptor =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    for (long n = 100; !enough.get(); n += 100) {
                                        window.accept(n);
                                    }
                                });
        long wrong = 0;
        for (int i = 0; i < 20_000_000; i++) {
            if (window.early(window.top() - 28) == REPLAYED) {
                wrong++;
            }
        }
        enough.set(true);
        acceptor.join();
        assertThat(wrong).isZero();
    }

    private static long nearAnEdge(Random random) {
        long edge =
                switch (random.nextInt(5)) {
                    case 0 -> 0;
                    case 1 -> 1L << 32;
                    case 2 -> random.nextLong() << 32;
                    case 3 -> -1L << 16; // 2^64 is 65536 away
                    default -> random.nextLong();
                };
        long top = edge + random.nextLong(-300, 300);
        return edge == 0 ? Math.abs(top) : top;
    }

    private static long hex(String text) {
        return Long.parseUnsignedLong(text.replace("_", ""), 16);
    }

    private static BigInteger unsigned(long n) {
        return new BigInteger(Long.toUnsignedString(n));
    }

    /** A window that remembers every number. */
    private static final class Model {
        private final BigInteger size;
        private final BigInteger start;
        private final Set<BigInteger> seen = new HashSet<>();
        private BigInteger top;

        Model(int size, BigInteger start) {
            this.size = BigInteger.valueOf(size);
            this.start = start;
            top = start;
        }

        DropReason check(BigInteger n) {
            if (n.compareTo(top.subtract(size)) <= 0) {
                return TOO_OLD;
            }
            return seen.contains(n) || n.compareTo(start) <= 0 ? REPLAYED : NONE;
        }

        void mark(BigInteger n, DropReason reason) {
            if (reason == NONE) {
                seen.add(n);
                top = top.max(n);
            }
        }

        BigInteger somewhereNear(Random random, int size) {
            long step =
                    switch (random.nextInt(8)) {
                        case 0 -> random.nextLong(-2L * size, 2L * size);
                        case 1 -> -size + random.nextLong(-2, 3);
                        case 2 -> size + random.nextLong(-2, 3);
                        case 3 -> random.nextLong(0, 200);
                        default -> random.nextLong(-size, 8);
                    };
            BigInteger n = top.add(BigInteger.valueOf(step)).max(BigInteger.ZERO);
            return n.min(TWO_64.subtract(BigInteger.ONE));
        }
    }
}
