package io.esplanade.engine.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.testing.EspPackets;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.TunnelGateway;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Every cut and every flipped bit of good packets, and many random ones: {@link Barrage} says what
 * must hold. The seed of the random ones is printed; {@code -Desplanade.seed=} repeats a run, and
 * {@code -Desplanade.sweep=} says how many packets of each kind.
 */
class SweepTest {

    private static final int ROUNDS = Integer.getInteger("esplanade.sweep", 20_000);

    private final long seed = Long.getLong("esplanade.seed", System.nanoTime());
    private final SplittableRandom random = new SplittableRandom(seed);
    private Barrage barrage;

    @BeforeEach
    void printSeed(TestInfo test) {
        System.out.println(test.getDisplayName() + ": -Desplanade.seed=" + seed);
    }

    @AfterEach
    void close() {
        barrage.close();
    }

    private void open(boolean ipv6Outside, boolean esn) {
        barrage = new Barrage(ipv6Outside, esn);
    }

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void everyCutOfAnEspPacketIsDroppedByName(boolean ipv6Outside, boolean esn) {
        open(ipv6Outside, esn);
        Set<DropReason> expected =
                EnumSet.of(
                        DropReason.RUNT,
                        DropReason.ESP_RUNT,
                        DropReason.ESP_ALIGNMENT,
                        DropReason.ICV_FAILED);
        for (int inner : new int[] {20, 28, 29, 30, 31, 32, 60, 576, 1400}) {
            byte[] packet = IpPackets.packet("10.2.0.5", "10.1.0.5", 17, new byte[inner - 20]);
            byte[] whole = barrage.sealPacket(packet);
            for (int length = 0; length < whole.length; length++) {
                assertThat(barrage.fromWan(Arrays.copyOf(whole, length))).isNull();
                assertThat(barrage.fromWan(Barrage.cut(whole, length))).isNull();
            }
            assertThat(barrage.fromWan(whole)).isEqualTo(IpPackets.withTtl(packet, 63));
        }
        assertThat(expected).containsAll(drops().keySet());
    }

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void aFlippedBitChangesNothingThatComesOut(boolean ipv6Outside, boolean esn) {
        open(ipv6Outside, esn);
        byte[] inner = IpPackets.udp("fd02::5", "fd01::5", 100);
        byte[] forwarded = IpPackets.withTtl(inner, 63);
        int length = barrage.sealPacket(inner).length;
        for (int bit = 0; bit < length * 8; bit++) {
            byte[] packet = barrage.sealPacket(inner);
            packet[bit / 8] ^= (byte) (1 << bit % 8);
            byte[] out = barrage.fromWan(packet);
            if (out != null) {
                // Traffic class, flow label, hop limit and source of IPv6 are protected by nothing.
                assertThat(out).isEqualTo(forwarded);
                assertThat(bit / 8).as("byte").isLessThan(ipv6Outside ? 24 : 0);
            }
        }
        assertThat(barrage.fromWan(barrage.sealPacket(inner))).isEqualTo(forwarded);
    }

    @ParameterizedTest
    @CsvSource({"false, true", "true, false"})
    void randomBytesForTheDecapsulatorAreDroppedByName(boolean ipv6Outside, boolean esn) {
        open(ipv6Outside, esn);
        EspPackets from = barrage.tunnel().fromPeer();
        for (int i = 0; i < ROUNDS; i++) {
            byte[] esp = new byte[random.nextInt(random.nextInt(8) == 0 ? 1600 : 80)];
            random.nextBytes(esp);
            if (esp.length >= 8) {
                Arrays.fill(esp, 0, 7, (byte) 0);
                esp[2] = TunnelGateway.SPI_IN >>> 8;
            }
            byte[] packet = IpPackets.packet(from.source(), from.destination(), 50, esp);
            assertThat(barrage.fromWan(packet)).isNull();
        }
        assertThat(drops())
                .containsKeys(DropReason.ESP_RUNT, DropReason.ESP_ALIGNMENT, DropReason.ICV_FAILED);
    }

    /** What a peer that has the key may do to us. */
    @ParameterizedTest
    @CsvSource({"false, true", "true, false"})
    void anythingMayBeInsideTheTunnel(boolean ipv6Outside, boolean esn) {
        open(ipv6Outside, esn);
        for (int i = 0; i < ROUNDS; i++) {
            byte[] inner = Barrage.almostIp(random, random.nextInt(150));
            byte[] payload = EspPackets.payload(inner, random.nextBoolean() ? 4 : 41);
            if (random.nextInt(4) == 0) {
                payload[payload.length - 2] = (byte) random.nextInt();
                payload[payload.length - 1] = (byte) random.nextInt();
            }
            barrage.fromWan(barrage.seal(payload));
        }
        assertThat(drops())
                .containsKeys(
                        DropReason.BAD_PADDING,
                        DropReason.BAD_INNER_HEADER,
                        DropReason.UNSUPPORTED_PAYLOAD);
    }

    @ParameterizedTest
    @CsvSource({"false, true", "true, false"})
    void randomPacketsFromEitherSideAreSentOrDroppedByName(boolean ipv6Outside, boolean esn) {
        open(ipv6Outside, esn);
        for (int i = 0; i < ROUNDS; i++) {
            int length = random.nextInt(random.nextInt(50) == 0 ? 65_536 : 200);
            barrage.fromLan(Barrage.almostIp(random, length));
            barrage.fromWan(Barrage.almostIp(random, random.nextInt(200)));
        }
    }

    @ParameterizedTest
    @CsvSource({"10.1.0.5, 10.2.0.5", "fd01::5, fd02::5"})
    void everyCutOfAPacketFromTheProtectedSideIsSealedOrDroppedByName(String from, String to) {
        open(false, true);
        byte[] whole = IpPackets.udp(from, to, 1300);
        for (int length = 0; length < whole.length; length++) {
            barrage.fromLan(Arrays.copyOf(whole, length));
            barrage.fromLan(Barrage.cut(whole, length));
        }
    }

    private Map<DropReason, Long> drops() {
        return barrage.tunnel().gateway().drops();
    }
}
