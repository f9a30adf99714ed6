package io.esplanade.engine.interleaving;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.Engine;
import io.esplanade.engine.EngineBuilder;
import io.esplanade.engine.Snapshot;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.fib.Route;
import io.esplanade.engine.interleaving.Associations.Inbound;
import io.esplanade.engine.interleaving.Associations.Outbound;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.engine.port.memory.Plug;
import io.esplanade.engine.testing.NullCipher;
import io.esplanade.engine.testing.NullEsp;
import io.esplanade.engine.testing.TunnelGateway;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * An engine with all its threads between a host and peers, which the test's thread is. Its workers
 * dawdle: now and then one is held up for longer than the others need for many vectors.
 */
final class ThreadedLanes implements AutoCloseable {

    /** Fewer than a ring between lanes holds, so that none may be lost there. */
    private static final int UNDER_WAY = 500;

    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);

    private final SplittableRandom random;
    private final NullCipher cipher = new NullCipher(ThreadedLanes::dawdle);
    private final MemoryHost lan;
    private final MemoryHost wan;
    private final Engine engine;
    private final List<Flow> flows = new ArrayList<>(); // by id
    private final List<Flow> fromLan = new ArrayList<>();
    private final Map<Integer, Outbound> outbound = new HashMap<>(); // by SPI
    private final List<Inbound> inbound = new ArrayList<>();
    private final BitSet arrived = new BitSet();
    private final BitSet refused = new BitSet(); // what RFC 4303 does not let in
    private int sent;
    private int arrivals;
    private int refusals;
    private long lastArrival = System.nanoTime();

    ThreadedLanes(long seed, Plan plan) {
        random = new SplittableRandom(seed);
        Cable cable = Cable.DEFAULT.withMtu(1600);
        lan = MemoryHost.on(Plug.of("lan", Side.PROTECTED), cable.withQueues(plan.lanQueues()));
        wan = MemoryHost.on(Plug.of("wan", Side.UNPROTECTED), cable.withQueues(plan.wanQueues()));
        EngineBuilder builder =
                Engine.builder()
                        .name("lanes")
                        .runtime(plan.lanes())
                        .mbufs(plan.mbufs())
                        .burstSize(plan.burstSize())
                        .provider(cipher)
                        .port(lan.port())
                        .port(wan.port())
                        .route(Route.of("10.1.0.0/16", "lan"))
                        .route(Route.of("0.0.0.0/0", "wan"));
        for (int tunnel = 0; tunnel < plan.tunnels(); tunnel++) {
            add(builder, tunnel, plan);
        }
        engine = builder.build();
        engine.start();
    }

    private void add(EngineBuilder builder, int tunnel, Plan plan) {
        Outbound out = new Outbound(tunnel, 0x1000 + tunnel, plan.esn(), plan.first());
        Inbound in = new Inbound(tunnel, 0x2000 + tunnel, plan, random.split());
        outbound.put(out.esp.spi(), out);
        inbound.add(in);
        for (int host = 1; host < 4; host++) {
            fromLan.add(newFlow("10.1.0." + host, Associations.host(tunnel, host)));
            in.flows.add(newFlow(Associations.host(tunnel, host), "10.1.0." + host));
        }
        builder.sa(out.association(tunnel))
                .sa(in.association(tunnel))
                .policy(
                        SecurityPolicy.protect(
                                "protect-" + tunnel,
                                Direction.OUTBOUND,
                                1,
                                TunnelGateway.selector("10.1.0.0/16", Associations.network(tunnel)),
                                "tunnel-" + tunnel));
    }

    private Flow newFlow(String source, String destination) {
        Flow flow = new Flow(flows.size(), source, destination);
        flows.add(flow);
        return flow;
    }

    /** Mostly not, often a little, at times for as long as a thread may lose its CPU. */
    private static void dawdle() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        int chance = random.nextInt(1024);
        long nanos = chance == 0 ? 500_000 : chance < 128 ? random.nextInt(20_000) : 0;
        long until = System.nanoTime() + nanos;
        while (System.nanoTime() < until) {
            Thread.onSpinWait();
        }
    }

    /** Sends so many packets from the host to the peers. */
    ThreadedLanes outward(int packets) {
        for (int until = sent + packets; sent < until; ) {
            Flow flow = fromLan.get(random.nextInt(fromLan.size()));
            if (mayFollow() && lan.send(flow.packet(sent))) {
                sent++;
            } else {
                receive();
            }
        }
        return awaitAll();
    }

    /** Sends so many packets from the peers to the host, reordered, repeated and late. */
    ThreadedLanes inward(int packets) {
        for (int until = sent + packets; sent < until; ) {
            Inbound sa = inbound.get(random.nextInt(inbound.size()));
            long sequence = sa.hostile();
            Flow flow = sa.flows.get(random.nextInt(sa.flows.size()));
            if (!mayFollow() || !wan.send(sa.esp.seal(sequence, flow.packet(sent)))) {
                receive();
            } else {
                if (!sa.model.accepts(sequence)) {
                    refused.set(sent);
                    refusals++;
                }
                sent++;
            }
        }
        return awaitAll();
    }

    private boolean mayFollow() {
        return sent - arrivals - refusals < UNDER_WAY;
    }

    /** Takes what has come; fails when nothing has for long. */
    private void receive() {
        int before = arrivals;
        for (byte[] packet; (packet = wan.receive()) != null; ) {
            arrived(outbound.get(NullEsp.spi(packet)).open(packet));
        }
        for (byte[] packet; (packet = lan.receive()) != null; ) {
            arrived(packet);
        }
        long now = System.nanoTime();
        if (arrivals > before) {
            lastArrival = now;
        } else if (now - lastArrival > PATIENCE) {
            throw new AssertionError(
                    "%d of %d packets came and %d should not: %s"
                            .formatted(arrivals, sent, refusals, engine.snapshot()));
        }
    }

    private void arrived(byte[] packet) {
        int number = (int) Flow.numberOf(packet);
        flows.get(Flow.idOf(packet)).arrived(packet);
        assertThat(arrived.get(number)).as("packet %d came before", number).isFalse();
        assertThat(refused.get(number)).as("packet %d is a replay", number).isFalse();
        arrived.set(number);
        arrivals++;
    }

    private ThreadedLanes awaitAll() {
        while (arrivals + refusals < sent) {
            receive();
        }
        return this;
    }

    /** Closes it and proves that only replays were dropped, and that nothing is left. */
    @Override
    public void close() {
        engine.close();
        receive(); // what came twice is seen at the latest now
        lan.close();
        wan.close();
        Snapshot last = engine.snapshot();
        Set<DropReason> replays =
                Set.of(DropReason.REPLAYED, DropReason.TOO_OLD, DropReason.ICV_FAILED);
        assertThat(replays).containsAll(last.drops().keySet());
        assertThat(last.dropped()).as("%s", last.drops()).isEqualTo(refusals);
        assertThat(last.mbufsInUse()).as("%s", last.mbufs()).isZero();
        assertThat(cipher.misuses()).isZero();
        assertThat(cipher.contexts()).isZero();
    }
}
