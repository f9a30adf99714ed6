package io.esplanade.bench.parts;

import io.esplanade.bench.parts.StageTimes.Stage;
import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.Owner;
import io.esplanade.engine.path.Egress;
import io.esplanade.engine.path.Ingress;
import io.esplanade.engine.path.Transmitter;
import io.esplanade.engine.path.Worker;
import io.esplanade.engine.runtime.Receivers;
import io.esplanade.engine.runtime.Role;

/** All stages on one thread, as in run to completion, with a clock between them. */
final class TimedRole extends Role {

    private final PartsRuntime runtime;
    private final Stages stages;
    private final StageTimes times;
    private final MbufPool pool;
    private final Burst work;

    /** The stages, made with means of their own. */
    record Stages(
            Receivers receivers,
            Ingress ingress,
            Worker worker,
            Egress egress,
            Transmitter[] transmitters) {}

    TimedRole(PartsRuntime runtime, Stages stages, StageTimes times, MbufPool pool, int burst) {
        super(0, "thread-0");
        this.runtime = runtime;
        this.stages = stages;
        this.times = times;
        this.pool = pool;
        work = new Burst(burst);
    }

    @Override
    protected int cycle() {
        Receivers receivers = stages.receivers;
        int done = 0;
        for (int i = 0; i < receivers.count() && !runtime.closing(); i++) {
            int queue = receivers.next();
            long at = times.now();
            int n = receivers.receive(queue, work, work.capacity());
            if (n > 0) {
                at = times.add(Stage.RECEIVE, at);
                process(queue, at);
            }
            times.end(n);
            done += n;
        }
        return done;
    }

    private void process(int queue, long since) {
        stages.ingress.received(
                work,
                stages.receivers.port(queue),
                stages.receivers.side(queue),
                stages.receivers.link(queue));
        move(Owner.INGRESS, Owner.WORKER);
        long at = times.add(Stage.INGRESS, since);
        stages.worker.process(work);
        at = times.add(Stage.ESP, at);
        times.within(Stage.ESP, Stage.CIPHER);
        move(Owner.WORKER, Owner.EGRESS);
        stages.egress.process(work);
        for (Transmitter transmitter : stages.transmitters) {
            transmitter.flush();
        }
        times.add(Stage.EGRESS, at);
        times.within(Stage.EGRESS, Stage.TRANSMIT);
    }

    private void move(Owner from, Owner to) {
        for (int i = 0; i < work.count(); i++) {
            pool.move(work.get(i), from, to);
        }
    }

    @Override
    protected void failUnfinished() {
        throw new IllegalStateException(
                "a stage threw with %d packets in hand, the first of owner %s"
                        .formatted(
                                work.count(),
                                work.isEmpty() ? "none" : Owner.of(Mbuf.owner(work.get(0)))));
    }
}
