package io.esplanade.engine.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.Engine;
import io.esplanade.engine.EngineBuilder;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.engine.port.memory.MemoryLink;
import io.esplanade.engine.port.memory.Plug;
import io.esplanade.engine.testing.IpPackets;
import io.esplanade.engine.testing.Mode;
import io.esplanade.engine.testing.TwoGateways;
import io.esplanade.engine.topology.HubAndSpokes.Site;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;

/** {@link HubAndSpokes} as three engines with their own threads and cables between them. */
@Timeout(120)
@ParameterizedClass
@EnumSource
class HubAndSpokesEnginesTest {

    private static final int PACKETS = 6_000;

    private final Mode mode;
    private final Cable cable;

    private final Map<Site, MemoryHost> lans = new EnumMap<>(Site.class);

    HubAndSpokesEnginesTest(Mode mode) {
        this.mode = mode;
        cable = Cable.DEFAULT.withQueues(mode.queues());
    }

    private EngineBuilder builder(Site site) {
        MemoryHost lan = MemoryHost.on(Plug.of("lan", Side.PROTECTED), cable);
        lans.put(site, lan);
        EngineBuilder builder =
                Engine.builder()
                        .name("" + site)
                        .runtime(mode.config())
                        .mbufs(256)
                        .largeMbufs(0)
                        .port(lan.port());
        HubAndSpokes.sas(site, true).forEach(builder::sa);
        HubAndSpokes.policies(site).forEach(builder::policy);
        HubAndSpokes.routes(site).forEach(r -> builder.route(Route.of(r[0], r[1])));
        return builder;
    }

    private MemoryLink cable(Site spoke) {
        return MemoryLink.between(
                Plug.of("HUB", Side.UNPROTECTED),
                Plug.of("" + spoke, Side.UNPROTECTED),
                cable.withMtu(1600).withRingBytes(1 << 18));
    }

    /** One way through all three: numbered packets, in order at the far end in their family. */
    private final class Way {
        private final Site from;
        private final Site to;
        private final int[] next = {0, 1}; // even numbers are IPv6
        private int sent;

        Way(Site from, Site to) {
            this.from = from;
            this.to = to;
        }

        private byte[] packet(int number) {
            boolean ipv6 = number % 2 == 0;
            byte[] data = new byte[4 + number * 29 % 1300];
            ByteBuffer.wrap(data).putInt(number);
            return IpPackets.udp(from.host(ipv6), to.host(ipv6), 7, 7, data);
        }

        /** Sends and receives what there is room for; says whether all is done. */
        boolean move() {
            if (sent < PACKETS && lans.get(from).send(packet(sent))) {
                sent++;
            }
            for (byte[] p = lans.get(to).receive(); p != null; p = lans.get(to).receive()) {
                int family = p[0] >>> 4 == 6 ? 0 : 1;
                assertThat(p).isEqualTo(IpPackets.withTtl(packet(next[family]), 61));
                next[family] += 2;
            }
            return next[0] + next[1] == 2 * PACKETS + 1;
        }
    }

    @Test
    void aFullStreamEachWayPassesTheHubInOrderAndWithoutLoss() {
        MemoryLink toA = cable(Site.A);
        MemoryLink toB = cable(Site.B);
        try (Engine a = builder(Site.A).port(toA.a()).build();
                Engine b = builder(Site.B).port(toB.a()).build();
                Engine hub = builder(Site.HUB).port(toA.b()).port(toB.b()).build()) {
            a.start();
            b.start();
            hub.start();
            Way there = new Way(Site.A, Site.B);
            Way back = new Way(Site.B, Site.A);

            TwoGateways.await(() -> there.move() & back.move());

            for (Engine engine : new Engine[] {a, b, hub}) {
                engine.close();
                assertThat(engine.snapshot().dropped())
                        .as("%s", engine.snapshot().drops())
                        .isZero();
                TwoGateways.assertEveryMbufFree(engine.snapshot());
            }
        }
        lans.values().forEach(MemoryHost::close);
    }
}
