package io.esplanade.engine.runtime.finegrained;

import static io.esplanade.engine.testing.TunnelGateway.inbound;
import static io.esplanade.engine.testing.TunnelGateway.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.control.Command;
import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.AssociationState;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.KeyOrigin;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.runtime.config.RuntimeConfig;
import io.esplanade.engine.runtime.config.RuntimeConfig.Numbering;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.TunnelGateway;
import io.esplanade.engine.testing.TwoGateways;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** What threads that share SAs do with them; driven, so that every run is the same. */
class FineGrainedRuntimeTest {

    private static TunnelGateway open(
            Numbering numbering, Consumer<TunnelGateway.Settings> change) {
        return TunnelGateway.open(
                s -> {
                    change.accept(s);
                    s.more =
                            s.more.andThen(
                                    b ->
                                            b.runtime(
                                                    RuntimeConfig.fineGrained(2)
                                                            .withNumbering(numbering)));
                });
    }

    private static AssociationState sa(TunnelGateway tunnel, String name) {
        return tunnel.gateway().conductor().states().stream()
                .filter(sa -> sa.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** The sequence numbers of what was sent, in order: the low halves. */
    private static List<Integer> sent(TunnelGateway tunnel) {
        List<Integer> numbers = new ArrayList<>();
        for (byte[] p = tunnel.wan().receive(); p != null; p = tunnel.wan().receive()) {
            numbers.add(ByteBuffer.wrap(p).getInt(24));
        }
        return numbers;
    }

    @ParameterizedTest
    @EnumSource
    void everyReferenceIsGivenBackWhateverBecomesOfThePacket(Numbering numbering) {
        try (TunnelGateway tunnel = open(numbering, s -> {})) {
            tunnel.fromLan(outbound(100));
            tunnel.fromLan(IpPackets.withTtl(outbound(100), 1));
            tunnel.fromLan(IpPackets.withChecksum(IpPackets.with(outbound(1480), 6, 0x40))); // DF
            byte[] esp = tunnel.fromPeer().seal(1, inbound(100));
            tunnel.fromWan(esp);
            tunnel.fromWan(esp);
            tunnel.fromWan(IpPackets.with(tunnel.fromPeer().seal(2, inbound(100)), 60, 1));
            assertThat(tunnel.gateway().drops())
                    .containsOnlyKeys(
                            DropReason.TTL_EXPIRED,
                            DropReason.OVERSIZED,
                            DropReason.REPLAYED,
                            DropReason.ICV_FAILED);
            assertThat(sa(tunnel, "out").references()).isZero();
            assertThat(sa(tunnel, "in").references()).isZero();
            assertThat(sa(tunnel, "out").packets()).isOne();
            assertThat(sa(tunnel, "in").packets()).isOne();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBurstLongerThanTheNumbersLeftGetsThoseAndNoMore(Numbering numbering) {
        try (TunnelGateway tunnel =
                open(
                        numbering,
                        s -> {
                            s.esn = false;
                            s.firstSequence = 0xffff_fffdL;
                        })) {
            for (int i = 0; i < 5; i++) {
                assertThat(tunnel.lan().send(outbound(100))).isTrue();
            }
            tunnel.gateway().settle();
            assertThat(sent(tunnel)).containsExactly(-3, -2, -1);
            assertThat(tunnel.gateway().drops())
                    .isEqualTo(Map.of(DropReason.SEQUENCE_EXHAUSTED, 2L));
            assertThat(sa(tunnel, "out").packets()).isEqualTo(3);
            assertThat(sa(tunnel, "out").references()).isZero();
        }
    }

    /** Two tunnels' packets and others, as a burst of a busy gateway has them. */
    @ParameterizedTest
    @EnumSource
    void packetsOfABurstAreNumberedInOrderOnEachSa(Numbering numbering) {
        try (TunnelGateway tunnel = open(numbering, s -> s.more = b -> b.policy(second()))) {
            tunnel.gateway()
                    .apply(
                            new Command.AddSa(
                                    TwoGateways.sa("second", 0x234, TwoGateways.newKey())
                                            .tunnel("second")
                                            .outbound()
                                            .origin(KeyOrigin.STATIC_UNSAFE)
                                            .build(),
                                    new CompletableFuture<>()));
            for (String to : "2 2 9 203 2 9 9 9 8 2".split(" ")) {
                String destination = to.equals("203") ? "203.0.113.9" : "10." + to + ".0.5";
                assertThat(tunnel.lan().send(IpPackets.udp("10.1.0.5", destination, 100))).isTrue();
            }
            tunnel.gateway().settle();
            List<String> sent = new ArrayList<>();
            for (byte[] p = tunnel.wan().receive(); p != null; p = tunnel.wan().receive()) {
                ByteBuffer packet = ByteBuffer.wrap(p);
                boolean esp = p[9] == IpPackets.ESP;
                sent.add(esp ? Integer.toHexString(packet.getInt(20)) + ":" + p[27] : "clear");
            }
            assertThat(sent)
                    .containsExactly(
                            "1000:1", "1000:2", "1234:1", "clear", "1000:3", "1234:2", "1234:3",
                            "1234:4", "1000:4");
            assertThat(tunnel.gateway().drops()).isEqualTo(Map.of(DropReason.NO_ROUTE, 1L));
        }
    }

    private static SecurityPolicy second() {
        return SecurityPolicy.protect(
                "second",
                Direction.OUTBOUND,
                1,
                TunnelGateway.selector("10.1.0.0/16", "10.9.0.0/16"),
                "second");
    }

    @ParameterizedTest
    @EnumSource
    void anIdleThreadTakesNoLock(Numbering numbering) {
        try (TunnelGateway tunnel = open(numbering, s -> {})) {
            tunnel.fromLan(outbound(100));
            long taken = tunnel.gateway().counters().value(Counter.LOCK_TAKEN);
            for (int i = 0; i < 10; i++) {
                tunnel.gateway().cycle();
            }
            assertThat(tunnel.gateway().counters().value(Counter.LOCK_TAKEN))
                    .isEqualTo(taken)
                    .isPositive();
            assertThat(tunnel.gateway().mbufs()).containsEntry(Owner.CACHE, 258L);
        }
    }
}
