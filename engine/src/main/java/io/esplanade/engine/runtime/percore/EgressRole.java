package io.esplanade.engine.runtime.percore;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.DropSink;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.path.Egress;
import io.esplanade.engine.path.Transmitter;
import io.esplanade.engine.runtime.Role;

import java.util.List;

/**
 * The last role of a lane: takes vectors out of the ring in order, behind all workers, and gives
 * their packets to the ports.
 */
final class EgressRole extends Role {

    private final PerCoreRuntime runtime;
    private final LaneParts lane;
    private final LaneRing ring;
    private final Mesh mesh;
    private final Egress egress;
    private final Transmitter[] transmitters; // this lane's own
    private final MbufPool pool;
    private final DropSink drops;
    private final CounterTable counters;
    private final Burst handedOver;

    private int turn; // the lane whose packets are taken first

    private volatile boolean idle = true;

    EgressRole(
            PerCoreRuntime runtime,
            LaneParts lane,
            Egress egress,
            List<Transmitter> transmitters,
            DropSink drops,
            CounterTable counters) {
        super(lane.number(), "egress-" + lane.number());
        this.runtime = runtime;
        this.lane = lane;
        this.ring = lane.ring();
        this.mesh = runtime.mesh();
        this.egress = egress;
        this.transmitters = transmitters.toArray(Transmitter[]::new);
        this.pool = runtime.pool();
        this.drops = drops;
        this.counters = counters;
        this.handedOver = new Burst(runtime.burstSize());
    }

    /** Whether the last cycle found nothing to do and left nothing to be transmitted. */
    boolean idle() {
        return idle;
    }

    /** Says that it is on another thread from now on, and whether that is the one of Ingress. */
    void seated(boolean withIngress) {
        lane.homeFromEgress(withIngress);
    }

    @Override
    protected int cycle() {
        int done = flush();
        done += egress.resolved();
        done += takeOut();
        done += fromOtherLanes();
        done += flush();
        lane.homeFromEgress().flush();
        mesh.publishEgress(lane());
        boolean nowIdle = done == 0 && pending() == 0;
        if (nowIdle != idle) {
            idle = nowIdle;
        }
        return done;
    }

    private int takeOut() {
        long place = ring.takenOut();
        long last = ring.workedOn();
        if (place == last) {
            if (place < ring.cursor()) {
                counters.add(Counter.BARRIER_STALLS, 1);
            }
            return 0;
        }
        int done = 0;
        boolean full = !ring.hasRoom(ring.workers());
        while (place < last) {
            place++;
            Burst burst = ring.get(place).mbufs;
            done += burst.count();
            move(burst, Owner.RING);
            egress.process(burst);
            ring.takenOut(place);
        }
        if (full || !lane.loop().isEmpty()) {
            lane.wakeIngress();
        }
        return done;
    }

    /** Packets that other lanes have worked on and whose ports this lane has. */
    private int fromOtherLanes() {
        if (mesh.lanes() == 1 || lane.isFull()) {
            return 0;
        }
        turn = turn + 1 == mesh.lanes() ? 0 : turn + 1;
        int n = mesh.takeForEgress(lane(), turn, handedOver);
        if (n > 0) {
            move(handedOver, Owner.HAND_OVER);
            egress.handedOver(handedOver);
            if (!lane.loop().isEmpty()) {
                lane.wakeIngress();
            }
        }
        return n;
    }

    private void move(Burst burst, Owner from) {
        int n = burst.count();
        for (int i = 0; i < n; i++) {
            pool.move(burst.get(i), from, Owner.EGRESS);
        }
    }

    private int flush() {
        int taken = 0;
        for (Transmitter transmitter : transmitters) {
            taken += transmitter.flush();
        }
        return taken;
    }

    private int pending() {
        int pending = runtime.closing() ? 0 : egress.held(); // nobody waits for answers at the end
        for (Transmitter transmitter : transmitters) {
            pending += transmitter.pending();
        }
        return pending;
    }

    @Override
    protected void failUnfinished() {
        lane.loop().publish();
        long place = ring.takenOut() + 1;
        if (place <= ring.workedOn()) {
            drop(ring.get(place).mbufs);
            ring.takenOut(place);
        }
        drop(handedOver);
        lane.homeFromEgress().flush();
        mesh.publishEgress(lane());
    }

    /** Handles may be stale, so the ledger decides which of them are still this role's. */
    private void drop(Burst burst) {
        for (int i = 0; i < burst.count(); i++) {
            long mbuf = burst.get(i);
            switch (Owner.of(Mbuf.owner(mbuf))) {
                case RING, EGRESS -> drops.drop(mbuf, DropReason.LANE_FAILED);
                default -> {} // dropped, sent or sent round before
            }
        }
        burst.clear();
    }

    /** When no thread runs any more: drops what is in the lane's ring, its loop and its queues. */
    void abandon() {
        egress.abandon();
        for (long place = ring.takenOut() + 1; place <= ring.cursor(); place++) {
            dropAll(ring.get(place).mbufs);
            ring.takenOut(place);
        }
        while (lane.loop().drain(handedOver, handedOver.capacity()) > 0) {
            dropAll(handedOver);
        }
        while (mesh.takeForIngress(lane(), 0, handedOver) > 0) {
            dropAll(handedOver);
        }
        while (mesh.takeForEgress(lane(), 0, handedOver) > 0) {
            dropAll(handedOver);
        }
        for (Transmitter transmitter : transmitters) {
            transmitter.dropWaiting(DropReason.CLOSING);
        }
        lane.homeFromEgress().flush();
    }

    private void dropAll(Burst burst) {
        for (int i = 0; i < burst.count(); i++) {
            drops.drop(burst.get(i), DropReason.CLOSING);
        }
        burst.clear();
    }
}
