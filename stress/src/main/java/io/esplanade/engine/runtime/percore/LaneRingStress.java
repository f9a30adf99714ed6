package io.esplanade.engine.runtime.percore;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.stress.Lines;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

import java.util.function.Supplier;

/**
 * Vectors handed from role to role by a lane's ring. As in a lane of two threads, one is Ingress
 * and worker 0, the other worker 1 and Egress. In the ring's package, which shows it to nobody.
 */
public final class LaneRingStress {

    private static final int NEAR = 0;
    private static final int FAR = 1;

    /** How often a thread looks for what the other may be about to do. */
    private static final int LOOKS = 50;

    private LaneRingStress() {}

    /** A lane's ring and what the roles of its two threads remember. */
    private static final class Lane {
        private final LaneRing ring;
        private final long[] next = new long[2]; // of each worker

        Lane(int slots) {
            ring = new LaneRing(slots, 4, 2);
        }

        /** Ingress. */
        void putIn(long mbuf, int worker) {
            Burst burst = ring.vacant().mbufs;
            burst.clear();
            burst.add(mbuf);
            ring.publish(worker);
        }

        /** The vector that a worker is given next; null if none is. */
        Burst given(int worker) {
            Workload work = ring.workOf(worker);
            return next[worker] < work.given() ? ring.get(work.place(next[worker])).mbufs : null;
        }

        void done(int worker) {
            ring.workOf(worker).done(++next[worker]);
        }

        /** Egress: the vector to be taken out next; null if it is not worked on. */
        Burst workedOn() {
            long taken = ring.takenOut();
            return ring.workedOn() > taken ? ring.get(taken + 1).mbufs : null;
        }

        void takenOut() {
            ring.takenOut(ring.takenOut() + 1);
        }
    }

    /** Looks for a moment, so that the two threads do meet. */
    private static Burst await(Supplier<Burst> look) {
        Burst vector = null;
        for (int i = 0; i < LOOKS && vector == null; i++) {
            vector = look.get();
        }
        return vector;
    }

    /** The only packet's sequence number; 0 if there is no vector, -1 if something is missing. */
    private static long sequence(Burst vector) {
        if (vector == null) {
            return 0;
        }
        long sequence = vector.count() == 1 ? Mbuf.sequence(vector.get(0)) : 0;
        return sequence == 0 ? -1 : sequence;
    }

    /** A worker sees what Ingress has written, and Egress what each worker has, in order. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "nothing put in yet")
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "worked on, the one behind it not yet")
    @Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "both worked on")
    @Outcome(expect = FORBIDDEN, desc = "without what was written before")
    @State
    public static class Passing {
        private final Lane lane = new Lane(2);
        private final long first = Lines.take();
        private final long second = Lines.take();

        @Actor
        public void ingressAndWorker() {
            Mbuf.sequence(first, 1);
            lane.putIn(first, FAR);
            lane.putIn(second, NEAR);
            Mbuf.sequence(second, 2);
            lane.done(NEAR);
        }

        @Actor
        public void workerAndEgress(JJ_Result r) {
            r.r1 = sequence(await(() -> lane.given(FAR)));
            if (r.r1 != 0) {
                lane.done(FAR);
                if (await(lane::workedOn) != null) {
                    lane.takenOut();
                    r.r2 = sequence(await(lane::workedOn));
                }
            }
        }
    }

    /** A slot is filled again only when nobody looks at what was in it, and no vector overtakes. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "each as it was left, in order")
    @Outcome(expect = FORBIDDEN, desc = "filled before it was taken out, or not worked on")
    @State
    public static class Refilling {
        private static final int SLOTS = 2;
        private static final int VECTORS = 500; // so many that the two threads do meet
        private static final int WORKED_ON = 1000;

        private final Lane lane = new Lane(SLOTS);

        private static boolean isNear(long number) {
            return number % 3 == 0;
        }

        @Actor
        public void ingressAndWorker() {
            long number = 0;
            for (int i = 0; i < VECTORS * LOOKS && number < VECTORS; i++) {
                if (lane.ring.hasRoom(1)) {
                    number++;
                    lane.putIn(number, isNear(number) ? NEAR : FAR);
                    if (isNear(number)) {
                        Burst vector = lane.given(NEAR);
                        vector.set(0, WORKED_ON + vector.get(0));
                        lane.done(NEAR);
                    }
                }
            }
        }

        @Actor
        public void workerAndEgress(JJ_Result r) {
            long number = 1;
            long mine = 1;
            for (int i = 0; i < VECTORS * LOOKS && number <= VECTORS; i++) {
                Burst vector = lane.given(FAR);
                if (vector != null) {
                    r.r1 |= vector.get(0) == mine ? 0 : 1;
                    vector.set(0, WORKED_ON + mine);
                    lane.done(FAR);
                    mine += isNear(mine + 1) ? 2 : 1;
                }
                vector = lane.workedOn();
                if (vector != null) {
                    r.r2 |= vector.get(0) == WORKED_ON + number ? 0 : 1;
                    lane.takenOut();
                    number++;
                }
            }
        }
    }
}
