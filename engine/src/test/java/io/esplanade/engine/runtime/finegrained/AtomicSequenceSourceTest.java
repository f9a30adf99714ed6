package io.esplanade.engine.runtime.finegrained;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.ipsec.OutboundState;
import io.esplanade.engine.ipsec.SequenceSource;
import io.esplanade.engine.runtime.config.RuntimeConfig.Numbering;
import io.esplanade.engine.testing.TwoGateways;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** The sequence numbers of an SA on which several threads send. */
@Timeout(60)
class AtomicSequenceSourceTest {

    private static final int THREADS = 3;

    private final SequenceSource source = new AtomicSequenceSource(Numbering.PER_RUN);

    private static OutboundState state(boolean esn, long first, long limit) {
        return new OutboundState(
                TwoGateways.sa("out", 0, TwoGateways.newKey()).outbound().esn(esn).build(),
                0,
                0,
                new long[] {1},
                first,
                limit);
    }

    @Test
    void numbersComeInOrderUpToTheLimit() {
        OutboundState sa = state(true, 5, 7);
        assertThat(List.of(source.next(sa), source.next(sa), source.next(sa)))
                .containsExactly(5L, 6L, 7L);
        assertThat(source.next(sa)).isEqualTo(SequenceSource.NONE);
        assertThat(sa.exhausted()).isFalse();
        sa.extend(8, 1);
        assertThat(source.next(sa)).isEqualTo(8);
    }

    @Test
    void aRunGetsAllItsNumbersOrTakesNone() {
        OutboundState sa = state(false, 1, 10);
        assertThat(source.take(sa, 4)).isOne();
        assertThat(source.take(sa, 7)).isEqualTo(SequenceSource.NONE);
        assertThat(sa.sequence()).as("the last number given").isEqualTo(4);
        assertThat(source.take(sa, 6)).isEqualTo(5);
        assertThat(source.next(sa)).isEqualTo(SequenceSource.NONE);
    }

    @Test
    void noNumberFollowsTheLastOfAll() {
        OutboundState shorter = state(false, 0xffff_ffffL, -1);
        assertThat(source.take(shorter, 2)).isEqualTo(SequenceSource.NONE);
        assertThat(source.next(shorter)).isEqualTo(0xffff_ffffL);
        assertThat(source.next(shorter)).isEqualTo(SequenceSource.NONE);
        assertThat(shorter.exhausted()).isTrue();

        OutboundState esn = state(true, -2, -1);
        assertThat(source.take(esn, 2)).isEqualTo(-2);
        assertThat(source.next(esn)).isEqualTo(SequenceSource.NONE);
        assertThat(esn.exhausted()).isTrue();
    }

    /** While the conductor reserves more, block by block. */
    @Test
    void manyThreadsGetEachNumberOnceAndNoneIsLost() throws InterruptedException {
        int block = 1_000;
        int all = 300 * block;
        OutboundState sa = state(true, 1, block);
        List<BitSet> given = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            int run = 1 + 3 * i; // one thread takes them one by one
            BitSet mine = new BitSet(all + 1);
            given.add(mine);
            threads.add(Thread.ofPlatform().start(() -> takeAll(sa, run, all, mine)));
        }
        for (long limit = block; limit < all; limit += block) {
            long reserved = limit;
            TwoGateways.await(() -> sa.sequence() > reserved - block / 2);
            sa.extend(reserved + 1, block);
        }
        int sum = 0;
        BitSet union = new BitSet(all + 1);
        for (int i = 0; i < THREADS; i++) {
            threads.get(i).join();
            sum += given.get(i).cardinality();
            union.or(given.get(i));
        }
        assertThat(sum).as("numbers given").isEqualTo(all);
        assertThat(union.nextClearBit(1)).as("the first number not given").isEqualTo(all + 1);
    }

    private void takeAll(OutboundState sa, int run, int all, BitSet mine) {
        while (sa.sequence() < all) {
            long first = source.take(sa, run);
            int n = run;
            if (first == SequenceSource.NONE) {
                first = source.next(sa);
                n = 1;
            }
            if (first != SequenceSource.NONE) {
                mine.set((int) first, (int) first + n);
            }
        }
    }
}
