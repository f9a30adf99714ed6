package io.esplanade.engine.path;

import io.esplanade.engine.counters.Counter;
import io.esplanade.engine.counters.CounterTable;
import io.esplanade.engine.counters.DropReason;
import io.esplanade.engine.ip.TokenBucket;
import io.esplanade.engine.ipsec.AuditEvent;
import io.esplanade.engine.mbuf.DropWatch;
import io.esplanade.engine.os.Clock;

import java.util.EnumSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Auditable events (RFC 4301 §9, RFC 4302 and RFC 4303 §4): what lanes drop for reasons that are
 * such is told to the conductor, of each reason so many a second, so that who floods the gateway
 * with one kind hides no other. Those beyond are counted.
 */
public final class AuditTrail {

    /** The most events of one kind that may be told in a second. */
    public static final int MOST_PER_SECOND = 100;

    /**
     * The reasons that are auditable events. Of RFC 4303: no SA (§3.4.2), replay (§3.4.3), ICV
     * (§3.4.4), exhausted numbers (§3.3.3), fragments that cannot be put together or decided upon
     * (§3.4.1); the same of RFC 4302. Of RFC 4301 §5.2 and §6.2: what is outside its SA's
     * selectors, or in clear where it should not be, or an ICMP error without an SA.
     */
    public static final Set<DropReason> AUDITED =
            Set.copyOf(
                    EnumSet.of(
                            DropReason.NO_SA,
                            DropReason.ENCAPSULATION_MISMATCH,
                            DropReason.REPLAYED,
                            DropReason.TOO_OLD,
                            DropReason.ICV_FAILED,
                            DropReason.SEQUENCE_EXHAUSTED,
                            DropReason.FRAGMENT,
                            DropReason.REASSEMBLY_FULL,
                            DropReason.POLICY_MISMATCH,
                            DropReason.NO_SA_FOR_ICMP_ERROR,
                            DropReason.CLEARTEXT_FOR_PROTECT));

    private final Tables tables;
    private final AuditQueue[] queues = new AuditQueue[DropReason.values().length]; // by reason
    private TokenBucket[] budgets = {}; // the conductor's, by reason

    AuditTrail(Tables tables) {
        this.tables = tables;
    }

    /**
     * Says how many events of each kind may be told in a second, up to {@link #MOST_PER_SECOND};
     * before any lane runs. Unless it is called, or with 0, there is no auditing.
     */
    public void perSecond(int events, long now) {
        budgets = new TokenBucket[queues.length];
        for (DropReason reason : AUDITED) {
            int index = reason.ordinal();
            queues[index] = events == 0 ? null : new AuditQueue();
            budgets[index] = new TokenBucket(events, Math.min(events, AuditQueue.ROOM), now);
        }
        grant(now);
    }

    /**
     * What tells of the drops of one lane or role.
     *
     * @param counters that lane's or role's
     */
    public DropWatch watch(CounterTable counters) {
        return (mbuf, reason) -> {
            AuditQueue queue = queues[reason.ordinal()];
            if (queue != null) {
                tell(queue, mbuf, reason, counters);
            }
        };
    }

    private void tell(AuditQueue queue, long mbuf, DropReason reason, CounterTable counters) {
        long claim = queue.claim();
        if (claim == AuditQueue.NONE) {
            counters.add(Counter.AUDIT_SUPPRESSED, 1);
            return;
        }
        queue.record(claim).fill(mbuf, reason, tables);
        queue.publish(claim);
    }

    /** Conductor: takes all events there are; says how many. */
    public int take(Clock clock, Consumer<AuditEvent> taker) {
        int n = 0;
        for (AuditQueue queue : queues) {
            AuditEvent event;
            while (queue != null && (event = queue.take(clock)) != null) {
                taker.accept(event);
                n++;
            }
        }
        return n;
    }

    /** Conductor: lets lanes tell of more, as time goes by. */
    public void grant(long now) {
        for (int i = 0; i < budgets.length; i++) {
            if (queues[i] != null) {
                queues[i].grant(budgets[i], now);
            }
        }
    }
}
