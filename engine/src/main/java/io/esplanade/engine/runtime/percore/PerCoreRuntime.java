package io.esplanade.engine.runtime.percore;

import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.ipsec.AssociationState;
import io.esplanade.engine.ipsec.PlainReplayGate;
import io.esplanade.engine.ipsec.PlainSequenceSource;
import io.esplanade.engine.ipsec.ReplayGate;
import io.esplanade.engine.mbuf.DropSink;
import io.esplanade.engine.mbuf.LaneMbufSource;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.MbufRing;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.path.Egress;
import io.esplanade.engine.path.HandOver;
import io.esplanade.engine.path.Ingress;
import io.esplanade.engine.path.LaneTask;
import io.esplanade.engine.path.Outlet;
import io.esplanade.engine.path.SlowPath;
import io.esplanade.engine.path.Tables;
import io.esplanade.engine.path.Transmitter;
import io.esplanade.engine.path.Worker;
import io.esplanade.engine.port.Capability;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.runtime.Receivers;
import io.esplanade.engine.runtime.Role;
import io.esplanade.engine.runtime.RuntimeSetup;
import io.esplanade.engine.runtime.ThreadedRuntime;
import io.esplanade.engine.runtime.config.RuntimeConfig;

import java.util.ArrayList;
import java.util.List;

/** Lanes on threads of their own: the everyday runtime. */
public final class PerCoreRuntime extends ThreadedRuntime {

    /**
     * Vectors in a ring for each worker at most: what it has at hand, and as many that wait for
     * Egress meanwhile. More would only take room in the caches.
     */
    private static final int SLOTS = 8;

    private final RuntimeConfig.PerCore config;
    private final Mesh mesh;
    private final Placer placer;
    private final List<LaneParts> lanes = new ArrayList<>();
    private final List<IngressRole> ingresses = new ArrayList<>();
    private final List<EgressRole> egresses = new ArrayList<>();

    public PerCoreRuntime(RuntimeSetup setup, RuntimeConfig.PerCore config) {
        super(setup, config);
        this.config = config;
        this.placer = new Placer(config, setup.providers(), setup.clock());
        MbufPool pool = setup.pool();
        int share = pool.size() / config.lanes() + 2; // of each size class one may be over
        mesh = new Mesh(config.lanes(), share);
        for (int i = 0; i < config.lanes(); i++) {
            LaneMbufSource source = new LaneMbufSource(pool, i, config.lanes());
            LaneRing ring = new LaneRing(slots(setup, config), setup.burstSize(), config.workers());
            lanes.add(
                    new LaneParts(
                            i,
                            ring,
                            setup.burstSize(),
                            pool,
                            source,
                            mesh,
                            config.threadsPerLane() == 1,
                            workersWithIngress()));
        }
    }

    /**
     * On one thread a few vectors: no more are ever in use. On several, at most so many that, full,
     * they hold a quarter of the lane's mbufs.
     */
    private static int slots(RuntimeSetup setup, RuntimeConfig.PerCore config) {
        int workers = Integer.highestOneBit(2 * config.workers() - 1); // a power of two
        int quarter = setup.pool().smallCount() / config.lanes() / (4 * setup.burstSize());
        int most = config.threadsPerLane() == 1 ? 2 : SLOTS * workers;
        return Math.max(2 * workers, Math.min(most, Integer.highestOneBit(Math.max(1, quarter))));
    }

    // For its roles.

    Mesh mesh() {
        return mesh;
    }

    Tables tables() {
        return setup().tables();
    }

    MbufPool pool() {
        return setup().pool();
    }

    int burstSize() {
        return setup().burstSize();
    }

    long epoch() {
        return currentEpoch();
    }

    boolean closing() {
        return isClosing();
    }

    // Building.

    @Override
    protected List<List<Role>> build() {
        List<List<Role>> groups = new ArrayList<>();
        for (LaneParts lane : lanes) {
            IngressRole ingress = newIngress(lane);
            List<Role> workers = new ArrayList<>();
            for (int i = 0; i < config.workers(); i++) {
                CounterTable counters = newCounters();
                Worker worker = newWorker(tables().sad(), i, counters);
                workers.add(new WorkerRole(lane, i, worker, counters));
            }
            EgressRole egress = newEgress(lane);
            lane.roles(ingress, workers, egress);
            ingresses.add(ingress);
            egresses.add(egress);
            groups.addAll(groups(ingress, workers, egress, lane.turn()));
        }
        mesh.roles(ingresses, egresses);
        return groups;
    }

    private List<List<Role>> groups(
            IngressRole ingress, List<Role> workers, EgressRole egress, EgressSeat.Turn turn) {
        List<List<Role>> groups = new ArrayList<>();
        switch (config.threading()) {
            case SHARED -> {
                groups.add(new ArrayList<>(workers));
                groups.getFirst().addFirst(ingress);
                groups.getFirst().addLast(egress);
            }
            case GROUPED -> {
                workers.forEach(worker -> groups.add(new ArrayList<>(List.of(worker))));
                groups.getFirst().addFirst(ingress);
                int last = groups.size() - 1;
                if (last == 0) {
                    groups.getFirst().addLast(egress);
                } else {
                    groups.getFirst().addLast(new EgressSeat(egress, 0, turn));
                    groups.getLast().addLast(new EgressSeat(egress, last, turn));
                }
            }
            case DEDICATED -> {
                groups.add(List.of(ingress));
                workers.forEach(worker -> groups.add(List.of(worker)));
                groups.add(List.of(egress));
            }
        }
        return groups;
    }

    private IngressRole newIngress(LaneParts lane) {
        CounterTable counters = newCounters();
        DropSink drops = newDropSink(lane.homeFromIngress(), counters);
        Receivers receivers =
                openReceivers(lane.number(), lanes.size(), lane.homeFromIngress(), counters);
        SlowPath slow =
                newSlowPath(lane.homeFromIngress(), drops, counters, lane.number(), lanes.size());
        Ingress ingress =
                new Ingress(
                        tables(),
                        tables().sad(),
                        new PlainSequenceSource(),
                        new PlainReplayGate(),
                        setup().flowCacheSize(),
                        drops,
                        counters,
                        lane.number(),
                        lanes.size() == 1 ? HandOver.NONE : handOver(lane.number()),
                        slow);
        Dealer dealer = new Dealer(lane.ring(), workersWithIngress());
        return new IngressRole(this, lane, dealer, receivers, ingress, slow, drops, counters);
    }

    /** How many of a lane's workers, the first ones, are on the thread of Ingress. */
    private int workersWithIngress() {
        return switch (config.threading()) {
            case SHARED -> config.workers();
            case GROUPED -> 1;
            case DEDICATED -> 0;
        };
    }

    private HandOver handOver(int from) {
        MbufPool pool = pool();
        return (to, mbuf) -> {
            MbufRing ring = mesh.ingress(from, to);
            pool.move(mbuf, Owner.INGRESS, Owner.HAND_OVER);
            if (!ring.add(mbuf)) {
                pool.move(mbuf, Owner.HAND_OVER, Owner.INGRESS);
                return false;
            }
            return true;
        };
    }

    private EgressRole newEgress(LaneParts lane) {
        CounterTable counters = newCounters();
        DropSink drops = newDropSink(lane.homeFromEgress(), counters);
        List<Port> ports = setup().ports();
        Outlet[] outlets = new Outlet[ports.size()];
        Transmitter[] lossless = new Transmitter[ports.size()];
        List<Transmitter> transmitters = new ArrayList<>();
        for (int i = 0; i < outlets.length; i++) {
            Port port = ports.get(i);
            int owner = lane.number() % port.txQueues();
            if (owner == lane.number()) {
                Transmitter own = newTransmitter(lane, port, drops, counters);
                transmitters.add(own);
                outlets[i] = own;
                if (port.capabilities().contains(Capability.LOSSLESS)) {
                    lossless[i] = own;
                }
            } else {
                outlets[i] = new LaneOutlet(pool(), mesh.egress(lane.number(), owner), counters);
            }
        }
        lane.lossless(lossless);
        ReplayGate replay = new PlainReplayGate();
        Egress egress =
                new Egress(
                        tables(),
                        tables().sad(),
                        replay,
                        setup().flowCacheSize(),
                        pool(),
                        lane.loop(),
                        outlets,
                        drops,
                        counters);
        return new EgressRole(this, lane, egress, transmitters, drops, counters);
    }

    private Transmitter newTransmitter(
            LaneParts lane, Port port, DropSink drops, CounterTable counters) {
        int underWay = lane.ring().slots() * burstSize();
        return newTransmitter(
                port,
                openTxQueue(port, lane.number(), lane.homeFromEgress()),
                underWay,
                drops,
                counters);
    }

    // What the conductor asks.

    @Override
    public int lanes() {
        return config.lanes();
    }

    @Override
    public int contexts() {
        return config.workers();
    }

    @Override
    public void place(AssociationState sa) {
        placer.place(sa);
        lanes.get(sa.lane()).placed(sa, 1);
    }

    @Override
    public boolean give(int lane, LaneTask task) {
        boolean taken = lanes.get(lane).tasks().offer(task);
        ingresses.get(lane).wake();
        return taken;
    }

    @Override
    public void displace(AssociationState sa) {
        lanes.get(sa.lane()).placed(sa, -1);
    }

    @Override
    protected long passed() {
        long passed = Long.MAX_VALUE;
        for (LaneParts lane : lanes) {
            passed = Math.min(passed, lane.epoch().passed(lane.ring()));
        }
        return passed;
    }

    @Override
    protected boolean inputEnded() {
        for (IngressRole ingress : ingresses) {
            if (!ingress.inputEnded()) {
                return false;
            }
        }
        return true;
    }

    /**
     * {@inheritDoc}
     *
     * <p>A packet in the hands of Ingress is not seen; at a stop it is dropped by name then.
     */
    @Override
    protected boolean drained() {
        for (IngressRole ingress : ingresses) {
            if (ingress.hasWaiting()) {
                return false;
            }
        }
        for (LaneParts lane : lanes) {
            if (!lane.ring().isEmpty() || !lane.loop().isEmpty()) {
                return false;
            }
        }
        for (EgressRole egress : egresses) {
            if (!egress.idle()) {
                return false;
            }
        }
        return mesh.isEmpty();
    }

    @Override
    protected void abandon() {
        ingresses.forEach(IngressRole::abandon);
        egresses.forEach(EgressRole::abandon);
    }

    @Override
    public void close() {
        super.close();
        lanes.forEach(LaneParts::flush);
        lanes.forEach(LaneParts::close);
    }
}
