package io.esplanade.engine.runtime.percore;

import io.esplanade.engine.runtime.Role;

import java.util.ArrayList;
import java.util.List;

/**
 * A thread's right to be Egress: of a lane's threads one has it at a time, and passes it on between
 * two cycles. While some SA is spread over workers, Egress belongs on the last worker's thread,
 * away from Ingress; otherwise all is done on the thread of Ingress, and no packet moves between
 * cores.
 */
final class EgressSeat extends Role {

    private final EgressRole egress;
    private final int seat;
    private final Turn turn;

    private boolean seated; // in the last cycle

    /** Who is Egress now, and who is to be. */
    static final class Turn {
        private static final int INGRESS = 0; // the seat on its thread, and who begins

        private final List<EgressSeat> seats = new ArrayList<>();
        private volatile int holder = INGRESS;
        private volatile int wanted;

        /** Asks that Egress move to this seat; any thread. */
        void want(int seat) {
            wanted = seat;
            wake(holder);
        }

        private void passTo(int seat) {
            holder = seat; // all that this thread did is seen by the next
            wake(seat);
        }

        private void wake(int seat) {
            for (EgressSeat each : seats) {
                if (each.seat == seat) {
                    each.wake();
                }
            }
        }
    }

    EgressSeat(EgressRole egress, int seat, Turn turn) {
        super(egress.lane(), egress.roleName());
        this.egress = egress;
        this.seat = seat;
        this.turn = turn;
        turn.seats.add(this);
    }

    @Override
    protected int cycle() {
        if (turn.holder != seat) {
            return 0;
        }
        if (!seated) {
            seated = true;
            egress.sleepsOn(poller()); // before it looks what workers have done
            egress.seated(seat == Turn.INGRESS);
        }
        int done = egress.doWork();
        int wanted = turn.wanted;
        if (wanted != seat) {
            seated = false;
            turn.passTo(wanted);
        }
        return done;
    }

    /** Nothing: what Egress throws it answers for itself. */
    @Override
    protected void failUnfinished() {}

    @Override
    public Throwable takeFailure() {
        return egress.takeFailure();
    }
}
