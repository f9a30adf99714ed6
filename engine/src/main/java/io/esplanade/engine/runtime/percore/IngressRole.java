package io.esplanade.engine.runtime.percore;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.AssociationState;
import io.esplanade.engine.ipsec.SaTable;
import io.esplanade.engine.ipsec.Sad;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.DropSink;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.path.Ingress;
import io.esplanade.engine.path.SlowPath;
import io.esplanade.engine.runtime.Receivers;
import io.esplanade.engine.runtime.Role;

/**
 * The first role of a lane: takes packets in, classifies them, and puts them into the ring, as many
 * as there is room for; the others stay where they come from.
 */
final class IngressRole extends Role {

    private static final int SEVERAL = AssociationState.ANY_WORKER - 1; // no worker's number

    private final PerCoreRuntime runtime;
    private final LaneParts lane;
    private final LaneRing ring;
    private final Mesh mesh;
    private final Receivers receivers;
    private final Ingress ingress;
    private final SlowPath slow;
    private final Sad sad;
    private final MbufPool pool;
    private final DropSink drops;
    private final CounterTable counters;
    private final Dealer dealer;
    private final Burst[] shares; // of a burst that is for several workers, what is for each
    private final Burst none = new Burst(0);
    private Burst inHand = none; // what is not finished if this cycle throws

    private int turn; // the lane whose packets are taken first

    private volatile boolean waiting; // packets taken in, for room in the ring or for their turn
    private volatile boolean inputEnded;

    IngressRole(
            PerCoreRuntime runtime,
            LaneParts lane,
            Dealer dealer,
            Receivers receivers,
            Ingress ingress,
            SlowPath slow,
            DropSink drops,
            CounterTable counters) {
        super(lane.number(), "ingress-" + lane.number());
        this.runtime = runtime;
        this.lane = lane;
        this.ring = lane.ring();
        this.mesh = runtime.mesh();
        this.dealer = dealer;
        this.receivers = receivers;
        this.ingress = ingress;
        this.slow = slow;
        this.sad = runtime.tables().sad();
        this.pool = runtime.pool();
        this.drops = drops;
        this.counters = counters;
        shares = new Burst[ring.workers()];
        for (int i = 0; i < shares.length; i++) {
            shares[i] = new Burst(runtime.burstSize());
        }
    }

    /** Whether packets that were taken in wait, for room in the ring or for their turn. */
    boolean hasWaiting() {
        return waiting;
    }

    /** Whether every receive queue has ended. */
    boolean inputEnded() {
        return inputEnded;
    }

    @Override
    public Receivers receivers() {
        return receivers;
    }

    @Override
    public long idleLimit() {
        return slow.untilPaced();
    }

    @Override
    protected int cycle() {
        lane.epoch().adopt(runtime.epoch(), ring.cursor(), ring.takenOut());
        lane.collect();
        slow.expire();
        slow.pace(runtime.closing());
        int done = resume() + originated() + looped() + handedOver();
        if (!runtime.closing()) {
            done += received();
        }
        lane.homeFromIngress().flush();
        mesh.publishIngress(lane());
        if (waiting != (ingress.hasBacklog() || slow.hasPaced())) {
            waiting = !waiting;
        }
        if (done == 0) {
            inputEnded = receivers.ended();
        }
        return done;
    }

    /** Whether another burst can be taken in and put in, whichever workers it is for. */
    private boolean hasRoom() {
        return ring.hasRoom(ring.workers()) && !ingress.hasBacklog();
    }

    /** Goes on with packets taken in before that wait; what is taken in later waits for them. */
    private int resume() {
        int done = 0;
        while (ingress.hasBacklog() && ring.hasRoom(ring.workers()) && !lane.isFull()) {
            Burst burst = begin();
            done += ingress.resume(burst);
            putIn();
        }
        return done;
    }

    private int received() {
        int done = 0;
        receivers.begin();
        int queues = receivers.count();
        for (int i = 0; i < queues; i++) {
            if (!hasRoom()) {
                counters.add(Counter.RING_FULL, 1);
                return done;
            }
            int queue = receivers.next();
            if (!lane.isHeldUp(receivers.port(queue))) {
                Burst burst = begin();
                int n = receivers.receive(queue, burst, burst.capacity());
                if (n > 0) {
                    ingress.received(
                            burst,
                            receivers.port(queue),
                            receivers.side(queue),
                            receivers.link(queue));
                    putIn();
                    done += n + resume();
                }
            }
        }
        return done;
    }

    /** Packets of the gateway's own, which the conductor wants sent. */
    private int originated() {
        if (lane.tasks().isEmpty() || !hasRoom() || lane.isFull()) {
            return 0;
        }
        Burst burst = begin();
        int n = ingress.originate(burst, lane.tasks(), lane.homeFromIngress());
        putIn();
        return n;
    }

    /** Packets that Egress has decapsulated and that go round again. */
    private int looped() {
        if (lane.loop().isEmpty() || !hasRoom() || lane.isFull()) {
            return 0;
        }
        Burst burst = begin();
        int n = lane.loop().drain(burst, burst.capacity());
        move(burst, Owner.LOOP, Owner.INGRESS);
        ingress.looped(burst);
        putIn();
        return n + resume();
    }

    /** Packets that other lanes have received and whose SA this lane has. */
    private int handedOver() {
        if (mesh.lanes() == 1 || !hasRoom() || lane.isFull()) {
            return 0;
        }
        Burst burst = begin();
        turn = turn + 1 == mesh.lanes() ? 0 : turn + 1;
        int n = mesh.takeForIngress(lane(), turn, burst);
        if (n > 0) {
            move(burst, Owner.HAND_OVER, Owner.INGRESS);
            ingress.handedOver(burst);
            putIn();
            n += resume();
        }
        return n;
    }

    /** The empty burst to fill: that of the next vector. */
    private Burst begin() {
        inHand = ring.vacant().mbufs;
        inHand.clear();
        return inHand;
    }

    /**
     * Puts the burst into the ring. A flow's packets stay in order: those of one burst are all in
     * one vector, and vectors leave in the order in which they are put in.
     */
    private void putIn() {
        if (inHand.isEmpty()) {
            inHand = none;
            return;
        }
        int worker = shares.length == 1 ? 0 : workerOfAll(inHand);
        switch (worker) {
            case SEVERAL -> putInShares();
            case AssociationState.ANY_WORKER -> publish(dealer.next());
            default -> publish(worker);
        }
    }

    /** The worker that a burst is for; packets of no SA go with the others, or nowhere else. */
    private int workerOfAll(Burst burst) {
        int last = SaTable.NONE;
        int worker = 0;
        for (int i = 0; i < burst.count(); i++) {
            int slot = Mbuf.sa(burst.get(i));
            if (slot != last && slot != SaTable.NONE) {
                int wanted = worker(slot);
                if (last != SaTable.NONE && wanted != worker) {
                    return SEVERAL;
                }
                last = slot;
                worker = wanted;
            }
        }
        return worker;
    }

    /** The worker that has the SA in this slot, or {@link AssociationState#ANY_WORKER}. */
    private int worker(int slot) {
        AssociationState sa = slot == SaTable.NONE ? null : sad.state(slot);
        return sa == null ? 0 : sa.worker();
    }

    /** Puts packets of SAs that are pinned into vectors for their workers, all others into one. */
    private void putInShares() {
        int any = dealer.next();
        for (int i = 0; i < inHand.count(); i++) {
            long mbuf = inHand.get(i);
            int worker = worker(Mbuf.sa(mbuf));
            shares[worker == AssociationState.ANY_WORKER ? any : worker].add(mbuf);
        }
        for (int worker = 0; worker < shares.length; worker++) {
            Burst share = shares[worker];
            if (!share.isEmpty()) {
                Burst vector = begin();
                for (int i = 0; i < share.count(); i++) {
                    vector.add(share.get(i));
                }
                share.clear();
                publish(worker);
            }
        }
    }

    /** Puts in the vacant vector, which was filled. */
    private void publish(int worker) {
        move(inHand, Owner.INGRESS, Owner.RING);
        inHand = none; // the worker's from here on
        ring.publish(worker);
        lane.wakeWorker(worker);
        counters.add(Counter.RING_VECTORS, 1);
        counters.add(Counter.RING_OCCUPANCY, ring.occupancy());
    }

    private void move(Burst burst, Owner from, Owner to) {
        int n = burst.count();
        for (int i = 0; i < n; i++) {
            pool.move(burst.get(i), from, to);
        }
    }

    /** When no thread runs any more: drops what waits. */
    void abandon() {
        slow.abandon();
        lane.homeFromIngress().flush();
    }

    @Override
    protected void failUnfinished() {
        drop(inHand);
        for (Burst share : shares) {
            drop(share);
        }
        lane.homeFromIngress().flush();
        mesh.publishIngress(lane());
    }

    /** Handles may be stale, so the ledger decides which of them are still this role's. */
    private void drop(Burst burst) {
        for (int i = 0; i < burst.count(); i++) {
            long mbuf = burst.get(i);
            switch (Owner.of(Mbuf.owner(mbuf))) {
                case INGRESS, LOOP, RING -> drops.drop(mbuf, DropReason.LANE_FAILED);
                default -> {} // dropped or handed over before
            }
        }
        burst.clear();
    }
}
