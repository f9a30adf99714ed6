package io.esplanade.engine.runtime.giant;

import static io.esplanade.engine.testing.TunnelGateway.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.runtime.config.RuntimeConfig;
import io.esplanade.engine.runtime.config.RuntimeConfig.LockScope;
import io.esplanade.engine.testing.TunnelGateway;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** For how long the giant lock is held, and for what; driven, so that nobody contends for it. */
class GiantRuntimeTest {

    private static TunnelGateway open(LockScope scope) {
        return TunnelGateway.open(
                s -> s.more = b -> b.runtime(RuntimeConfig.giantLock(2).withScope(scope)));
    }

    private static long count(TunnelGateway tunnel, Counter counter) {
        return tunnel.gateway().counters().value(counter);
    }

    private static void send(TunnelGateway tunnel, int packets) {
        for (int i = 0; i < packets; i++) {
            assertThat(tunnel.lan().send(outbound(100))).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aThreadThatHasNothingToDoLeavesTheLockAlone(LockScope scope) {
        try (TunnelGateway tunnel = open(scope)) {
            for (int i = 0; i < 10; i++) {
                assertThat(tunnel.gateway().cycle()).isZero();
            }
            assertThat(count(tunnel, Counter.LOCK_TAKEN)).isZero();

            send(tunnel, 1);
            tunnel.gateway().settle();
            long taken = count(tunnel, Counter.LOCK_TAKEN);
            tunnel.gateway().settle();
            assertThat(count(tunnel, Counter.LOCK_TAKEN)).isEqualTo(taken).isPositive();
        }
    }

    @Test
    void theLockIsHeldForADrainOfFiftyPackets() {
        try (TunnelGateway tunnel = open(LockScope.DRAIN)) {
            send(tunnel, 120);
            for (int received : new int[] {50, 100, 120}) {
                tunnel.gateway().cycle(0);
                assertThat(count(tunnel, Counter.RX_PACKETS)).isEqualTo(received);
                assertThat(count(tunnel, Counter.TX_PACKETS)).as("to output").isEqualTo(received);
            }
            assertThat(count(tunnel, Counter.LOCK_TAKEN)).isEqualTo(3);
            assertThat(count(tunnel, Counter.LOCK_HELD_NANOS)).isPositive();
            assertThat(count(tunnel, Counter.LOCK_CONTENDED)).isZero();
        }
    }

    @Test
    void theLockIsHeldForEachPacketWhereThatIsAskedFor() {
        try (TunnelGateway tunnel = open(LockScope.PACKET)) {
            send(tunnel, 20);
            tunnel.gateway().cycle(0);
            assertThat(count(tunnel, Counter.TX_PACKETS)).isEqualTo(20);
            assertThat(count(tunnel, Counter.LOCK_TAKEN)).as("and once in vain").isEqualTo(21);
            assertThat(count(tunnel, Counter.CRYPTO_CALLS)).isEqualTo(20);
            assertThat(count(tunnel, Counter.LOCK_HELD_NANOS)).as("a sample").isPositive();
        }
    }
}
