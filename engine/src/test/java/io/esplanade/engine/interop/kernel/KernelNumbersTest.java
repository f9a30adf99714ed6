package io.esplanade.engine.interop.kernel;

import static io.esplanade.engine.counters.DropReason.REPLAYED;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.Direction;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Sequence numbers and replay windows: what is new both take, what is not neither takes. */
@ExtendWith(LinuxPeerExtension.class)
class KernelNumbersTest {

    private static final int WINDOW = Xfrm.REPLAY_WINDOW;
    private static final long WRAP = 1L << 32;

    private static Tunnel startingAt(long first) {
        return Tunnel.of("aes128gcm16")
                .with("from 0x%x".formatted(first), sa -> sa.initialSequence(first));
    }

    /** Pings with different payloads, so that each has an answer of its own. */
    private static List<Echo> pings(int count) {
        return IntStream.range(0, count).mapToObj(i -> Echo.ping(false, i)).toList();
    }

    /**
     * As what a packet counts that is left of the window: with extended numbers the receiver takes
     * it for one of the next 2³², whose ICV is another (RFC 4303 appendix A2.2).
     */
    private static DropReason late(boolean esn) {
        return esn ? DropReason.ICV_FAILED : DropReason.TOO_OLD;
    }

    static Stream<Tunnel> acrossTheEdge() {
        return Stream.of(
                startingAt(WRAP - 16),
                startingAt(3 * WRAP - 16),
                startingAt(WRAP - 16).overIpv6(true),
                // A separate MAC authenticates the high half without sending it.
                Tunnel.of("aes128-sha256").with("from 2³² - 16", s -> s.initialSequence(WRAP - 16)),
                Tunnel.of("null-aescmac").with("from 2³² - 16", s -> s.initialSequence(WRAP - 16)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("acrossTheEdge")
    void extendedNumbersGoOnWhereTheirLowHalfBeginsAgain(Tunnel tunnel, LinuxPeer peer) {
        try (Bed bed = Bed.of(peer, tunnel)) {
            bed.exchange(pings(40));
            bed.assertNothingWentWrong(40);
        }
    }

    @Test
    void withoutExtendedNumbersBothStopAtTheLast(LinuxPeer peer) {
        List<Echo> pings = pings(8);
        try (Bed bed = Bed.of(peer, startingAt(WRAP - 4).withEsn(false))) {
            bed.exchange(pings.subList(0, 4));
            assertThat(bed.outwards(pings.get(4).request())).isEmpty();
            assertThat(bed.gateway.drops()).isEqualTo(Map.of(DropReason.SEQUENCE_EXHAUSTED, 1L));
        }
        // The kernel alone: it has received nothing yet, and is to send beyond its last.
        Tunnel tunnel =
                Tunnel.of("aes128gcm16")
                        .withEsn(false)
                        .with("", Direction.INBOUND, sa -> sa.initialSequence(WRAP - 4));
        try (Bed bed = Bed.of(peer, tunnel)) {
            bed.exchange(pings.subList(0, 4));
            bed.outwards(pings.get(4).request()).forEach(bed::toPeer);
            assertThat(bed.counters().stat()).isEqualTo(Map.of("XfrmOutStateSeqError", 1L));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theKernelTakesWhatWeSendOnceAndOnlyWithinItsWindow(boolean esn, LinuxPeer peer) {
        List<Echo> pings = pings(WINDOW + 2);
        try (Bed bed = Bed.of(peer, Tunnel.of("aes128gcm16").withEsn(esn))) {
            List<byte[]> frames = bed.requests(pings);
            // The first is one too late, the second just in time, and that a second time.
            for (int i : new int[] {WINDOW, 1, 1, WINDOW + 1, 0, 1, WINDOW + 1}) {
                bed.toPeer(frames.get(i));
            }
            bed.expect(pings.get(WINDOW));
            bed.expect(pings.get(1));
            bed.expect(pings.get(WINDOW + 1));

            XfrmCounters counted = bed.counters();
            Map<String, Long> refused = new HashMap<>(Map.of(REPLAYED.xfrmStat(), 2L));
            refused.merge(late(esn).xfrmStat(), 2L, Long::sum);
            assertThat(counted.stat()).isEqualTo(refused);
            XfrmCounters.Sa sa = counted.sas().get(Tunnel.OUTBOUND_SPI);
            assertThat(sa.packets()).isEqualTo(3);
            assertThat(sa.replay()).isEqualTo(2);
            assertThat(esn ? sa.failed() : sa.replayWindow()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void weTakeWhatTheKernelSendsOnceAndOnlyWithinOurWindow(boolean esn, LinuxPeer peer) {
        List<Echo> pings = pings(WINDOW + 2);
        Tunnel tunnel =
                Tunnel.of("aes128gcm16").withEsn(esn).with("", sa -> sa.replayWindow(WINDOW));
        try (Bed bed = Bed.of(peer, tunnel)) {
            List<byte[]> frames = bed.answers(pings);
            for (int i : new int[] {WINDOW, 1, WINDOW + 1}) {
                pings.get(i).assertAnsweredBy(bed.inwards(frames.get(i)));
            }
            for (int i : new int[] {0, 1, WINDOW + 1, WINDOW}) {
                assertThat(bed.inwards(frames.get(i))).isEmpty();
            }
            assertThat(bed.gateway.drops()).isEqualTo(Map.of(late(esn), 2L, REPLAYED, 2L));
        }
    }

    @Test
    void packetsInAnyOrderWithinTheWindowAreAllTaken(LinuxPeer peer) {
        List<Echo> pings = pings(WINDOW);
        try (Bed bed = Bed.of(peer, startingAt(WRAP - WINDOW / 2))) {
            List<byte[]> frames = new ArrayList<>(bed.requests(pings));
            Collections.reverse(frames);
            frames.forEach(bed::toPeer);
            List<byte[]> answers = new ArrayList<>();
            for (int i = 0; i < WINDOW; i++) {
                answers.add(bed.fromPeer());
            }
            for (int i = 0; i < WINDOW; i++) {
                pings.get(i).assertAnsweredBy(bed.inwards(answers.get(WINDOW - 1 - i)));
            }
            bed.assertNothingWentWrong(WINDOW);
        }
    }
}
