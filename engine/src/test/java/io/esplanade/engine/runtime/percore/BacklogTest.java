package io.esplanade.engine.runtime.percore;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.testing.DrivenGateway;
import io.esplanade.engine.testing.TunnelGateway;

import org.junit.jupiter.api.Test;

/** Fragments of one packet for which the ring has no room at once. */
class BacklogTest {

    private static final int INGRESS = 0;
    private static final int WORKER = 1;
    private static final int EGRESS = 2;
    private static final int FRAGMENTS = 7; // of 9000 bytes for an MTU of 1500

    /** Or an engine that reads a file would stop before it has sent all of it. */
    @Test
    void noInputHasEndedWhileTheyWait() {
        try (TunnelGateway tunnel =
                TunnelGateway.open(
                        settings -> {
                            settings.lanCable = Cable.DEFAULT.withMtu(9000);
                            settings.more = builder -> builder.burstSize(2);
                        })) {
            DrivenGateway gateway = tunnel.gateway();
            assertThat(tunnel.lan().send(TunnelGateway.outbound(9000))).isTrue();
            tunnel.lan().endInput();
            tunnel.wan().endInput();
            for (int role : new int[] {INGRESS, INGRESS, WORKER, EGRESS, EGRESS}) {
                gateway.cycle(role);
            }
            assertThat(gateway.runtime().ended()).isFalse();

            gateway.settle();
            assertThat(gateway.runtime().ended()).isTrue();
            for (int i = 0; i < FRAGMENTS; i++) {
                assertThat(tunnel.wan().receive()).as("fragment %d", i).isNotNull();
            }
            assertThat(gateway.drops()).isEmpty();
        }
    }
}
