package io.esplanade.engine.mbuf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.engine.os.Mappings;
import io.esplanade.engine.os.Mem;

import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.ValueLayout;

/** The pool's memory, and what it finds out in invariants mode. */
class MbufPoolTest {

    private static final int SMALL = 3;
    private static final int LARGE = 2;

    private final MbufPool pool = new MbufPool(SMALL, LARGE, true);

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void indicesAndHandlesNameTheSameMbufsSmallOnesFirst() {
        assertThat(pool.size()).isEqualTo(5);
        assertThat(pool.smallCount()).isEqualTo(3);
        for (int i = 0; i < pool.size(); i++) {
            long mbuf = pool.handle(i);
            assertThat(pool.index(mbuf)).isEqualTo(i);
            assertThat(Mbuf.capacity(mbuf))
                    .isEqualTo(i < SMALL ? MbufPool.SMALL_SIZE : MbufPool.LARGE_SIZE);
        }
    }

    @Test
    void buffersLieSideBySideWithinTheRegion() {
        long expected = pool.buffers().address();
        for (int i = 0; i < pool.size(); i++) {
            assertThat(Mbuf.buffer(pool.handle(i))).isEqualTo(expected);
            expected += Mbuf.capacity(pool.handle(i));
        }
        assertThat(expected).isLessThanOrEqualTo(pool.buffers().address() + pool.buffers().size());
    }

    @Test
    void aPoolWithoutSmallMbufsIsRefused() {
        assertThatThrownBy(() -> new MbufPool(0, 1, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0 small, 1 large");
    }

    @Test
    void aMoveByWhoIsNotTheOwnerIsFoundOut() {
        long mbuf = take(0, Owner.INGRESS);
        refused(() -> pool.move(mbuf, Owner.WORKER, Owner.EGRESS))
                .hasMessageContaining(
                        "mbuf 0 moves from worker to egress, but its owner is ingress");
        assertThat(Mbuf.owner(mbuf)).isEqualTo(Owner.INGRESS.ordinal());
        pool.move(mbuf, Owner.INGRESS, Owner.WORKER);
        assertThat(Mbuf.owner(mbuf)).isEqualTo(Owner.WORKER.ordinal());
    }

    @Test
    void aMoveOfWhatWasFreedSaysSo() {
        long mbuf = take(0, Owner.INGRESS);
        pool.move(mbuf, Owner.INGRESS, Owner.FREE);
        refused(() -> pool.move(mbuf, Owner.INGRESS, Owner.WORKER))
                .hasMessageContaining("it was freed");
    }

    @Test
    void whatIsNoHandleIsFoundOut() {
        refused(() -> pool.move(pool.handle(-1), Owner.FREE, Owner.INGRESS))
                .hasMessageContaining("no mbuf of this pool");
        refused(() -> pool.move(pool.handle(5), Owner.FREE, Owner.INGRESS))
                .hasMessageContaining("no mbuf of this pool");
        refused(() -> pool.move(pool.handle(1) + 8, Owner.FREE, Owner.INGRESS))
                .hasMessageContaining("no mbuf of this pool");
    }

    @Test
    void anMbufUnderWayMayBeTouchedFromItsFirstByteToItsLast() {
        for (int i = 0; i < pool.size(); i++) {
            long mbuf = take(i, Owner.INGRESS);
            long first = Mbuf.buffer(mbuf);
            int capacity = Mbuf.capacity(mbuf);
            Mem.fill(first, capacity, 1);
            assertThat(Mem.getByte(first)).isOne();
            assertThat(Mem.getByte(first + capacity - 1)).isOne();
        }
    }

    @Test
    void anAccessOverTheEndOfAnMbufIsFoundOut() {
        for (int i : new int[] {0, SMALL - 1, SMALL, SMALL + LARGE - 1}) {
            long mbuf = take(i, Owner.INGRESS);
            long end = Mbuf.buffer(mbuf) + Mbuf.capacity(mbuf);
            refused(() -> Mem.getInt(end - 3))
                    .hasMessageContaining("access of 4 bytes at offset " + (capacity(i) - 3))
                    .hasMessageContaining("over the end of mbuf " + i);
            refused(() -> Mem.copy(Mbuf.buffer(mbuf), Mbuf.buffer(mbuf), capacity(i) + 1L))
                    .hasMessageContaining("over the end of mbuf " + i);
            assertThatCode(() -> Mem.copy(end, end, 0)).doesNotThrowAnyException();
        }
    }

    @Test
    void aFreeMbufsBufferMustNotBeTouched() {
        long mbuf = take(1, Owner.EGRESS);
        long data = Mbuf.data(mbuf);
        Mem.putInt(data, 42);
        pool.move(mbuf, Owner.EGRESS, Owner.CACHE);
        refused(() -> Mem.getInt(data)).hasMessageContaining("mbuf 1, which is free (cache)");
        refused(() -> Mem.putByte(data, 1)).hasMessageContaining("mbuf 1, which is free (cache)");
        pool.move(mbuf, Owner.CACHE, Owner.FREE);
        refused(() -> Mem.getInt(data)).hasMessageContaining("mbuf 1, which is free (free)");
    }

    @Test
    void whatOneLeftInAnMbufTheNextDoesNotFind() {
        long mbuf = take(0, Owner.EGRESS);
        Mem.fill(Mbuf.buffer(mbuf), MbufPool.SMALL_SIZE, 0x11);
        pool.move(mbuf, Owner.EGRESS, Owner.CACHE);
        pool.move(mbuf, Owner.CACHE, Owner.INGRESS);
        assertThat(Mem.bytes(Mbuf.buffer(mbuf), MbufPool.SMALL_SIZE)).containsOnly(0xdb);
    }

    @Test
    void aWriteToAFreeMbufThatNoCheckSawIsFoundOutWhenItIsTaken() {
        long mbuf = pool.handle(SMALL); // a large one
        long last = Mbuf.buffer(mbuf) + MbufPool.LARGE_SIZE - 1;
        // as a library or the kernel would
        Mem.segment(last, 1).set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        refused(() -> take(SMALL, Owner.INGRESS))
                .hasMessageContaining("mbuf 3 was written to at offset 69631 while it was free");
    }

    @Test
    void whatBelongsToNoPoolIsNoneOfItsBusiness() {
        try (MbufPool other = new MbufPool(1, 0, true)) {
            long mbuf = other.handle(0);
            other.move(mbuf, Owner.FREE, Owner.INGRESS);
            assertThatCode(() -> Mem.putInt(Mbuf.data(mbuf), 1)).doesNotThrowAnyException();
            refused(() -> pool.move(mbuf, Owner.INGRESS, Owner.WORKER))
                    .hasMessageContaining("no mbuf of this pool");
        }
    }

    @Test
    void withoutInvariantsNothingIsCheckedAndNothingPoisoned() {
        try (MbufPool fast = new MbufPool(1, 0, false)) {
            long mbuf = fast.handle(0);
            Mem.putInt(Mbuf.data(mbuf), 7);
            fast.move(mbuf, Owner.WORKER, Owner.FREE);
            assertThat(Mem.getInt(Mbuf.data(mbuf))).isEqualTo(7);
        }
    }

    @Test
    void closeUnmapsBuffersAndMetadataAndEndsTheChecks() throws IOException {
        long before = Mappings.ourBytes();
        MbufPool closing = new MbufPool(1000, 10, true);
        assertThat(Mappings.ourBytes() - before)
                .isGreaterThanOrEqualTo(
                        1000L * MbufPool.SMALL_SIZE
                                + 10L * MbufPool.LARGE_SIZE
                                + 1010L * Mbuf.METADATA_SIZE);
        closing.close();
        assertThat(Mappings.ourBytes()).isEqualTo(before);
        assertThatCode(closing::close).doesNotThrowAnyException();
        assertThatCode(() -> Mem.getByte(pool.handle(0))).doesNotThrowAnyException();
    }

    private long take(int index, Owner owner) {
        long mbuf = pool.handle(index);
        pool.move(mbuf, Owner.FREE, owner);
        return mbuf;
    }

    private int capacity(int index) {
        return Mbuf.capacity(pool.handle(index));
    }

    private static AbstractThrowableAssert<?, ?> refused(ThrowingCallable what) {
        return assertThatThrownBy(what).isInstanceOf(IllegalStateException.class);
    }
}
