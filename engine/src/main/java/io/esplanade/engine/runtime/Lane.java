package io.esplanade.engine.runtime;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.DropSink;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.os.Agent;
import io.esplanade.engine.os.Clock;
import io.esplanade.engine.path.Egress;
import io.esplanade.engine.path.Ingress;
import io.esplanade.engine.path.Transmitter;
import io.esplanade.engine.path.Worker;
import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.RxQueue;
import io.esplanade.engine.port.Side;

/**
 * One lane, run to completion: each burst received goes through Ingress, Worker and Egress before
 * the next is taken in. All on the thread that calls {@link #doWork}.
 *
 * <p>Between two duty cycles no packet is under way except in transmit queues, and those refer to
 * no SA: a cycle that began after a change sees nothing older, which is what {@link #epoch} tells
 * the conductor.
 */
public final class Lane implements Agent {

    /** How long close lets transmit queues take what waits, ns. */
    private static final long DRAIN_NANOS = 1_000_000_000L;

    private final String name;
    private final MbufPool pool;
    private final DropSink drops;
    private final CounterTable counters;
    private final Clock clock;
    private final Epochs epochs;
    private final RxQueue[] receivers;
    private final Side[] sides;
    private final LinkType[] links;
    private final Ingress ingress;
    private final Worker worker;
    private final Egress egress;
    private final Transmitter[] transmitters;
    private final Burst work;
    private final Burst loop;
    private final long[] starved;
    private int turn; // the queue to be asked next: no port is always the first

    private volatile long epoch;
    private volatile boolean ended;
    private volatile Throwable failure;

    Lane(
            String name,
            LaneResources resources,
            Epochs epochs,
            Port[] ports,
            RxQueue[] receivers,
            Ingress ingress,
            Worker worker,
            Egress egress,
            Transmitter[] transmitters,
            Burst loop,
            int burstSize) {
        this.name = name;
        this.pool = resources.pool();
        this.drops = resources.drops();
        this.counters = resources.counters();
        this.clock = resources.clock();
        this.epochs = epochs;
        this.receivers = receivers;
        this.ingress = ingress;
        this.worker = worker;
        this.egress = egress;
        this.transmitters = transmitters;
        this.loop = loop;
        this.work = new Burst(burstSize);
        this.starved = new long[ports.length];
        sides = new Side[ports.length];
        links = new LinkType[ports.length];
        for (int i = 0; i < ports.length; i++) {
            sides[i] = ports[i].side();
            links[i] = ports[i].linkType();
        }
    }

    @Override
    public String roleName() {
        return name;
    }

    /** The newest epoch that this lane's present duty cycle has seen; older ones are over. */
    public long epoch() {
        return epoch;
    }

    /** Whether every receive queue has ended and nothing is under way. */
    public boolean ended() {
        return ended;
    }

    /** What a stage threw last, or null; taking it clears it. */
    public Throwable takeFailure() {
        Throwable taken = failure;
        failure = null;
        return taken;
    }

    @Override
    public int doWork() {
        epoch = epochs.current();
        int done = 0;
        try {
            done += flush();
            for (int i = 0; i < receivers.length; i++) {
                int port = turn;
                turn = port + 1 == receivers.length ? 0 : port + 1;
                if (!isHeldUp(port)) {
                    done += receivedPackets(port);
                }
            }
            done += flush();
        } catch (Throwable t) { // whatever a stage throws must not lose its packets
            fail(t);
            done++;
        }
        if (done == 0) {
            ended = hasEnded();
        }
        return done;
    }

    private int receivedPackets(int port) {
        RxQueue queue = receivers[port];
        int n = queue.receive(work, work.capacity());
        if (n == 0) {
            countStarvation(port, queue);
            return 0;
        }
        long bytes = 0;
        for (int i = 0; i < n; i++) {
            bytes += Mbuf.length(work.get(i));
        }
        counters.add(Counter.RX_PACKETS, n);
        counters.add(Counter.RX_BYTES, bytes);
        ingress.received(work, sides[port], links[port]);
        finish();
        while (!loop.isEmpty()) { // not for ever: Ingress lets nothing pass a fifth time
            loopedPackets();
        }
        return n;
    }

    /** Gives what was decapsulated for the other side another pass. */
    private void loopedPackets() {
        for (int i = 0; i < loop.count(); i++) {
            long mbuf = loop.get(i);
            pool.move(mbuf, Owner.LOOP, Owner.INGRESS);
            work.add(mbuf);
        }
        loop.clear();
        ingress.looped(work);
        finish();
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

    private void countStarvation(int port, RxQueue queue) {
        long now = queue.starved();
        if (now != starved[port]) {
            counters.add(Counter.NO_MBUF, now - starved[port]);
            starved[port] = now;
        }
    }

    /**
     * A stage threw: the packets it had not finished are dropped by name. Handles in the burst may
     * be stale, so the ledger decides which of them are still the lane's.
     */
    private void fail(Throwable t) {
        failUnfinished(work);
        failUnfinished(loop);
        worker.reset();
        failure = t;
    }

    private void failUnfinished(Burst burst) {
        for (int i = 0; i < burst.count(); i++) {
            long mbuf = burst.get(i);
            switch (Owner.of(Mbuf.owner(mbuf))) {
                case INGRESS, WORKER, EGRESS, LOOP -> drops.drop(mbuf, DropReason.LANE_FAILED);
                default -> {} // dropped or sent before
            }
        }
        burst.clear();
    }

    private int flush() {
        int taken = 0;
        for (Transmitter transmitter : transmitters) {
            taken += transmitter.flush();
        }
        return taken;
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

    private boolean hasEnded() {
        for (RxQueue receiver : receivers) {
            if (!receiver.ended()) {
                return false;
            }
        }
        for (Transmitter transmitter : transmitters) {
            if (transmitter.pending() > 0) {
                return false;
            }
        }
        return true;
    }

    /** Lets transmit queues take what waits, for a bounded time, and drops the rest by name. */
    @Override
    public void onClose() {
        try {
            drain();
        } finally {
            for (Transmitter transmitter : transmitters) {
                transmitter.dropWaiting(DropReason.CLOSING);
            }
            worker.close();
        }
    }

    private void drain() {
        long deadline = clock.nanoTime() + DRAIN_NANOS;
        while (pending() > 0 && clock.nanoTime() - deadline < 0) {
            if (flush() == 0) {
                Thread.onSpinWait();
            }
        }
    }

    private int pending() {
        int pending = 0;
        for (Transmitter transmitter : transmitters) {
            pending += transmitter.pending();
        }
        return pending;
    }
}
