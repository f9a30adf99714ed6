package io.esplanade.engine.topology;

import static io.esplanade.engine.testing.TunnelGateway.PEER;
import static io.esplanade.engine.testing.TunnelGateway.US;
import static io.esplanade.engine.testing.TunnelGateway.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esplanade.engine.control.Command;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.crypto.KeyMaterial;
import io.esplanade.engine.ipsec.KeyOrigin;
import io.esplanade.engine.ipsec.SecurityAssociation;
import io.esplanade.engine.ipsec.Tfc;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.testing.Aggfrag;
import io.esplanade.engine.testing.EspPackets;
import io.esplanade.engine.testing.HandClock;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.Mode;
import io.esplanade.engine.testing.TunnelGateway;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** Packets of one size at a constant rate, whatever there is to be sent (RFC 9347 §2.4.1). */
@ParameterizedClass
@EnumSource(names = {"ONE_LANE", "TWO_LANES", "TWO_WORKERS"})
class ConstantRateTest {

    private static final int SIZE = 300;

    /** A packet every ten milliseconds. */
    private static final Tfc HUNDRED = new Tfc(SIZE, 0, true, 100);

    private final HandClock clock = new HandClock();
    private final Mode mode;
    private final List<byte[]> payloads = new ArrayList<>();
    private final List<Long> times = new ArrayList<>(); // ms, of each payload
    private long millis;

    ConstantRateTest(Mode mode) {
        this.mode = mode;
    }

    /** One whose lane has seen the tunnel at time 0. */
    private TunnelGateway open(Tfc tfc) {
        TunnelGateway tunnel =
                TunnelGateway.open(
                        settings -> {
                            settings.sas = sa -> sa.tfc(tfc);
                            settings.lanCable = Cable.DEFAULT.withMtu(9000);
                            settings.more =
                                    b -> b.runtime(mode.config()).mbufs(2048, 4).clock(clock);
                        });
        tunnel.gateway().settle();
        return tunnel;
    }

    /** Lets time pass, and takes what is sent meanwhile. */
    private void pass(TunnelGateway tunnel, int forMillis) {
        for (int i = 0; i < forMillis; i++) {
            clock.forward(Duration.ofMillis(1));
            millis++;
            tunnel.gateway().settle();
            take(tunnel, tunnel.toPeer(), payloads.size());
        }
    }

    /** Opens what was sent by another implementation of the cipher. */
    private void take(TunnelGateway tunnel, EspPackets esp, long numbersBefore) {
        long number = numbersBefore;
        for (byte[] p = tunnel.wan().receive(); p != null; p = tunnel.wan().receive()) {
            byte[] opened = esp.open(++number, p);
            byte[] payload = Arrays.copyOf(opened, SIZE);
            assertThat(opened).isEqualTo(EspPackets.payload(payload, Aggfrag.NEXT_HEADER));
            payloads.add(payload);
            times.add(millis);
        }
    }

    private static void send(TunnelGateway tunnel, byte[]... packets) {
        for (byte[] packet : packets) {
            assertThat(tunnel.lan().send(packet)).isTrue();
        }
        tunnel.gateway().settle();
    }

    private static byte[] anyPacket(Random random) {
        int length = 48 + (random.nextInt(9) == 0 ? random.nextInt(2000) : random.nextInt(100));
        return random.nextBoolean()
                ? IpPackets.udp("10.1.0.5", "10.2.0.5", length)
                : IpPackets.udp("fd01::5", "fd02::5", length);
    }

    /** As it is behind a gateway. */
    private static byte[] hop(byte[] packet) {
        return packet[0] >>> 4 == 4 ? IpPackets.withTtl(packet, 63) : IpPackets.with(packet, 7, 63);
    }

    private static List<Long> everyTenMillis(long last) {
        List<Long> every = new ArrayList<>();
        for (long at = 10; at <= last; at += 10) {
            every.add(at);
        }
        return every;
    }

    @Test
    void withoutTrafficThereIsPaddingAtTheRate() {
        try (TunnelGateway tunnel = open(HUNDRED)) {
            pass(tunnel, 1000);
            assertThat(times).isEqualTo(everyTenMillis(1000));
            assertThat(payloads).allMatch(p -> Arrays.equals(p, new byte[SIZE]));
            assertThat(tunnel.gateway().drops()).isEmpty();
            tunnel.gateway().assertEveryMbufAtRest();
        }
    }

    @Test
    void sizesAndTimesSayNothingOfTheTrafficWhichArrivesWholeAndInOrder() {
        Random random = new Random(1);
        try (TunnelGateway tunnel = open(HUNDRED)) {
            List<byte[]> expected = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                if (random.nextInt(4) == 0) {
                    byte[][] packets = new byte[1 + random.nextInt(12)][];
                    for (int p = 0; p < packets.length; p++) {
                        packets[p] = anyPacket(random);
                        expected.add(hop(packets[p]));
                    }
                    send(tunnel, packets);
                }
                pass(tunnel, 1 + random.nextInt(80)); // now more comes than goes, now less
            }
            long end = millis / 10 * 10 + 3000;
            pass(tunnel, (int) (end - millis));

            assertThat(times).isEqualTo(everyTenMillis(end));
            assertThat(Aggfrag.packets(payloads)).containsExactlyElementsOf(expected);
            assertThat(tunnel.gateway().drops()).isEmpty();
            tunnel.gateway().assertEveryMbufAtRest();
        }
    }

    @Test
    void noRoundingAddsUp() {
        try (TunnelGateway tunnel = open(new Tfc(SIZE, 0, true, 7))) {
            pass(tunnel, 10_000);
            assertThat(payloads).hasSize(70);
            assertThat(times.subList(0, 7))
                    .containsExactly(143L, 286L, 429L, 572L, 715L, 858L, 1000L);
            assertThat(times.getLast()).isEqualTo(10_000);
        }
    }

    @Test
    void whatIsTooMuchIsDroppedAndWhatWaitedArrives() {
        try (TunnelGateway tunnel = open(HUNDRED)) {
            for (int i = 0; i < 300; i++) {
                send(tunnel, outbound(148));
            }
            long dropped = tunnel.gateway().drops(DropReason.PACING_QUEUE_FULL);
            assertThat(dropped).isEqualTo(300 - 256);
            pass(tunnel, 1500);
            assertThat(Aggfrag.packets(payloads))
                    .hasSize(256)
                    .allMatch(p -> Arrays.equals(p, hop(outbound(148))));
            assertThat(times).isEqualTo(everyTenMillis(1500));
            tunnel.gateway().assertEveryMbufAtRest();
        }
    }

    /** A packet of which a part has gone goes by the next SA whole (§2.2.3). */
    @Test
    void noPacketIsLostOrSplitWhereTheSaChanges() {
        try (TunnelGateway tunnel = open(HUNDRED)) {
            send(tunnel, outbound(100), outbound(1000), outbound(101));
            pass(tunnel, 20);
            assertThat(payloads)
                    .as("the second payload is of one packet's middle")
                    .hasSize(2)
                    .last()
                    .matches(p -> (p[2] & 0xff) << 8 + (p[3] & 0xff) > SIZE);
            byte[] key = TunnelGateway.key(99);
            tunnel.gateway().apply(new Command.AddSa(next(key), new CompletableFuture<>()));
            payloads.clear();
            times.clear();

            EspPackets esp = new EspPackets(US, PEER, 0x1001, key, true);
            for (int i = 0; i < 60; i++) {
                clock.forward(Duration.ofMillis(1));
                millis++;
                tunnel.gateway().settle();
                take(tunnel, esp, payloads.size());
            }
            assertThat(times).containsExactly(30L, 40L, 50L, 60L, 70L, 80L);
            assertThat(Aggfrag.packets(payloads))
                    .containsExactly(hop(outbound(1000)), hop(outbound(101)));
            assertThat(tunnel.gateway().drops()).isEmpty();
        }
    }

    private static SecurityAssociation next(byte[] key) {
        return SecurityAssociation.builder("next")
                .outbound()
                .tunnel("peer")
                .spi(0x1001)
                .from(InetAddress.ofLiteral(US))
                .to(InetAddress.ofLiteral(PEER))
                .key(KeyMaterial.takeFrom(key.clone()))
                .origin(KeyOrigin.STATIC_UNSAFE)
                .tfc(HUNDRED)
                .build();
    }

    @Test
    void aLaneThatWasHeldUpMakesUpForAMomentAndNotForMore() {
        try (TunnelGateway tunnel = open(HUNDRED)) {
            pass(tunnel, 20);
            clock.forward(Duration.ofMillis(50));
            millis += 50;
            pass(tunnel, 10);
            assertThat(times).as("five at once").hasSize(2 + 6);

            clock.forward(Duration.ofSeconds(60));
            pass(tunnel, 1);
            assertThat(times).hasSize(2 + 6 + 32);
            pass(tunnel, 100);
            assertThat(times).hasSize(2 + 6 + 32 + 10);
        }
    }

    @Test
    void itEndsWithTheTunnelsLastSa() {
        try (TunnelGateway tunnel = open(HUNDRED)) {
            pass(tunnel, 25);
            send(tunnel, outbound(100));
            tunnel.gateway().apply(new Command.RemoveSa("out", new CompletableFuture<>()));
            pass(tunnel, 1000);
            assertThat(times).containsExactly(10L, 20L);
            assertThat(tunnel.gateway().drops()).isEqualTo(Map.of(DropReason.SA_RETIRED, 1L));
            tunnel.gateway().assertEveryMbufAtRest();
        }
    }

    /** A lane that ends goes on for a second: a hundred payloads, of two packets each. */
    @Test
    void whatStillWaitsAtTheEndIsDroppedByName() {
        Clock ticking =
                new Clock() {
                    private long now;

                    @Override
                    public long nanoTime() {
                        now += 100_000;
                        return now;
                    }

                    @Override
                    public long epochNanos() {
                        return now;
                    }
                };
        TunnelGateway tunnel =
                TunnelGateway.open(
                        settings -> {
                            settings.sas = sa -> sa.tfc(HUNDRED);
                            settings.more =
                                    b -> b.runtime(mode.config()).mbufs(2048, 4).clock(ticking);
                        });
        for (int i = 0; i < 250; i++) {
            assertThat(tunnel.lan().send(outbound(148))).isTrue();
            tunnel.gateway().cycle();
        }
        tunnel.gateway().stop();
        assertThat(tunnel.gateway().drops()).containsOnlyKeys(DropReason.CLOSING);
        assertThat(tunnel.gateway().drops(DropReason.CLOSING)).isBetween(1L, 60L);
        tunnel.close(); // and every mbuf is free
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThatThrownBy(() -> new Tfc(0, 0, false, 1)).hasMessageContaining("put together");
        assertThatThrownBy(() -> new Tfc(SIZE, 1, true, 1)).hasMessageContaining("no dummies");
        assertThatThrownBy(() -> new Tfc(SIZE, 0, true, 1_000_001))
                .hasMessageContaining("0 to 1000000 payloads");
        assertThatThrownBy(() -> new Tfc(SIZE, 0, true, -1)).hasMessageContaining("0 to 1000000");
    }
}
