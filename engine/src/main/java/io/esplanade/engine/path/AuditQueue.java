package io.esplanade.engine.path;

import io.esplanade.engine.ip.TokenBucket;
import io.esplanade.engine.ipsec.AuditEvent;
import io.esplanade.engine.os.CacheLine;
import io.esplanade.engine.os.Clock;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Events of one kind on their way from lanes to the conductor, as many as the conductor has
 * granted. A lane that finds none left to claim has looked at two numbers that hardly ever change,
 * so that a flood of events costs each lane next to nothing.
 *
 * <p>Any lane claims and publishes; the conductor grants and takes.
 */
final class AuditQueue {

    /** Answer of {@link #claim}: not now. */
    static final long NONE = 0;

    /** The most that may wait. */
    static final int ROOM = 16;

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int CLAIMED = CacheLine.LONGS;
    private static final int GRANTED = CLAIMED + 1;

    private final long[] words = new long[GRANTED + 1 + CacheLine.LONGS];
    private final AuditRecord[] records = new AuditRecord[ROOM];
    private final long[] published = new long[ROOM]; // which claim each record was filled for
    private long taken; // the conductor's

    AuditQueue() {
        for (int i = 0; i < ROOM; i++) {
            records[i] = new AuditRecord();
        }
    }

    /** Claims a record to fill and {@link #publish}: its number, from 1 on, or {@link #NONE}. */
    long claim() {
        while (true) {
            long claimed = (long) WORD.getOpaque(words, CLAIMED);
            if (claimed >= (long) WORD.getAcquire(words, GRANTED)) {
                return NONE;
            }
            if (WORD.compareAndSet(words, CLAIMED, claimed, claimed + 1)) {
                return claimed + 1;
            }
        }
    }

    /** The record that claim {@code number} is for. */
    AuditRecord record(long number) {
        return records[(int) number % ROOM];
    }

    /** Gives a record that was filled to the conductor. */
    void publish(long number) {
        WORD.setRelease(published, (int) number % ROOM, number);
    }

    /** Conductor: the next event, as of now; null if none is published. */
    AuditEvent take(Clock clock) {
        int next = (int) (taken + 1) % ROOM;
        if ((long) WORD.getAcquire(published, next) != taken + 1) {
            return null;
        }
        taken++;
        return records[next].event(clock.epochNanos());
    }

    /** Conductor: lets lanes claim as many more as {@code budget} has and there is room for. */
    void grant(TokenBucket budget, long now) {
        long granted = (long) WORD.getOpaque(words, GRANTED);
        long most = taken + ROOM;
        while (granted < most && budget.mayTake(now)) {
            budget.take();
            granted++;
        }
        WORD.setRelease(words, GRANTED, granted);
    }
}
