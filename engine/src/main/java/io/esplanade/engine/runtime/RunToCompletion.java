package io.esplanade.engine.runtime;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ipsec.SaTable;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.DropSink;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.MbufRing;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.path.Egress;
import io.esplanade.engine.path.Ingress;
import io.esplanade.engine.path.LaneTasks;
import io.esplanade.engine.path.SlowPath;
import io.esplanade.engine.path.Transmitter;
import io.esplanade.engine.path.Worker;

/**
 * All stages on one thread: each burst received goes through Ingress, Worker and Egress before the
 * next is taken in.
 *
 * <p>Between two duty cycles no packet is under way except in transmit queues, and those refer to
 * no SA: a cycle that began after a change sees nothing older, which is what {@link #epoch} tells
 * the conductor.
 */
public final class RunToCompletion extends Role {

    /**
     * The stages and what is between them.
     *
     * @param loop from Egress to Ingress, for packets that go round again
     * @param transmitters by port
     */
    public record Stages(
            Receivers receivers,
            Ingress ingress,
            SlowPath slow,
            Worker worker,
            Egress egress,
            MbufRing loop,
            Transmitter[] transmitters,
            MbufSource mbufs,
            SaTable sas,
            DropSink drops,
            CounterTable counters) {}

    private final ThreadedRuntime runtime;
    private final MbufPool pool;
    private final Receivers receivers;
    private final Ingress ingress;
    private final SlowPath slow;
    private final Worker worker;
    private final Egress egress;
    private final MbufRing loop;
    private final Transmitter[] transmitters;
    private final MbufSource mbufs;
    private final LaneTasks tasks = new LaneTasks();
    private final SaTable sas;
    private final DropSink drops;
    private final CounterTable counters;
    private final Burst work;

    private int waiting; // for transmit queues, or in them, when the last cycle ended
    private volatile long epoch;
    private volatile boolean inputEnded;
    private volatile boolean drained;

    public RunToCompletion(int lane, ThreadedRuntime runtime, Stages stages) {
        super(lane, "lane-" + lane);
        this.runtime = runtime;
        this.pool = runtime.setup().pool();
        this.receivers = stages.receivers();
        this.ingress = stages.ingress();
        this.slow = stages.slow();
        this.worker = stages.worker();
        this.egress = stages.egress();
        this.loop = stages.loop();
        this.transmitters = stages.transmitters();
        this.mbufs = stages.mbufs();
        this.sas = stages.sas();
        this.drops = stages.drops();
        this.counters = stages.counters();
        this.work = new Burst(runtime.setup().burstSize());
    }

    /** The newest epoch that this thread's present duty cycle has seen; older ones are over. */
    public long epoch() {
        return epoch;
    }

    /** Whether every receive queue has ended. */
    public boolean inputEnded() {
        return inputEnded;
    }

    /** Whether the last cycle found nothing to do and left nothing to be transmitted. */
    public boolean drained() {
        return drained;
    }

    @Override
    public Receivers receivers() {
        return receivers;
    }

    @Override
    protected int cycle() {
        begin();
        int done = flush() + originate();
        if (!runtime.isClosing()) {
            for (int i = 0; i < receivers.count(); i++) {
                done += receive(work.capacity());
            }
        }
        done += flush();
        end(done);
        return done;
    }

    /** How many receive queues take turns. */
    public int queues() {
        return receivers.count();
    }

    /**
     * Whether a cycle would certainly find nothing to receive and nothing to transmit, at a cheap
     * look at what is this thread's alone.
     */
    public boolean hasNothingToDo() {
        return waiting == 0
                && tasks.isEmpty()
                && !ingress.hasBacklog()
                && !slow.hasExpired()
                && (runtime.isClosing() || receivers.idle());
    }

    /**
     * Begins a duty cycle: adopts the epoch of this moment, since nothing older is in this thread's
     * hands.
     */
    public void begin() {
        epoch = runtime.currentEpoch();
        receivers.begin();
    }

    /**
     * Takes one burst of the receive queue whose turn it is to its end.
     *
     * @param max the most packets taken in
     * @return packets taken in
     */
    public int receive(int max) {
        if (ingress.hasBacklog()) {
            return 0;
        }
        int queue = receivers.next();
        if (isHeldUp(receivers.port(queue))) {
            return 0;
        }
        int n = receivers.receive(queue, work, Math.min(max, work.capacity()));
        if (n == 0) {
            return 0;
        }
        ingress.received(work, receivers.port(queue), receivers.side(queue), receivers.link(queue));
        finish();
        goRound();
        return n + resume();
    }

    private void goRound() {
        while (loop.drain(work, work.capacity()) > 0) { // Ingress lets nothing pass a fifth time
            move(Owner.LOOP, Owner.INGRESS);
            ingress.looped(work);
            finish();
        }
    }

    /** Goes on with packets taken in before that wait; what is taken in later waits for them. */
    private int resume() {
        int done = 0;
        while (ingress.hasBacklog() && !isFull()) {
            done += ingress.resume(work);
            finish();
            goRound();
        }
        return done;
    }

    /** What the conductor wants sent. */
    LaneTasks tasks() {
        return tasks;
    }

    /** Takes packets of the gateway's own to their end; says how many. */
    public int originate() {
        if (tasks.isEmpty() || ingress.hasBacklog() || isFull()) {
            return 0;
        }
        int n = ingress.originate(work, tasks, mbufs);
        finish();
        goRound();
        return n + resume();
    }

    /** Says what this thread has come to, at the end of a cycle that did {@code done}. */
    public void end(int done) {
        waiting = pending();
        if (done == 0) {
            inputEnded = receivers.ended();
        }
        drained = done == 0 && waiting == 0;
    }

    /** As {@link #end}, of a cycle that {@linkplain #hasNothingToDo had nothing to do}. */
    public void rest() {
        inputEnded = receivers.ended();
        drained = true;
    }

    private void finish() {
        counters.add(Counter.BURSTS, 1);
        move(Owner.INGRESS, Owner.WORKER);
        worker.process(work);
        move(Owner.WORKER, Owner.EGRESS);
        egress.process(work);
    }

    private void move(Owner from, Owner to) {
        int n = work.count();
        for (int i = 0; i < n; i++) {
            pool.move(work.get(i), from, to);
        }
    }

    /**
     * A stage threw: the packets it had not finished are dropped by name. Handles in the burst may
     * be stale, so the ledger decides which of them are still this thread's.
     */
    @Override
    public void failUnfinished() {
        loop.publish();
        dropUnfinished();
        while (loop.drain(work, work.capacity()) > 0) {
            dropUnfinished();
        }
        worker.reset();
    }

    private void dropUnfinished() {
        for (int i = 0; i < work.count(); i++) {
            long mbuf = work.get(i);
            switch (Owner.of(Mbuf.owner(mbuf))) {
                case INGRESS, WORKER, EGRESS, LOOP -> {
                    if (Mbuf.sa(mbuf) != SaTable.NONE) {
                        sas.release(Mbuf.sa(mbuf), Mbuf.saGeneration(mbuf));
                    }
                    drops.drop(mbuf, DropReason.LANE_FAILED);
                }
                default -> {} // dropped or sent before
            }
        }
        work.clear();
    }

    /**
     * Goes on with what waits, and offers what is finished to the transmit queues; says how many
     * packets that was.
     */
    public int flush() {
        slow.expire();
        int taken = resume() + resolved();
        for (Transmitter transmitter : transmitters) {
            taken += transmitter.flush();
        }
        return taken;
    }

    /** Goes on with packets that have waited for link-layer addresses. */
    private int resolved() {
        int done = egress.resolved();
        if (done > 0) {
            goRound();
        }
        return done;
    }

    /** Whether a transmit queue has no room for what port {@code port} may bring in. */
    private boolean isHeldUp(int port) {
        for (int i = 0; i < transmitters.length; i++) {
            if (transmitters[i].holdsUp(i == port)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a transmit queue has no room for more than what is under way. */
    private boolean isFull() {
        for (Transmitter transmitter : transmitters) {
            if (transmitter.holdsUp(true)) {
                return true;
            }
        }
        return false;
    }

    private int pending() {
        int pending = ingress.hasBacklog() ? 1 : 0;
        if (!runtime.isClosing()) {
            pending += egress.held(); // nobody waits for answers at the end
        }
        for (Transmitter transmitter : transmitters) {
            pending += transmitter.pending();
        }
        return pending;
    }

    /** When its thread has ended: drops what transmit queues did not take. */
    public void abandon() {
        slow.abandon();
        egress.abandon();
        for (Transmitter transmitter : transmitters) {
            transmitter.dropWaiting(DropReason.CLOSING);
        }
    }
}
