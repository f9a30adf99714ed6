package io.esplanade.engine.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.engine.port.memory.MemoryLink;
import io.esplanade.engine.port.memory.MemoryPort;
import io.esplanade.engine.port.memory.Plug;
import io.esplanade.engine.testing.DrivenGateway;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.Mode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Lossless cables hold senders up; two routers between them never hold each other up for good. */
@ParameterizedClass
@EnumSource
class BackPressureTest {

    private static final int BURST = 32;
    private static final int HOSTS = 3;
    private static final int PACKETS = 2_000; // of each host: more than all cables hold

    private final Mode mode;

    BackPressureTest(Mode mode) {
        this.mode = mode;
    }

    /** A router with {@value #HOSTS} hosts, which all send to the hosts of the other router. */
    private final class Router implements AutoCloseable {
        final DrivenGateway gateway;
        private final int network;
        private final List<MemoryHost> hosts = new ArrayList<>();
        private final int[] sent = new int[HOSTS];
        private int received;

        Router(int network, MemoryPort between, int mbufs) {
            this.network = network;
            DrivenGateway.Builder builder =
                    DrivenGateway.builder().runtime(mode.config()).mbufs(mbufs, 0).port(between);
            for (int i = 0; i < HOSTS; i++) {
                Cable cable = Cable.DEFAULT.withRingBytes(1 << 18);
                MemoryHost host = MemoryHost.on(Plug.of("host-" + i, Side.PROTECTED), cable);
                hosts.add(host);
                builder.port(host.port());
                builder.route("10.%d.%d.0/24".formatted(network, i), "host-" + i);
            }
            gateway = builder.route("0.0.0.0/0", between.name()).build();
        }

        /** Everything that the hosts can get rid of. */
        boolean send() {
            boolean some = false;
            for (int i = 0; i < HOSTS; i++) {
                String from = "10.%d.%d.5".formatted(network, i);
                String to = "10.%d.%d.5".formatted(3 - network, i);
                while (sent[i] < PACKETS && hosts.get(i).send(IpPackets.udp(from, to, 1000))) {
                    sent[i]++;
                    some = true;
                }
            }
            return some;
        }

        boolean receive() {
            int before = received;
            for (MemoryHost host : hosts) {
                while (host.receive() != null) {
                    received++;
                }
            }
            return received > before;
        }

        @Override
        public void close() {
            hosts.forEach(MemoryHost::close);
            gateway.close();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void fullStreamsBothWaysOfManyHostsOverOneCableAllArrive(boolean fewMbufs) {
        int mbufs = fewMbufs ? mode.leastBursts() * BURST : 512;
        Cable cable = Cable.DEFAULT.withRingBytes(1 << 18);
        MemoryLink link =
                MemoryLink.between(
                        Plug.of("between", Side.PROTECTED),
                        Plug.of("between", Side.PROTECTED),
                        cable);
        try (Router one = new Router(1, link.a(), mbufs);
                Router two = new Router(2, link.b(), mbufs)) {
            boolean progress = true;
            while (progress) {
                progress = one.send() | two.send();
                progress |= one.gateway.cycle() + two.gateway.cycle() > 0;
                progress |= one.receive() | two.receive();
            }
            assertThat(one.received).isEqualTo(HOSTS * PACKETS);
            assertThat(two.received).isEqualTo(HOSTS * PACKETS);
            assertThat(one.gateway.drops()).isEqualTo(Map.<DropReason, Long>of());
            assertThat(two.gateway.drops()).isEqualTo(Map.<DropReason, Long>of());
        }
    }

    @Test
    void packetsThatGoBackWhereTheyCameFromAllArriveThoughNobodyTakesThemAtFirst() {
        MemoryHost host = MemoryHost.on(Plug.of("only", Side.PROTECTED), Cable.DEFAULT);
        try (host;
                DrivenGateway gateway =
                        DrivenGateway.builder()
                                .runtime(mode.config())
                                .mbufs(mode.leastBursts() * BURST, 0)
                                .port(host.port())
                                .route("0.0.0.0/0", "only")
                                .build()) {
            int sent = 0;
            for (boolean progress = true; progress; ) {
                progress = gateway.cycle() > 0;
                while (host.send(IpPackets.udp("10.1.0.5", "10.2.0.5", 1000))) {
                    sent++;
                    progress = true;
                }
            }
            int received = 0;
            for (boolean progress = true; progress; ) {
                progress = gateway.cycle() > 0;
                while (host.receive() != null) {
                    received++;
                    progress = true;
                }
            }
            assertThat(received).isEqualTo(sent);
            assertThat(gateway.drops()).isEqualTo(Map.<DropReason, Long>of());
        }
    }

    @Test
    void whatManyPortsBringInOneCycleIsOfferedToAPortThatMayLoseBeforeAnythingIsLost() {
        MemoryHost sink =
                MemoryHost.on(Plug.of("sink", Side.PROTECTED), Cable.DEFAULT.withLossless(false));
        List<MemoryHost> sources = new ArrayList<>();
        DrivenGateway.Builder builder =
                DrivenGateway.builder()
                        .runtime(mode.config())
                        .mbufs(512, 0)
                        .port(sink.port())
                        .route("0.0.0.0/0", "sink");
        for (int i = 0; i < 8; i++) {
            sources.add(MemoryHost.on(Plug.of("source-" + i, Side.PROTECTED), Cable.DEFAULT));
            builder.port(sources.getLast().port());
        }
        try (sink;
                DrivenGateway gateway = builder.build()) {
            for (MemoryHost source : sources) {
                for (int i = 0; i < BURST; i++) {
                    assertThat(source.send(IpPackets.udp("10.1.0.5", "10.2.0.5", 100))).isTrue();
                }
            }
            gateway.settle();
            assertThat(gateway.drops()).isEqualTo(Map.<DropReason, Long>of());
            sources.forEach(MemoryHost::close);
        }
    }

    /** More than the sink's cable and its transmit queue hold, and none of it read at first. */
    @Test
    void whatManyPortsBringInIsNotLostAtAFullLosslessCable() {
        Cable small = Cable.DEFAULT.withRingBytes(1 << 18);
        MemoryHost sink = MemoryHost.on(Plug.of("sink", Side.PROTECTED), small);
        List<MemoryHost> sources = new ArrayList<>();
        DrivenGateway.Builder builder =
                DrivenGateway.builder().mbufs(4096, 0).port(sink.port()).route("0.0.0.0/0", "sink");
        for (int i = 0; i < 8; i++) {
            sources.add(MemoryHost.on(Plug.of("source-" + i, Side.PROTECTED), Cable.DEFAULT));
            builder.port(sources.getLast().port());
        }
        try (sink;
                DrivenGateway gateway = builder.build()) {
            for (MemoryHost source : sources) {
                for (int i = 0; i < 16 * BURST; i++) {
                    assertThat(source.send(IpPackets.udp("10.1.0.5", "10.2.0.5", 1000))).isTrue();
                }
            }
            int received = 0;
            for (boolean progress = true; progress; ) {
                gateway.settle();
                progress = sink.receive() != null;
                received += progress ? 1 : 0;
            }
            assertThat(gateway.drops()).isEqualTo(Map.<DropReason, Long>of());
            assertThat(received).isEqualTo(8 * 16 * BURST);
            sources.forEach(MemoryHost::close);
        }
    }
}
