package io.esplanade.engine.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.engine.port.memory.Plug;
import io.esplanade.engine.testing.DrivenGateway;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.Mode;

import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A gateway that is offered more than it can take takes some from everywhere. */
@ParameterizedClass
@EnumSource
class TurnsTest {

    private static final int CYCLES = 100;

    private final Mode mode;

    TurnsTest(Mode mode) {
        this.mode = mode;
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5, 6, 7})
    void everyPortHasItsTurnWhenAllBringMoreThanACycleTakes(int ports) {
        Cable small = Cable.DEFAULT.withRingBytes(1 << 18);
        MemoryHost sink = MemoryHost.on(Plug.of("sink", Side.PROTECTED), Cable.DEFAULT);
        List<MemoryHost> sources = new ArrayList<>();
        DrivenGateway.Builder builder =
                DrivenGateway.builder().runtime(mode.config()).mbufs(512, 0).port(sink.port());
        for (int i = 0; i < ports; i++) {
            sources.add(MemoryHost.on(Plug.of("source-" + i, Side.PROTECTED), small));
            builder.port(sources.getLast().port());
        }
        long[] taken = new long[ports];
        try (sink;
                DrivenGateway gateway = builder.route("0.0.0.0/0", "sink").build()) {
            for (int cycle = 0; cycle < CYCLES; cycle++) {
                for (int i = 0; i < ports; i++) {
                    fill(sources.get(i), IpPackets.udp("10.1.%d.5".formatted(i), "10.9.0.5", 100));
                }
                gateway.cycle();
                for (byte[] packet; (packet = sink.receive()) != null; ) {
                    taken[packet[14]]++;
                }
            }
            sources.forEach(MemoryHost::close);
        }
        long all = Arrays.stream(taken).sum();
        assertThat(Arrays.stream(taken).min().getAsLong())
                .as("%s", Arrays.toString(taken))
                .isGreaterThan(all / ports / 2);
    }

    private static void fill(MemoryHost host, byte[] packet) {
        boolean sent;
        do {
            sent = host.send(packet);
        } while (sent);
    }
}
