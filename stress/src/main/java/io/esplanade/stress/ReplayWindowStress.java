package io.esplanade.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.esplanade.engine.ipsec.ReplayWindow;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * The early look at a replay window while another thread accepts: what it refuses, {@code accept}
 * would refuse whenever it is asked afterwards.
 *
 * <p>A window of 64 has two blocks of 64 numbers, so numbers 128 apart share a bit.
 */
public final class ReplayWindowStress {

    private ReplayWindowStress() {}

    /** A window whose highest number is 130, and in which 67 was received and 100 was not. */
    private static ReplayWindow window() {
        ReplayWindow window = new ReplayWindow(64, 0);
        window.accept(130);
        window.accept(67);
        return window;
    }

    /** The window moves on; a number it brings in falls on the bit of one that was received. */
    @JCStressTest
    @Outcome(id = "NONE, NONE", expect = ACCEPTABLE, desc = "passed, and accepted later")
    @Outcome(expect = FORBIDDEN, desc = "refused a number that was never received")
    @State
    public static class FreshAboveTheWindow {
        private final ReplayWindow window = window();

        @Actor
        public void egress() {
            window.accept(200);
        }

        @Actor
        public void ingress(LL_Result r) {
            r.r1 = window.early(67 + 128);
        }

        @Arbiter
        public void then(LL_Result r) {
            r.r2 = window.accept(67 + 128);
        }
    }

    /** The same, but the window leaps over everything it held. */
    @JCStressTest
    @Outcome(id = "NONE, NONE", expect = ACCEPTABLE, desc = "passed, and accepted later")
    @Outcome(expect = FORBIDDEN, desc = "refused a number that was never received")
    @State
    public static class FreshBelowALeap {
        private final ReplayWindow window = window();

        @Actor
        public void egress() {
            window.accept(1030);
        }

        @Actor
        public void ingress(LL_Result r) {
            r.r1 = window.early(130 + 128 * 7 - 1);
        }

        @Arbiter
        public void then(LL_Result r) {
            r.r2 = window.accept(130 + 128 * 7 - 1);
        }
    }

    /** A late packet is not taken for a duplicate because a later number has its bit. */
    @JCStressTest
    @Outcome(id = "NONE", expect = ACCEPTABLE, desc = "not certain")
    @Outcome(id = "TOO_OLD", expect = ACCEPTABLE, desc = "the window has passed it")
    @Outcome(expect = FORBIDDEN, desc = "called a duplicate, though it was never received")
    @State
    public static class LateIsNoDuplicate {
        private final ReplayWindow window = window();

        @Actor
        public void egress() {
            window.accept(100 + 128);
        }

        @Actor
        public void ingress(L_Result r) {
            r.r1 = window.early(100);
        }
    }

    /** Two copies of one packet: one of them passes. */
    @JCStressTest
    @Outcome(id = "NONE, NONE", expect = ACCEPTABLE, desc = "looked before; refused later")
    @Outcome(id = "NONE, REPLAYED", expect = ACCEPTABLE, desc = "looked after")
    @Outcome(expect = FORBIDDEN, desc = "refused both")
    @State
    public static class TwoCopies {
        private final ReplayWindow window = window();

        @Actor
        public void egress(LL_Result r) {
            r.r1 = window.accept(100);
        }

        @Actor
        public void ingress(LL_Result r) {
            r.r2 = window.early(100);
        }
    }
}
