package io.esplanade.engine.topology;

import static io.esplanade.engine.testing.TunnelGateway.inbound;
import static io.esplanade.engine.testing.TunnelGateway.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.engine.control.Command;
import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.KeyOrigin;
import io.esplanade.engine.ipsec.Lifetime;
import io.esplanade.engine.ipsec.Lifetime.Limit;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.testing.EspPackets;
import io.esplanade.engine.testing.HandClock;
import io.esplanade.engine.testing.Mode;
import io.esplanade.engine.testing.TunnelGateway;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** How SAs end by their lifetimes (RFC 4301 §4.4.2.1), in every runtime. */
@ParameterizedClass
@EnumSource
class LifetimeTest {

    private static final Duration LOOK = Duration.ofMillis(100);
    private static final EspPackets NEXT =
            new EspPackets(
                    TunnelGateway.US,
                    TunnelGateway.PEER,
                    TunnelGateway.SPI_OUT + 1,
                    TunnelGateway.key(55),
                    true);

    private static final EspPackets NEXT_IN =
            new EspPackets(
                    TunnelGateway.PEER,
                    TunnelGateway.US,
                    TunnelGateway.SPI_IN + 1,
                    TunnelGateway.key(56),
                    true);

    private final HandClock clock = new HandClock();
    private final Mode mode;

    LifetimeTest(Mode mode) {
        this.mode = mode;
    }

    private TunnelGateway open(Lifetime lifetime) {
        return TunnelGateway.open(
                settings -> {
                    settings.sas = sa -> sa.lifetime(lifetime);
                    settings.more =
                            b -> b.runtime(mode.config()).clock(clock).address(TunnelGateway.US);
                });
    }

    private void look(TunnelGateway tunnel) {
        clock.forward(LOOK);
        tunnel.gateway().settle();
    }

    private static void send(TunnelGateway tunnel, int packets) {
        for (int i = 0; i < packets; i++) {
            tunnel.fromLan(outbound(100));
        }
    }

    private static void receive(TunnelGateway tunnel, int first, int packets) {
        for (int i = 0; i < packets; i++) {
            tunnel.fromWan(tunnel.fromPeer().seal(first + i, inbound(100)));
        }
    }

    /** An outbound SA of the same tunnel, added later. */
    private static SecurityAssociation next() {
        return SecurityAssociation.builder("next")
                .outbound()
                .tunnel("peer")
                .spi(NEXT.spi())
                .from(InetAddress.ofLiteral(NEXT.source()))
                .to(InetAddress.ofLiteral(NEXT.destination()))
                .key(NEXT.keyMaterial())
                .origin(KeyOrigin.STATIC_UNSAFE)
                .build();
    }

    private static void assertLeftToPeer(TunnelGateway tunnel, int packets) {
        for (int n = 1; n <= packets; n++) {
            tunnel.toPeer().open(n, tunnel.wan().receive());
        }
        assertThat(tunnel.wan().receive()).isNull();
    }

    @Test
    void exactlyAsManyPacketsAreSentAsTheHardLimitSaysThoughNobodyLooks() {
        try (TunnelGateway tunnel = open(Lifetime.UNLIMITED.withHard(Limit.ofPackets(10)))) {
            send(tunnel, 13);
            assertLeftToPeer(tunnel, 10);
            assertThat(tunnel.gateway().drops()).isEqualTo(Map.of(DropReason.LIFETIME_EXPIRED, 3L));

            look(tunnel);
            assertThat(tunnel.gateway().expiries()).containsExactly("out used up its packets");
            send(tunnel, 2);
            assertThat(tunnel.gateway().drops(DropReason.NO_OUTBOUND_SA)).isEqualTo(2);
            assertThat(tunnel.gateway().drops(DropReason.LIFETIME_EXPIRED)).isEqualTo(3);
        }
    }

    @Test
    void theSoftLimitIsToldOnceAndPacketsGoOn() {
        Lifetime lifetime = new Lifetime(Limit.ofPackets(5).withBytes(700), Limit.ofPackets(100));
        try (TunnelGateway tunnel = open(lifetime)) {
            send(tunnel, 4);
            look(tunnel);
            assertThat(tunnel.gateway().expiries()).isEmpty();

            send(tunnel, 1);
            look(tunnel);
            send(tunnel, 5); // by bytes too
            look(tunnel);
            assertThat(tunnel.gateway().expiries())
                    .containsExactly("out nearly used up its packets");
            assertThat(tunnel.gateway().drops()).isEmpty();
            assertLeftToPeer(tunnel, 10);
        }
    }

    @Test
    void bytesAreThoseOfInnerPackets() {
        Lifetime lifetime = new Lifetime(Limit.ofBytes(500), Limit.ofBytes(1_000));
        try (TunnelGateway tunnel = open(lifetime)) {
            send(tunnel, 4);
            look(tunnel);
            assertThat(tunnel.gateway().expiries()).isEmpty();
            send(tunnel, 1);
            look(tunnel);
            assertThat(tunnel.gateway().expiries()).containsExactly("out nearly used up its bytes");
            send(tunnel, 5);
            look(tunnel);
            assertThat(tunnel.gateway().expiries().getLast()).isEqualTo("out used up its bytes");
            send(tunnel, 1);
            assertThat(tunnel.gateway().drops()).isEqualTo(Map.of(DropReason.NO_OUTBOUND_SA, 1L));
        }
    }

    @Test
    void whatComesInCountsAndAnSaThatHasEndedTakesNothing() {
        Lifetime lifetime = new Lifetime(Limit.ofPackets(3), Limit.ofPackets(6));
        try (TunnelGateway tunnel = open(lifetime)) {
            receive(tunnel, 1, 3);
            receive(tunnel, 1, 3); // replayed: they do not count
            look(tunnel);
            assertThat(tunnel.gateway().expiries())
                    .containsExactly("in nearly used up its packets");

            receive(tunnel, 4, 3);
            look(tunnel);
            receive(tunnel, 7, 2);
            assertThat(tunnel.gateway().expiries().getLast()).isEqualTo("in used up its packets");
            assertThat(tunnel.gateway().drops())
                    .isEqualTo(Map.of(DropReason.REPLAYED, 3L, DropReason.NO_SA, 2L));
        }
    }

    @Test
    void timeRunsFromWhenAnSaWasAddedWhetherOrNotItIsUsed() {
        Lifetime lifetime =
                new Lifetime(
                        Limit.ofTime(Duration.ofMinutes(50)), Limit.ofTime(Duration.ofMinutes(60)));
        try (TunnelGateway tunnel = open(lifetime)) {
            clock.forward(Duration.ofMinutes(50).minus(LOOK.multipliedBy(2)));
            look(tunnel);
            assertThat(tunnel.gateway().expiries()).isEmpty();
            look(tunnel);
            assertThat(tunnel.gateway().expiries())
                    .containsExactlyInAnyOrder(
                            "out nearly used up its time", "in nearly used up its time");
            clock.forward(Duration.ofMinutes(10));
            look(tunnel);
            assertThat(tunnel.gateway().expiries())
                    .hasSize(4)
                    .contains("out used up its time", "in used up its time");
            assertThat(tunnel.gateway().conductor().states()).isEmpty();
        }
    }

    @Test
    void theNewSaTakesOverBetweenTwoPacketsAndTheOldOneEndsByItself() {
        Lifetime lifetime = new Lifetime(Limit.ofPackets(3), Limit.ofTime(Duration.ofMinutes(1)));
        try (TunnelGateway tunnel = open(lifetime)) {
            send(tunnel, 4);
            look(tunnel);
            assertThat(tunnel.gateway().expiries())
                    .containsExactly("out nearly used up its packets");

            tunnel.gateway().apply(new Command.AddSa(next(), new CompletableFuture<>()));
            send(tunnel, 2);
            clock.forward(Duration.ofMinutes(1));
            look(tunnel);
            send(tunnel, 1);

            for (int n = 1; n <= 4; n++) {
                tunnel.toPeer().open(n, tunnel.wan().receive());
            }
            for (int n = 1; n <= 3; n++) {
                NEXT.open(n, tunnel.wan().receive());
            }
            assertThat(tunnel.gateway().expiries()).contains("out used up its time");
            assertThat(tunnel.gateway().drops()).isEmpty();
        }
    }

    @Test
    void inboundSasStayValidSideBySideUntilTheOldOneEnds() {
        Lifetime lifetime = Lifetime.UNLIMITED.withHard(Limit.ofTime(Duration.ofMinutes(1)));
        try (TunnelGateway tunnel = open(lifetime)) {
            tunnel.gateway().apply(new Command.AddSa(nextInbound(), new CompletableFuture<>()));
            for (int n = 1; n <= 3; n++) {
                receive(tunnel, n, 1);
                tunnel.fromWan(NEXT_IN.seal(n, inbound(100)));
            }
            assertThat(tunnel.gateway().drops()).isEmpty();

            clock.forward(Duration.ofMinutes(1));
            look(tunnel);
            receive(tunnel, 4, 1);
            tunnel.fromWan(NEXT_IN.seal(4, inbound(100)));
            assertThat(tunnel.gateway().drops()).isEqualTo(Map.of(DropReason.NO_SA, 1L));
            assertThat(tunnel.gateway().counters().value(Counter.DECRYPTED_PACKETS)).isEqualTo(7);
        }
    }

    private static SecurityAssociation nextInbound() {
        return SecurityAssociation.builder("next")
                .inbound()
                .tunnel("peer")
                .spi(NEXT_IN.spi())
                .from(InetAddress.ofLiteral(NEXT_IN.source()))
                .to(InetAddress.ofLiteral(NEXT_IN.destination()))
                .key(NEXT_IN.keyMaterial())
                .selectors(TunnelGateway.FROM_PEER)
                .origin(KeyOrigin.STATIC_UNSAFE)
                .build();
    }

    @Test
    void whenTheNewestSaEndsFirstTheOneBeforeSendsAgain() {
        try (TunnelGateway tunnel = open(Lifetime.UNLIMITED)) {
            SecurityAssociation shorter =
                    with(next(), Lifetime.UNLIMITED.withHard(Limit.ofPackets(2)));
            tunnel.gateway().apply(new Command.AddSa(shorter, new CompletableFuture<>()));
            send(tunnel, 2);
            look(tunnel);
            send(tunnel, 1);

            NEXT.open(1, tunnel.wan().receive());
            NEXT.open(2, tunnel.wan().receive());
            assertLeftToPeer(tunnel, 1);
            assertThat(tunnel.gateway().expiries()).containsExactly("next used up its packets");
            assertThat(tunnel.gateway().drops()).isEmpty();
        }
    }

    /** Or every rekey would cost each flow another look at policies and routes. */
    @Test
    void flowsNeedNotBeDecidedAnewWhenAnSaComesOrGoes() {
        try (TunnelGateway tunnel = open(Lifetime.UNLIMITED)) {
            send(tunnel, 2);
            long decided = tunnel.gateway().counters().value(Counter.FLOW_MISSES);
            tunnel.gateway().apply(new Command.AddSa(next(), new CompletableFuture<>()));
            send(tunnel, 1);
            tunnel.gateway().apply(new Command.RemoveSa("next", new CompletableFuture<>()));
            send(tunnel, 1);
            assertThat(tunnel.gateway().counters().value(Counter.FLOW_MISSES)).isEqualTo(decided);
        }
    }

    private static SecurityAssociation with(SecurityAssociation sa, Lifetime lifetime) {
        return SecurityAssociation.builder(sa.name())
                .direction(sa.direction())
                .tunnel(sa.tunnel())
                .spi(sa.spi())
                .from(sa.source())
                .to(sa.destination())
                .key(sa.key())
                .origin(sa.origin())
                .lifetime(lifetime)
                .build();
    }

    @Test
    void aKeyIsWipedWhenItsSaHasEnded() {
        try (TunnelGateway tunnel = open(Lifetime.UNLIMITED)) {
            SecurityAssociation sa = with(next(), Lifetime.UNLIMITED.withHard(Limit.ofPackets(1)));
            tunnel.gateway().apply(new Command.AddSa(sa, new CompletableFuture<>()));
            send(tunnel, 1);
            look(tunnel);
            assertThatThrownBy(sa.key()::segment)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("wiped");
        }
    }

    @Test
    void aSoftLimitThatComesTooLateIsRefused() {
        for (Limit limit :
                List.of(
                        Limit.ofPackets(5),
                        Limit.ofBytes(5),
                        Limit.ofTime(Duration.ofSeconds(5)))) {
            assertThatThrownBy(() -> new Lifetime(limit, limit))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("lower it");
        }
        assertThatThrownBy(() -> Limit.ofBytes(-1)).hasMessageContaining("positive");
    }
}
