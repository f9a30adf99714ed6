package io.esplanade.engine.runtime.percore;

import io.esplanade.engine.ipsec.AssociationState;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.HomewardSource;
import io.esplanade.engine.mbuf.LaneMbufSource;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.MbufRing;
import io.esplanade.engine.path.LaneTasks;
import io.esplanade.engine.path.Transmitter;
import io.esplanade.engine.runtime.Role;

import java.util.List;

/** What the roles of one lane have between them. */
final class LaneParts implements AutoCloseable {

    private final int number;
    private final LaneRing ring;
    private final MbufRing loop;
    private final LaneTasks tasks = new LaneTasks();
    private final EpochGate epoch = new EpochGate();
    private final LaneMbufSource source;
    private final HomewardSource homeFromIngress;
    private final HomewardSource homeFromEgress;
    private final MbufRing[] home;
    private final Burst carrier;
    private final EgressSeat.Turn turn = new EgressSeat.Turn();
    private int away; // SAs with work for other threads than that of Ingress
    private Transmitter[] lossless = {}; // by port; null where nothing can hold the lane up
    private final boolean oneThread;
    private final int workersWithIngress;
    private Role ingress;
    private List<? extends Role> workers;
    private Role egress;

    /**
     * @param source the lane's mbufs
     * @param oneThread whether Ingress and Egress share a thread, and so the source
     * @param workersWithIngress how many of the workers, the first ones, are on its thread
     */
    LaneParts(
            int number,
            LaneRing ring,
            int burstSize,
            MbufPool pool,
            LaneMbufSource source,
            Mesh mesh,
            boolean oneThread,
            int workersWithIngress) {
        this.oneThread = oneThread;
        this.workersWithIngress = workersWithIngress;
        this.number = number;
        this.ring = ring;
        this.source = source;
        // Room for all that can be in the lane at once, so that it is never full.
        loop = new MbufRing(Integer.highestOneBit(2 * source.share()));
        homeFromIngress = new HomewardSource(pool, source, number, mesh.homeFromIngress(number));
        homeFromEgress =
                new HomewardSource(
                        pool, oneThread ? source : null, number, mesh.homeFromEgress(number));
        home = mesh.homeTo(number, oneThread);
        carrier = new Burst(burstSize);
    }

    /** Says who the roles are, before they begin. */
    void roles(Role newIngress, List<? extends Role> newWorkers, Role newEgress) {
        ingress = newIngress;
        workers = newWorkers;
        egress = newEgress;
    }

    /** Something is in the loop, or the ring has room again: Egress's thread says so. */
    void wakeIngress() {
        if (!oneThread) {
            ingress.wake();
        }
    }

    /** There is a vector for this worker: the thread of Ingress says so. */
    void wakeWorker(int worker) {
        if (worker >= workersWithIngress) {
            workers.get(worker).wake();
        }
    }

    /** A vector can be taken out: a worker's thread says so. */
    void wakeEgress() {
        if (!oneThread) {
            egress.wake();
        }
    }

    int number() {
        return number;
    }

    LaneRing ring() {
        return ring;
    }

    /** From Egress to Ingress: packets that go round again. */
    MbufRing loop() {
        return loop;
    }

    /** From the conductor to Ingress. */
    LaneTasks tasks() {
        return tasks;
    }

    EpochGate epoch() {
        return epoch;
    }

    HomewardSource homeFromIngress() {
        return homeFromIngress;
    }

    HomewardSource homeFromEgress() {
        return homeFromEgress;
    }

    /** Says whether Egress, from now on, is on the thread of Ingress. */
    void homeFromEgress(boolean withIngress) {
        homeFromEgress.moveTo(withIngress ? source : null);
    }

    /** Takes in mbufs that came home; the thread of Ingress. */
    void collect() {
        for (MbufRing ring : home) {
            source.collect(ring, carrier);
        }
    }

    /** Which of the lane's threads is Egress. */
    EgressSeat.Turn turn() {
        return turn;
    }

    /** The conductor: counts SAs of this lane, to have Egress where it belongs. */
    void placed(AssociationState sa, int n) {
        if (sa.worker() != 0) {
            away += n;
        }
        turn.want(away > 0 ? ring.workers() - 1 : 0);
    }

    /** The lane's own ways out that may hold it up, by port. Ingress looks at no others. */
    void lossless(Transmitter[] byPort) {
        lossless = byPort;
    }

    /** Whether a transmit queue has no room for what port {@code port} may bring in. */
    boolean isHeldUp(int port) {
        for (int i = 0; i < lossless.length; i++) {
            Transmitter transmitter = lossless[i];
            if (transmitter != null && transmitter.holdsUp(i == port)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a transmit queue has no room for more than what is in the ring. */
    boolean isFull() {
        for (Transmitter transmitter : lossless) {
            if (transmitter != null && transmitter.holdsUp(true)) {
                return true;
            }
        }
        return false;
    }

    /** Sends home what was freed since its roles ended, when no thread runs any more. */
    void flush() {
        homeFromIngress.flush();
        homeFromEgress.flush();
    }

    /** Gives the lane's mbufs back to the pool, when no thread runs any more. */
    @Override
    public void close() {
        collect();
        source.close();
    }
}
