package io.esplanade.bench.bed;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.Engine;
import io.esplanade.engine.Snapshot;
import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.LaneMbufSource;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.os.Mem;
import io.esplanade.engine.port.Side;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.Arrays;
import java.util.BitSet;

class TrafficTest {

    private final MbufPool pool = new MbufPool(64, 0, false);
    private final LaneMbufSource source = new LaneMbufSource(pool, 0, 1);
    private final Burst burst = new Burst(32);

    @AfterEach
    void close() {
        pool.close();
    }

    /** Puts packets with these tags into the burst. */
    private void tagged(long... tags) {
        burst.clear();
        for (long tag : tags) {
            long mbuf = source.allocate(64, Owner.INGRESS);
            Mbuf.time(mbuf, tag);
            burst.add(mbuf);
        }
    }

    @Test
    void packetsInTheOrderOfTheirFlowsPass() {
        OrderSink sink = new OrderSink(2);
        tagged(FlowTag.of(0, 1), FlowTag.of(1, 9), FlowTag.of(0, 2), FlowTag.of(1, 10));
        sink.take(burst, 4);
        assertThat(sink.violations()).isZero();
    }

    @Test
    void aSwappedPacketIsFound() {
        OrderSink sink = new OrderSink(2);
        tagged(FlowTag.of(0, 1), FlowTag.of(0, 3), FlowTag.of(0, 2), FlowTag.of(0, 4));
        sink.take(burst, 4);
        assertThat(sink.violations()).isEqualTo(1);
    }

    @Test
    void aPacketThatLeavesTwiceIsFound() {
        OrderSink sink = new OrderSink(1);
        tagged(FlowTag.of(0, 1), FlowTag.of(0, 1));
        sink.take(burst, 2);
        assertThat(sink.violations()).isEqualTo(1);
    }

    @Test
    void theWireSaysHowFarBehindAReorderedPacketIs() {
        WireSink wire = new WireSink(2);
        burst.clear();
        int[][] packets = {{0, 1}, {0, 5}, {1, 2}, {0, 2}, {0, 6}, {0, 4}};
        for (int[] p : packets) {
            long mbuf = source.allocate(64, Owner.INGRESS);
            Mem.putIntBE(Mbuf.data(mbuf) + 20, Traffic.FIRST_SPI + p[0]);
            Mem.putIntBE(Mbuf.data(mbuf) + 24, p[1]);
            burst.add(mbuf);
        }
        wire.take(burst, packets.length);
        assertThat(wire.packets()).isEqualTo(6);
        assertThat(wire.reordered()).isEqualTo(2);
        assertThat(wire.greatestExtent()).isEqualTo(3);
    }

    @Test
    void imixIsSevenToFourToOne() {
        int[] counts = new int[3];
        for (int i = 0; i < 12; i++) {
            int length = FrameSize.IMIX.length(i);
            counts[length == 64 ? 0 : length == 570 ? 1 : 2]++;
        }
        assertThat(counts).containsExactly(7, 4, 1);
    }

    @ParameterizedTest
    @EnumSource(Steering.class)
    void everyFlowHasOneQueue(Steering steering) {
        FlowSet set = FlowSet.of(256, 64);
        try (Flows flows = new Flows(set, FrameSize.B64, steering, 3)) {
            BitSet seen = new BitSet();
            for (int q = 0; q < 3; q++) {
                assertThat(flows.ofQueue(q).length).isGreaterThan(256 / 3 / 2);
                for (int flow : flows.ofQueue(q)) {
                    assertThat(seen.get(flow)).isFalse();
                    seen.set(flow);
                }
            }
            assertThat(seen.cardinality()).isEqualTo(256);
        }
    }

    @Test
    void steeredBySaTheFlowsOfAnSaShareAQueue() {
        for (int flow = 0; flow < 256; flow++) {
            assertThat(Steering.BY_SA.queue(flow, 64, 2))
                    .isEqualTo(Steering.BY_SA.queue(flow + 64, 64, 2));
        }
    }

    @Test
    void noChosenFlowIsEverLookedUpTwice() throws Exception {
        int count = 2000;
        FlowSet set = FlowChooser.choose(count, 50, new NullProvider());
        assertThat(Arrays.stream(set.sourcePorts()).distinct().count()).isGreaterThan(1);
        try (Flows flows = new Flows(set, FrameSize.B64, Steering.BY_FLOW, 1)) {
            Snapshot last = forward(flows, 50, FlowChooser.cacheSize(count), 5 * count);
            assertThat(last.counter(Counter.FLOW_MISSES)).isEqualTo(count);
            assertThat(last.mbufsInUse()).isZero();
            assertThat(last.dropped()).isZero();
        }
    }

    private static Snapshot forward(Flows flows, int sas, int cache, int packets) {
        GeneratorPort wan = GeneratorPort.sink("wan", Side.UNPROTECTED, 1);
        Engine engine =
                Traffic.gatewayA(
                                Engine.builder()
                                        .provider(new NullProvider())
                                        .flowCacheSize(cache)
                                        .port(
                                                GeneratorPort.saturated(
                                                        "lan", Side.PROTECTED, 1, flows))
                                        .port(wan),
                                sas)
                        .build();
        try (engine) {
            engine.start();
            while (wan.sent() < packets) {
                Thread.onSpinWait();
            }
        }
        return engine.snapshot();
    }

    @Test
    void aPacedQueueGivesWhatWasDueAndEachPacketTheTimeItWasDueAt() {
        SteppedClock clock = new SteppedClock();
        try (Flows flows = new Flows(FlowSet.of(4, 1), FrameSize.B64, Steering.BY_FLOW, 1)) {
            PacedQueue queue = new PacedQueue(flows, 0, source, 1000, clock);
            assertThat(queue.receive(burst, 32)).isZero();
            clock.nanos += 5_500_000; // five packets at one each millisecond, and a half
            assertThat(queue.receive(burst, 32)).isEqualTo(5);
            assertThat(Mbuf.time(burst.get(0))).isEqualTo(SteppedClock.START + 1_000_000);
            assertThat(Mbuf.time(burst.get(4))).isEqualTo(SteppedClock.START + 5_000_000);
            clock.nanos += 40_000_000; // a stall: what was due meanwhile comes late, not never
            assertThat(queue.receive(burst, 8)).isEqualTo(8);
            assertThat(Mbuf.time(burst.get(5))).isEqualTo(SteppedClock.START + 6_000_000);
        }
    }

    private static final class SteppedClock implements Clock {
        private static final long START = 1_000_000_000;
        private long nanos = START;

        @Override
        public long nanoTime() {
            return nanos;
        }

        @Override
        public long epochNanos() {
            return nanos;
        }
    }
}
