package io.esplanade.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.esplanade.engine.mbuf.Burst;
import io.esplanade.engine.mbuf.Mbuf;
import io.esplanade.engine.mbuf.MbufRing;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;
import org.openjdk.jcstress.infra.results.J_Result;

/** Mbufs handed from thread to thread. */
public final class MbufRingStress {

    private MbufRingStress() {}

    /** The sequence number of {@code mbuf}; 0 if there is none, -1 if the number is not there. */
    private static long sequence(long mbuf) {
        if (mbuf == Mbuf.NULL) {
            return 0;
        }
        long sequence = Mbuf.sequence(mbuf);
        return sequence == 0 ? -1 : sequence;
    }

    /** Polls for a moment, so that threads which pass an mbuf to and fro do meet. */
    private static long await(MbufRing ring) {
        long mbuf = Mbuf.NULL;
        for (int i = 0; i < 20 && mbuf == Mbuf.NULL; i++) {
            mbuf = ring.poll();
        }
        return mbuf;
    }

    /** What is published together is seen together, in order, with the metadata written before. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "looked too early")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "published between the looks")
    @Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "both, in order")
    @Outcome(expect = FORBIDDEN, desc = "lost, out of order or without metadata")
    @State
    public static class Publishing {
        private final MbufRing ring = new MbufRing(2);
        private final long first = Lines.take();
        private final long second = Lines.take();

        @Actor
        public void producer() {
            Mbuf.sequence(first, 1);
            ring.add(first);
            Mbuf.sequence(second, 2);
            ring.add(second);
            ring.publish();
        }

        @Actor
        public void consumer(JJ_Result r) {
            r.r1 = sequence(ring.poll());
            r.r2 = sequence(ring.poll());
        }
    }

    /** What was drained is what was in the ring, though it is filled again at once. */
    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "all that was in it, in order")
    @Outcome(expect = FORBIDDEN, desc = "a slot was filled before it was emptied")
    @State
    public static class Refilling {
        private static final int CAPACITY = 8;

        private final MbufRing ring = new MbufRing(CAPACITY);
        private final Burst burst = new Burst(CAPACITY);

        public Refilling() {
            for (int i = 1; i <= CAPACITY; i++) {
                ring.offer(i);
            }
        }

        @Actor
        public void producer() {
            int added = 0;
            for (int i = 0; i < 50 && added < CAPACITY; i++) {
                added += ring.offer(CAPACITY + 1 + added) ? 1 : 0;
            }
        }

        @Actor
        public void consumer(J_Result r) {
            int taken = ring.drain(burst, CAPACITY);
            r.r1 = taken == CAPACITY ? 0 : -1;
            for (int i = 0; i < taken; i++) {
                if (burst.get(i) != i + 1) {
                    r.r1 = burst.get(i);
                }
            }
        }
    }

    /** An mbuf that comes home was done with, and is whoever's it comes to. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "not there yet")
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "there, not back yet")
    @Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "there and back")
    @Outcome(expect = FORBIDDEN, desc = "two threads had it at once")
    @State
    public static class ComingHome {
        private final MbufRing there = new MbufRing(1);
        private final MbufRing back = new MbufRing(1);
        private final long mbuf = Lines.take();

        @Actor
        public void owner(JJ_Result r) {
            Mbuf.sequence(mbuf, 1);
            there.offer(mbuf);
            long home = await(back);
            r.r2 = sequence(home);
            if (home != Mbuf.NULL) {
                Mbuf.sequence(home, 3);
            }
        }

        @Actor
        public void borrower(JJ_Result r) {
            long borrowed = await(there);
            r.r1 = sequence(borrowed);
            if (borrowed != Mbuf.NULL) {
                Mbuf.sequence(borrowed, 2);
                back.offer(borrowed);
            }
        }
    }
}
