package io.esplanade.engine.mbuf;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.os.Mem;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The metadata line: every field keeps its whole range and leaves its neighbours alone. */
class MbufTest {

    private final MbufPool pool = new MbufPool(2, 0, false);
    private final long mbuf = pool.handle(0);

    @BeforeEach
    void fillEveryField() {
        Mbuf.reset(mbuf, 0xffff);
        Mbuf.length(mbuf, 0x01020304);
        Mbuf.sequence(mbuf, 0xfedcba9876543210L);
        Mbuf.time(mbuf, -2);
        Mbuf.flags(mbuf, 0x80000001);
        Mbuf.sa(mbuf, 0x7ffffffe, 0xfffd);
        Mbuf.nextHop(mbuf, 0x7ffffffc);
        Mbuf.flowHash(mbuf, 0xdeadbeef);
        Mbuf.transport(mbuf, 0xfb, 0xfffa);
        Mbuf.csum(mbuf, 0xfff9, 0xf8);
        Mbuf.port(mbuf, 0xf7, 0xf6);
        Mbuf.dropReason(mbuf, 0xf5);
        Mbuf.owner(mbuf, Owner.APPLICATION);
        Mbuf.passes(mbuf, 0xf4);
        Mbuf.homeLane(mbuf, 0xf3);
    }

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void everyFieldKeepsItsWholeRangeBesideAllTheOthers() {
        assertThat(Mbuf.offset(mbuf)).isEqualTo(0xffff);
        assertThat(Mbuf.length(mbuf)).isEqualTo(0x01020304);
        assertThat(Mbuf.sequence(mbuf)).isEqualTo(0xfedcba9876543210L);
        assertThat(Mbuf.time(mbuf)).isEqualTo(-2);
        assertThat(Mbuf.flags(mbuf)).isEqualTo(0x80000001);
        assertThat(Mbuf.sa(mbuf)).isEqualTo(0x7ffffffe);
        assertThat(Mbuf.saGeneration(mbuf)).isEqualTo(0xfffd);
        assertThat(Mbuf.nextHop(mbuf)).isEqualTo(0x7ffffffc);
        assertThat(Mbuf.flowHash(mbuf)).isEqualTo(0xdeadbeef);
        assertThat(Mbuf.protocol(mbuf)).isEqualTo(0xfb);
        assertThat(Mbuf.l4Offset(mbuf)).isEqualTo(0xfffa);
        assertThat(Mbuf.csumStart(mbuf)).isEqualTo(0xfff9);
        assertThat(Mbuf.csumOffset(mbuf)).isEqualTo(0xf8);
        assertThat(Mbuf.port(mbuf)).isEqualTo(0xf7);
        assertThat(Mbuf.queue(mbuf)).isEqualTo(0xf6);
        assertThat(Mbuf.dropReason(mbuf)).isEqualTo(0xf5);
        assertThat(Mbuf.owner(mbuf)).isEqualTo(Owner.APPLICATION.ordinal());
        assertThat(Mbuf.passes(mbuf)).isEqualTo(0xf4);
        assertThat(Mbuf.homeLane(mbuf)).isEqualTo(0xf3);
        assertThat(Mbuf.capacity(mbuf)).isEqualTo(MbufPool.SMALL_SIZE);
        assertThat(Mbuf.buffer(mbuf)).isEqualTo(pool.buffers().address());
    }

    @Test
    void theNextMbufsLineIsUntouched() {
        long next = pool.handle(1);
        assertThat(next - mbuf).isEqualTo(Mbuf.METADATA_SIZE);
        assertThat(Mbuf.buffer(next)).isEqualTo(Mbuf.buffer(mbuf) + MbufPool.SMALL_SIZE);
        assertThat(Mbuf.sequence(next)).isZero();
        assertThat(Mbuf.owner(next)).isEqualTo(Owner.FREE.ordinal());
    }

    @Test
    void resetClearsAllButAddressCapacityOwnerAndHome() {
        Mbuf.reset(mbuf, 300);

        assertThat(Mbuf.buffer(mbuf)).isEqualTo(pool.buffers().address());
        assertThat(Mbuf.capacity(mbuf)).isEqualTo(MbufPool.SMALL_SIZE);
        assertThat(Mbuf.owner(mbuf)).isEqualTo(Owner.APPLICATION.ordinal());
        assertThat(Mbuf.homeLane(mbuf)).isEqualTo(0xf3);
        assertThat(Mbuf.offset(mbuf)).isEqualTo(300);
        assertThat(Mbuf.sa(mbuf)).isEqualTo(-1);
        assertThat(Mbuf.nextHop(mbuf)).isEqualTo(-1);
        assertThat(Mbuf.sequence(mbuf)).isZero();
        assertThat(Mbuf.time(mbuf)).isZero();
        assertThat(Mbuf.length(mbuf)).isZero();
        assertThat(Mbuf.flags(mbuf)).isZero();
        assertThat(Mbuf.flowHash(mbuf)).isZero();
        assertThat(Mbuf.saGeneration(mbuf)).isZero();
        assertThat(Mbuf.l4Offset(mbuf)).isZero();
        assertThat(Mbuf.protocol(mbuf)).isZero();
        assertThat(Mbuf.csumStart(mbuf)).isZero();
        assertThat(Mbuf.csumOffset(mbuf)).isZero();
        assertThat(Mbuf.port(mbuf)).isZero();
        assertThat(Mbuf.queue(mbuf)).isZero();
        assertThat(Mbuf.dropReason(mbuf)).isZero();
        assertThat(Mbuf.passes(mbuf)).isZero();
    }

    @Test
    void pullAndPushMoveTheFrontAndKeepTheEnd() {
        Mbuf.reset(mbuf, 256);
        Mbuf.length(mbuf, 100);
        int tailroom = MbufPool.SMALL_SIZE - 256 - 100;
        assertThat(Mbuf.data(mbuf)).isEqualTo(Mbuf.buffer(mbuf) + 256);
        assertThat(Mbuf.tailroom(mbuf)).isEqualTo(tailroom);

        Mbuf.pull(mbuf, 14);
        assertThat(Mbuf.data(mbuf)).isEqualTo(Mbuf.buffer(mbuf) + 270);
        assertThat(Mbuf.length(mbuf)).isEqualTo(86);
        assertThat(Mbuf.tailroom(mbuf)).isEqualTo(tailroom);

        Mbuf.push(mbuf, 54);
        assertThat(Mbuf.offset(mbuf)).isEqualTo(216);
        assertThat(Mbuf.length(mbuf)).isEqualTo(140);
        assertThat(Mbuf.tailroom(mbuf)).isEqualTo(tailroom);
    }

    @Test
    void aFlagIsSeenAmongOthers() {
        Mbuf.flags(mbuf, Mbuf.IPV6 | Mbuf.SEALED);
        assertThat(Mbuf.has(mbuf, Mbuf.SEALED)).isTrue();
        assertThat(Mbuf.has(mbuf, Mbuf.LOCAL | Mbuf.IPV6)).isTrue();
        assertThat(Mbuf.has(mbuf, Mbuf.LOCAL | Mbuf.BYPASSED)).isFalse();
    }

    @Test
    void theLineIsACacheLine() {
        assertThat(Mbuf.METADATA_SIZE).isEqualTo(64);
        assertThat(pool.handle(0) % 64).isZero();
        assertThat(Mem.getLong(pool.handle(0))).isEqualTo(Mbuf.buffer(mbuf));
    }
}
