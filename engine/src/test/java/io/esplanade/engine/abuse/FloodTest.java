package io.esplanade.engine.abuse;

import static io.esplanade.engine.testing.TunnelGateway.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ip.IpConfig;
import io.esplanade.engine.mbuf.MbufLedger;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.testing.HandClock;
import io.esplanade.engine.testing.IpFragments;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.Mode;
import io.esplanade.engine.testing.TunnelGateway;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/**
 * As many bad packets as good ones: every good one comes out, in order, every bad one is dropped by
 * its name, and no more mbufs are held than fragments may. {@code ./esplanade bench hostile} does
 * the same at speed.
 */
@ParameterizedClass
@EnumSource
class FloodTest {

    private static final int ROUNDS = 100;
    private static final int GOOD = 16; // in a round, and as many bad ones

    private final HandClock clock = new HandClock();
    private final TunnelGateway tunnel;
    private final Map<DropReason, Long> expected = new EnumMap<>(DropReason.class);
    private long sequence;
    private int number;

    FloodTest(Mode mode) {
        tunnel =
                TunnelGateway.open(
                        s -> {
                            s.wanCable = Cable.DEFAULT.withRingBytes(1 << 20);
                            s.lanCable = Cable.DEFAULT.withRingBytes(1 << 20);
                            s.more =
                                    b ->
                                            b.runtime(mode.config())
                                                    .clock(clock)
                                                    .mbufs(1024, 2)
                                                    .address(0, "10.1.0.1")
                                                    .address(1, TunnelGateway.US);
                        });
    }

    @AfterEach
    void close() {
        tunnel.close();
    }

    /** What comes in a flood. */
    enum Bad {
        UNKNOWN_SPI(DropReason.NO_SA),
        RUNT(DropReason.RUNT),
        REPLAY(DropReason.REPLAYED),
        BAD_ICV(DropReason.ICV_FAILED),
        CLEAR(DropReason.CLEARTEXT_FOR_PROTECT),
        FRAGMENT(DropReason.REASSEMBLY_FULL),
        FRAGMENT_FROM_ANYWHERE(DropReason.REASSEMBLY_FULL);

        private final DropReason reason;

        Bad(DropReason reason) {
            this.reason = reason;
        }
    }

    private byte[] bad(Bad kind, byte[] good) {
        number++;
        return switch (kind) {
            case UNKNOWN_SPI -> IpPackets.with(good, 21, 1 + number % 255);
            case RUNT -> Arrays.copyOf(good, good.length - 1 - number % 30);
            case REPLAY -> good;
            case BAD_ICV -> forged();
            case CLEAR -> inbound(100);
            case FRAGMENT -> IpFragments.piece(good, 0, 64, number);
            case FRAGMENT_FROM_ANYWHERE ->
                    IpFragments.piece(from(good, 0x0b00_0000 + number), 0, 64, number);
        };
    }

    private byte[] forged() {
        byte[] sealed = tunnel.fromPeer().seal(sequence + 1, inbound(100));
        sealed[sealed.length - 1] ^= 1;
        return sealed;
    }

    private static byte[] from(byte[] packet, int source) {
        return IpPackets.withChecksum(ByteBuffer.wrap(packet.clone()).putInt(12, source).array());
    }

    private void round(Bad... kinds) {
        for (int i = 0; i < GOOD; i++) {
            byte[] good = tunnel.fromPeer().seal(++sequence, inbound(100 + i));
            Bad kind = kinds[number % kinds.length];
            assertThat(tunnel.wan().send(good) && tunnel.wan().send(bad(kind, good))).isTrue();
            expected.merge(kind.reason, 1L, Long::sum);
        }
        tunnel.gateway().settle();
        for (int i = 0; i < GOOD; i++) {
            assertThat(tunnel.lan().receive())
                    .as("good packets, in order")
                    .isEqualTo(IpPackets.withTtl(inbound(100 + i), 63));
        }
        Map<Owner, Long> mbufs = tunnel.gateway().mbufs();
        assertThat(MbufLedger.inUse(mbufs)).isEqualTo(mbufs.get(Owner.REASSEMBLY));
    }

    /** All that came is dropped but for the fragments that wait: no more than may. */
    private void assertDropped() {
        long waiting = tunnel.gateway().mbufs().get(Owner.REASSEMBLY);
        assertThat(waiting).isLessThanOrEqualTo(2L * IpConfig.DEFAULT.reassemblyMbufs());
        if (waiting > 0) {
            expected.merge(DropReason.REASSEMBLY_FULL, -waiting, Long::sum);
        }
        assertThat(tunnel.gateway().drops()).isEqualTo(expected);
        assertThat(tunnel.wan().receive()).as("nothing is said to who floods").isNull();
        clock.forward(Duration.ofNanos(IpConfig.DEFAULT.reassemblyTime()));
        tunnel.gateway().settle();
        tunnel.gateway().assertEveryMbufAtRest();
    }

    @ParameterizedTest
    @EnumSource
    void amongBadPacketsEveryGoodOneComesOut(Bad kind) {
        for (int i = 0; i < ROUNDS; i++) {
            round(kind);
        }
        assertDropped();
        assertThat(tunnel.gateway().counters().value(Counter.DECRYPTED_PACKETS))
                .isEqualTo(ROUNDS * GOOD);
    }

    @Test
    void amongBadPacketsOfAllKindsEveryGoodOneComesOut() {
        for (int i = 0; i < ROUNDS; i++) {
            round(Bad.values());
        }
        assertDropped();
    }

    /** What is answered is answered so many times a second, however much there is of it. */
    @Test
    void aFloodOfWhatIsAnsweredIsAnsweredSeldom() {
        byte[] dying = IpPackets.withTtl(IpPackets.udp("203.0.113.9", "10.1.0.5", 100), 1);
        for (int i = 0; i < ROUNDS; i++) {
            for (int j = 0; j < GOOD; j++) {
                byte[] good = tunnel.fromPeer().seal(++sequence, inbound(100));
                assertThat(tunnel.wan().send(good) && tunnel.wan().send(dying)).isTrue();
            }
            tunnel.gateway().settle();
            for (int j = 0; j < GOOD; j++) {
                assertThat(tunnel.lan().receive()).isNotNull();
            }
        }
        int errors = 0;
        while (tunnel.wan().receive() != null) {
            errors++;
        }
        assertThat(errors).isBetween(1, 2 * IpConfig.ICMP_BURST);
        assertThat(tunnel.gateway().drops())
                .isEqualTo(Map.of(DropReason.TTL_EXPIRED, (long) ROUNDS * GOOD));
        tunnel.gateway().assertEveryMbufAtRest();
    }
}
