package io.esplanade.engine.mbuf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.HashSet;
import java.util.Set;

/** What every {@link MbufSource} must do, whatever runtime it serves. */
abstract class MbufSourceContract {

    static final int SMALL = 10;
    static final int LARGE = 3;

    final MbufPool pool = new MbufPool(SMALL, LARGE, true);
    private MbufSource source;

    /** A source that has the whole of {@link #pool}. */
    abstract MbufSource newSource(MbufPool pool);

    abstract void close(MbufSource source);

    /** What its thread does when it has worked off a burst. */
    void betweenBursts(MbufSource source) {}

    @BeforeEach
    void open() {
        source = newSource(pool);
    }

    @AfterEach
    void everyMbufComesHome() {
        close(source);
        assertThat(new MbufLedger(pool).counts()).containsEntry(Owner.FREE, (long) pool.size());
        pool.close();
    }

    @Test
    void anAllocatedMbufIsAnEmptyPacketWithHeadroomAndItsNewOwner() {
        Burst others = new Burst(SMALL - 1);
        source.allocate(others, SMALL - 1, Owner.INGRESS);
        long mbuf = source.allocate(100, Owner.INGRESS);
        Mbuf.length(mbuf, 77);
        Mbuf.flags(mbuf, Mbuf.SEALED);
        Mbuf.sa(mbuf, 5, 6);
        Mbuf.dropReason(mbuf, 3);
        Mbuf.passes(mbuf, 2);
        source.free(mbuf);
        betweenBursts(source);

        Burst burst = new Burst(1);
        assertThat(source.allocate(burst, 1, Owner.WORKER)).isOne();

        long again = burst.get(0);
        assertThat(again).isEqualTo(mbuf);
        assertThat(Mbuf.owner(again)).isEqualTo(Owner.WORKER.ordinal());
        assertThat(Mbuf.offset(again)).isEqualTo(MbufPool.HEADROOM);
        assertThat(Mbuf.capacity(again)).isEqualTo(MbufPool.SMALL_SIZE);
        assertThat(Mbuf.length(again)).isZero();
        assertThat(Mbuf.flags(again)).isZero();
        assertThat(Mbuf.sa(again)).isEqualTo(-1);
        assertThat(Mbuf.nextHop(again)).isEqualTo(-1);
        assertThat(Mbuf.saGeneration(again)).isZero();
        assertThat(Mbuf.dropReason(again)).isZero();
        assertThat(Mbuf.passes(again)).isZero();
        source.free(again);
        freeAll(others);
    }

    @Test
    void eachSmallMbufIsGivenOnceUntilThereAreNoMore() {
        Burst burst = new Burst(SMALL + 5);
        assertThat(source.available()).isEqualTo(SMALL);
        assertThat(source.allocate(burst, 4, Owner.INGRESS)).isEqualTo(4);
        assertThat(source.available()).isEqualTo(SMALL - 4);
        assertThat(source.allocate(burst, SMALL + 1, Owner.INGRESS)).isEqualTo(SMALL - 4);
        assertThat(source.allocate(burst, 1, Owner.INGRESS)).isZero();
        assertThat(source.allocate(1, Owner.INGRESS)).isEqualTo(Mbuf.NULL);
        assertThat(source.available()).isZero();

        Set<Long> buffers = new HashSet<>();
        for (int i = 0; i < burst.count(); i++) {
            buffers.add(Mbuf.buffer(burst.get(i)));
        }
        assertThat(buffers).hasSize(SMALL);
        freeAll(burst);
        assertThat(source.available()).isEqualTo(SMALL);
    }

    @Test
    void noMoreAreAllocatedThanTheBurstHasRoomFor() {
        Burst burst = new Burst(2);
        assertThat(source.allocate(burst, 5, Owner.INGRESS)).isEqualTo(2);
        assertThat(source.available()).isEqualTo(SMALL - 2);
        freeAll(burst);
    }

    @Test
    void theSizeAskedForDecidesTheClass() {
        int smallRoom = MbufPool.SMALL_SIZE - MbufPool.HEADROOM;
        int largeRoom = MbufPool.LARGE_SIZE - MbufPool.HEADROOM;
        long small = source.allocate(smallRoom, Owner.INGRESS);
        long large = source.allocate(smallRoom + 1, Owner.INGRESS);
        long largest = source.allocate(largeRoom, Owner.INGRESS);
        assertThat(Mbuf.capacity(small)).isEqualTo(MbufPool.SMALL_SIZE);
        assertThat(Mbuf.capacity(large)).isEqualTo(MbufPool.LARGE_SIZE);
        assertThat(Mbuf.tailroom(largest)).isEqualTo(largeRoom);
        assertThat(source.allocate(largeRoom + 1, Owner.INGRESS)).isEqualTo(Mbuf.NULL);
        source.free(large);
        source.free(small);
        source.free(largest);
    }

    @Test
    void largeMbufsRunOutByThemselvesAndComeBackAsLarge() {
        Burst burst = new Burst(LARGE);
        for (int i = 0; i < LARGE; i++) {
            burst.add(source.allocate(9000, Owner.REASSEMBLY));
        }
        assertThat(source.allocate(9000, Owner.REASSEMBLY)).isEqualTo(Mbuf.NULL);
        assertThat(source.available()).isEqualTo(SMALL);
        freeAll(burst);
        assertThat(source.available()).isEqualTo(SMALL);
        for (int i = 0; i < LARGE; i++) {
            burst.add(source.allocate(9000, Owner.REASSEMBLY));
            assertThat(Mbuf.capacity(burst.get(i))).isEqualTo(MbufPool.LARGE_SIZE);
        }
        freeAll(burst);
    }

    @Test
    void aSecondFreeIsFoundOut() {
        long mbuf = source.allocate(1, Owner.EGRESS);
        source.free(mbuf);
        assertThatThrownBy(() -> source.free(mbuf))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("freed twice");
    }

    @Test
    void whatIsNoMbufIsNotTaken() {
        assertThatThrownBy(() -> source.free(pool.handle(SMALL + LARGE)))
                .hasMessageContaining("no mbuf of this pool");
        assertThatThrownBy(() -> source.free(pool.handle(1) + 1))
                .hasMessageContaining("no mbuf of this pool");
    }

    private void freeAll(Burst burst) {
        while (!burst.isEmpty()) {
            source.free(burst.removeLast());
        }
        betweenBursts(source);
    }
}
