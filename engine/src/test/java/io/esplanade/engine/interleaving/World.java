package io.esplanade.engine.interleaving;

import static org.assertj.core.api.Assertions.assertThat;

import io.esplanade.engine.control.Command;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.interleaving.Associations.Inbound;
import io.esplanade.engine.interleaving.Associations.Outbound;
import io.esplanade.engine.ipsec.Direction;
import io.esplanade.engine.ipsec.SecurityPolicy;
import io.esplanade.engine.os.Agent;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.memory.Cable;
import io.esplanade.engine.port.memory.MemoryHost;
import io.esplanade.engine.port.memory.Plug;
import io.esplanade.engine.testing.DrivenGateway;
import io.esplanade.engine.testing.NullCipher;
import io.esplanade.engine.testing.NullEsp;
import io.esplanade.engine.testing.TunnelGateway;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntSupplier;

/**
 * A gateway of lanes between hosts on its protected side and peers on the other, all of it driven
 * in an order made of a seed, as is everything else about it.
 *
 * <p>Every packet sent carries a number, one more than the packet before, whoever sends it. What
 * arrives is looked at on the spot: it is whole, behind those of its flow that came before it, new,
 * and allowed; {@link #settle} then proves that every packet arrived or was dropped by name.
 */
final class World implements AutoCloseable {

    /** What may happen besides packets. */
    enum Trait {
        /** SAs, policies and routes change. */
        CHANGES,
        /** Workers and ports throw. */
        FAULTS,
        /** Peers' packets are reordered, replayed and forged. */
        HOSTILE
    }

    private static final int MOST_AT_ONCE = 3; // packets a host sends or takes in a step
    private static final long TICK = 1_000_000;

    final Plan plan;
    final SplittableRandom random;
    final DrivenGateway gateway;
    final List<Flow> fromLan = new ArrayList<>();
    final Map<Integer, Outbound> outbound = new HashMap<>(); // by SPI, all that there ever were
    final List<Inbound> inbound = new ArrayList<>(); // all that there ever were
    private final Set<Trait> traits;
    private final NullCipher cipher;
    private final MemoryHost lan;
    private final MemoryHost wan;
    private final Operator operator;
    private final List<Flow> flows = new ArrayList<>(); // by id
    private final Flow bypassedIn;
    private final BitSet arrived = new BitSet();
    private final BitSet refused = new BitSet(); // what the model of RFC 4303 does not let in
    private final Set<DropReason> allowed = EnumSet.noneOf(DropReason.class);
    private boolean faults;
    private long now;
    private int numbers; // the last number given
    private int spis = 0x1000;
    private long digest;

    World(long seed, Trait... with) {
        random = new SplittableRandom(~seed);
        plan = Plan.of(random);
        traits = with.length == 0 ? Set.of() : EnumSet.copyOf(List.of(with));
        cipher = new NullCipher(this::fault);
        Cable cable = Cable.DEFAULT.withRingBytes(1 << 18).withLossless(plan.lossless());
        lan = MemoryHost.on(Plug.of("lan", Side.PROTECTED), cable.withQueues(plan.lanQueues()));
        wan = MemoryHost.on(Plug.of("wan", Side.UNPROTECTED), cable.withQueues(plan.wanQueues()));
        operator = new Operator(this);
        gateway = build(seed);
        bypassedIn = newFlow("203.0.113.7", "10.1.0.7");
        fromLan.add(newFlow("10.1.0.7", "203.0.113.7"));
        fromLan.add(newFlow("10.1.0.7", "10.1.0.8"));
        for (int i = 0; i < plan.tunnels(); i++) {
            fromLan.add(newFlow("10.1.0.5", Associations.host(i, 5)));
            fromLan.add(newFlow("10.1.0.6", Associations.host(i, 6)));
            List<Command> sas = List.of(addOutbound(i), addInbound(i));
            gateway.apply(sas);
        }
        gateway.scheduler()
                .add(
                        List.of(
                                agent("lan sends", this::lanSends),
                                agent("wan sends", this::wanSends),
                                agent("lan receives", this::lanReceives),
                                agent("wan receives", this::wanReceives)));
        if (traits.contains(Trait.CHANGES)) {
            gateway.scheduler().add(List.of(agent("operator", operator::change)));
        }
        allowDrops();
    }

    private DrivenGateway build(long seed) {
        DrivenGateway.Builder builder =
                DrivenGateway.builder()
                        .runtime(plan.lanes())
                        .stepped(seed)
                        .burstSize(plan.burstSize())
                        .mbufs(plan.mbufs(), 1)
                        .provider(cipher)
                        .clock(new TickingClock())
                        .address(Associations.GATEWAY)
                        .port(new ThrowingPort(lan.port(), this::fault))
                        .port(new ThrowingPort(wan.port(), this::fault))
                        .route("10.1.0.0/16", "lan")
                        .route("203.0.113.0/24", "wan");
        for (Direction direction : Direction.values()) {
            boolean out = direction == Direction.OUTBOUND;
            var selector = TunnelGateway.selector("10.1.0.0/16", "203.0.113.0/24");
            builder.policy(
                    SecurityPolicy.bypass(
                            "bypass-" + direction,
                            direction,
                            100,
                            out ? selector : selector.reversed()));
        }
        for (int i = 0; i < plan.tunnels(); i++) {
            builder.route(Associations.network(i), "wan")
                    .route(Associations.peer(i), "wan")
                    .policy(
                            SecurityPolicy.protect(
                                    "protect-" + i,
                                    Direction.OUTBOUND,
                                    100,
                                    TunnelGateway.selector("10.0.0.0/8", Associations.network(i)),
                                    "tunnel-" + i));
        }
        return builder.build();
    }

    private void allowDrops() {
        if (!plan.holdsUp()) {
            allowed.add(DropReason.TRANSMIT_FULL);
        }
        if (!plan.lastsForEver()) {
            allowed.add(DropReason.SEQUENCE_EXHAUSTED);
        }
        if (traits.contains(Trait.CHANGES)) {
            allowed.addAll(Operator.DROPS);
        }
        if (traits.contains(Trait.FAULTS)) {
            allowed.add(DropReason.LANE_FAILED);
        }
        if (traits.contains(Trait.HOSTILE)) {
            allowed.addAll(Set.of(DropReason.REPLAYED, DropReason.TOO_OLD, DropReason.ICV_FAILED));
        }
    }

    private static Agent agent(String name, IntSupplier work) {
        return new Agent() {
            @Override
            public String roleName() {
                return name;
            }

            @Override
            public int doWork() {
                return work.getAsInt();
            }
        };
    }

    /** Throws at times. */
    private void fault() {
        if (faults && random.nextInt(200) == 0) {
            throw new IllegalStateException("a fault");
        }
    }

    private Flow newFlow(String source, String destination) {
        Flow flow = new Flow(flows.size(), source, destination);
        flows.add(flow);
        return flow;
    }

    /** The number that the next packet will have. */
    int nextNumber() {
        return numbers + 1;
    }

    Command.AddSa addOutbound(int tunnel) {
        Outbound sa = new Outbound(tunnel, ++spis, plan.esn(), plan.first());
        outbound.put(sa.esp.spi(), sa);
        operator.live(tunnel, sa);
        return new Command.AddSa(sa.association(tunnel), new CompletableFuture<>());
    }

    Command.AddSa addInbound(int tunnel) {
        Inbound sa = new Inbound(tunnel, ++spis, plan, random.split());
        sa.flows.add(newFlow(Associations.host(tunnel, 5), "10.1.0.5"));
        for (int to = 0; to < plan.tunnels(); to++) {
            if (to != tunnel) {
                sa.flows.add(newFlow(Associations.host(tunnel, 6), Associations.host(to, 6)));
            }
        }
        inbound.add(sa);
        operator.live(tunnel, sa);
        return new Command.AddSa(sa.association(tunnel), new CompletableFuture<>());
    }

    // The hosts.

    private int lanSends() {
        int n = 1 + random.nextInt(MOST_AT_ONCE);
        for (int i = 0; i < n; i++) {
            Flow flow = fromLan.get(random.nextInt(fromLan.size()));
            if (!lan.send(flow.packet(nextNumber()))) {
                return i;
            }
            numbers++;
        }
        return n;
    }

    private int wanSends() {
        int n = 1 + random.nextInt(MOST_AT_ONCE);
        for (int i = 0; i < n; i++) {
            boolean sent =
                    random.nextInt(8) == 0
                            ? wan.send(bypassedIn.packet(nextNumber()))
                            : sendEsp(sender());
            if (!sent) {
                return i;
            }
            numbers++;
        }
        return n;
    }

    /** One of the newest SAs, or now and then an old one. */
    private Inbound sender() {
        int newest = Math.min(inbound.size(), 2 * plan.tunnels());
        int back = random.nextInt(random.nextInt(8) == 0 ? inbound.size() : newest);
        return inbound.get(inbound.size() - 1 - back);
    }

    private boolean sendEsp(Inbound sa) {
        boolean hostile = traits.contains(Trait.HOSTILE);
        long sequence = hostile ? sa.hostile() : sa.next();
        if (sequence == 0 || !plan.esn() && sequence >>> 32 != 0) {
            return false; // all numbers are used up
        }
        Flow flow = sa.flows.get(random.nextInt(sa.flows.size()));
        byte[] packet = sa.esp.seal(sequence, flow.packet(nextNumber()));
        boolean forged = hostile && random.nextInt(16) == 0;
        if (forged) {
            packet[packet.length - 1 - random.nextInt(packet.length - 36)] ^= 1;
        }
        if (!wan.send(packet)) {
            return false;
        }
        if (forged || !sa.model.accepts(sequence)) {
            refused.set(nextNumber());
        }
        return true;
    }

    private int lanReceives() {
        int n = 1 + random.nextInt(MOST_AT_ONCE);
        for (int i = 0; i < n; i++) {
            byte[] packet = lan.receive();
            if (packet == null) {
                return i;
            }
            arrived(packet);
        }
        return n;
    }

    private int wanReceives() {
        int n = 1 + random.nextInt(MOST_AT_ONCE);
        for (int i = 0; i < n; i++) {
            byte[] packet = wan.receive();
            if (packet == null) {
                return i;
            }
            if (packet[9] != 50) {
                arrived(packet);
                continue;
            }
            Outbound sa = outbound.get(NullEsp.spi(packet));
            byte[] inner = sa.open(packet);
            if (Flow.numberOf(inner) >= sa.removed) {
                throw new AssertionError(sa.name + " sent a packet after it was removed");
            }
            arrived(inner);
        }
        return n;
    }

    private void arrived(byte[] packet) {
        Flow flow = flows.get(Flow.idOf(packet));
        int number = (int) Flow.numberOf(packet);
        flow.arrived(packet);
        if (arrived.get(number)) {
            throw new AssertionError("packet " + number + " arrived twice");
        }
        if (refused.get(number)) {
            throw new AssertionError("packet " + number + " was a replay or forged");
        }
        operator.check(flow, number);
        arrived.set(number);
        digest = 31 * digest + number;
    }

    // The run.

    /** So many steps, with faults if it has them. */
    World run(int steps) {
        faults = traits.contains(Trait.FAULTS);
        for (int i = 0; i < steps; i++) {
            gateway.scheduler().doWork();
        }
        faults = false;
        return this;
    }

    /** Sends no more, waits until all has arrived, and proves what must be true then. */
    World settle() {
        int rounds = 4; // in which epochs pass
        while (rounds > 0) {
            gateway.settle();
            int n = lanReceives() + wanReceives();
            rounds = n > 0 ? 4 : rounds - 1;
        }
        Map<DropReason, Long> drops = gateway.drops();
        assertThat(allowed).as("%s: drops %s", plan, drops).containsAll(drops.keySet());
        long dropped = drops.values().stream().mapToLong(Long::longValue).sum();
        assertThat(arrived.cardinality() + dropped).as("packets of %s", plan).isEqualTo(numbers);
        if (traits.equals(Set.of(Trait.HOSTILE)) && plan.holdsUp()) {
            assertThat(arrived.cardinality() + refused.cardinality())
                    .as("packets that arrived or that RFC 4303 refuses")
                    .isEqualTo(numbers);
        }
        assertThat(cipher.misuses()).as("operations under contexts that were freed").isZero();
        if (!traits.contains(Trait.FAULTS)) {
            assertThat(gateway.laneFailures()).isEmpty();
        }
        operator.assertAllAnswered();
        assertThat(cipher.contexts())
                .as("contexts")
                .isEqualTo(gateway.conductor().states().size() * plan.lanes().workers());
        gateway.assertEveryMbufAtRest();
        return this;
    }

    /** What has arrived, and in which order, as one number. */
    long digest() {
        return digest;
    }

    /** Ends as an engine does, perhaps with packets under way, and proves that nothing is left. */
    @Override
    public void close() {
        gateway.stop();
        lan.close();
        wan.close();
        gateway.close();
        assertThat(cipher.contexts()).as("contexts").isZero();
    }

    /** Every look at it is a moment later. */
    private final class TickingClock implements io.esplanade.engine.os.Clock {
        @Override
        public long nanoTime() {
            return now += TICK;
        }

        @Override
        public long epochNanos() {
            return now;
        }
    }
}
