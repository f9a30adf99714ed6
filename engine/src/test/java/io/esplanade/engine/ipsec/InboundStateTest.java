package io.esplanade.engine.ipsec;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.DropReason;

import org.junit.jupiter.api.Test;

class InboundStateTest {

    private final ReplayGate gate = new PlainReplayGate();

    private static InboundState state(boolean esn, int window, long initial) {
        return new InboundState(
                TestSas.sa("a")
                        .inbound()
                        .esn(esn)
                        .replayWindow(window)
                        .initialSequence(initial)
                        .build(),
                0,
                0);
    }

    @Test
    void withEsnTheHighHalfIsInferred() {
        InboundState sa = state(true, 64, 0xffff_fff0L);
        assertThat(gate.infer(sa, 0xffff_fff1)).isEqualTo(0xffff_fff1L);
        assertThat(gate.infer(sa, 5)).isEqualTo(0x1_0000_0005L);
    }

    @Test
    void withoutEsnTheNumberIsWhatThePacketSays() {
        InboundState sa = state(false, 64, 0xffff_fff0L);
        assertThat(gate.infer(sa, 0xffff_fff1)).isEqualTo(0xffff_fff1L);
        assertThat(gate.infer(sa, 5)).isEqualTo(5);
        assertThat(gate.early(sa, 5)).isEqualTo(DropReason.TOO_OLD);
    }

    @Test
    void theFirstNumberExpectedIsTheInitialOne() {
        InboundState sa = state(true, 64, 1000);
        assertThat(sa.sequence()).isEqualTo(999);
        assertThat(gate.accept(sa, 999)).isEqualTo(DropReason.REPLAYED);
        assertThat(gate.accept(sa, 1000)).isEqualTo(DropReason.NONE);
        assertThat(gate.early(sa, 1000)).isEqualTo(DropReason.REPLAYED);
        assertThat(gate.accept(sa, 1000)).isEqualTo(DropReason.REPLAYED);
        assertThat(sa.sequence()).isEqualTo(1000);
    }

    @Test
    void withoutAWindowNothingIsAReplay() {
        InboundState sa = state(false, 0, 1);
        for (int i = 0; i < 2; i++) {
            assertThat(gate.early(sa, 5)).isEqualTo(DropReason.NONE);
            assertThat(gate.accept(sa, 5)).isEqualTo(DropReason.NONE);
        }
    }

    @Test
    void refusalsAreCountedByKind() {
        InboundState sa = state(true, 64, 1);
        sa.countRefused(DropReason.ICV_FAILED);
        sa.countRefused(DropReason.REPLAYED);
        sa.countRefused(DropReason.TOO_OLD);
        sa.countRefused(DropReason.BAD_PADDING);
        assertThat(sa.integrityFailures()).isEqualTo(1);
        assertThat(sa.replays()).isEqualTo(2);
    }
}
