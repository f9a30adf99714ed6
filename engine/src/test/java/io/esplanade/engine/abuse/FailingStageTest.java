package io.esplanade.engine.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.Engine;
import io.esplanade.engine.Snapshot;
import io.esplanade.engine.abuse.FaultyProvider.Fault;
import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.engine.port.memory.Plug;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.Mode;
import io.esplanade.engine.testing.TwoGateways;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A stage that throws again and again while packets flow on every queue. */
@Timeout(120)
class FailingStageTest {

    private static final int PACKETS = 10_000;

    @ParameterizedTest
    @EnumSource
    void aStageThatThrowsLosesItsOwnPacketsByNameAndNoMbuf(Mode mode) {
        FaultyProvider provider = new FaultyProvider();
        Cable cable = Cable.DEFAULT.withMtu(1600).withQueues(mode.queues());
        MemoryHost inside = MemoryHost.on(Plug.of("inside", Side.PROTECTED), cable);
        MemoryHost outside = MemoryHost.on(Plug.of("outside", Side.UNPROTECTED), cable);
        Engine engine =
                Engine.builder()
                        .name("failing")
                        .runtime(mode.config())
                        .provider(provider)
                        .mbufs(512)
                        .invariants(true)
                        .port(inside.port())
                        .port(outside.port())
                        .sa(TwoGateways.outbound("out", 0, TwoGateways.newKey()))
                        .policy(TwoGateways.protect())
                        .route(Route.of("0.0.0.0/0", "outside"))
                        .build();
        engine.start();
        long received = 0;
        for (int sent = 0; sent < PACKETS; ) {
            provider.fault(sent % 256 < 64 ? Fault.THROW : Fault.NONE);
            int flow = sent % 8;
            if (inside.send(IpPackets.udp("10.1.0.5", "10.2.0.5", flow, 9, new byte[300]))) {
                sent++;
            }
            received += outside.receive() == null ? 0 : 1;
        }
        while (received + engine.snapshot().dropped() < PACKETS) {
            received += outside.receive() == null ? 0 : 1;
        }
        engine.close();
        inside.close();
        outside.close();
        Snapshot last = engine.snapshot();
        TwoGateways.assertEveryMbufFree(last);
        assertThat(last.drops()).containsOnlyKeys(DropReason.LANE_FAILED);
        assertThat(last.counter(Counter.TX_PACKETS)).isEqualTo(received).isPositive();
        assertThat(last.counter(Counter.RX_PACKETS)).isEqualTo(PACKETS);
    }
}
