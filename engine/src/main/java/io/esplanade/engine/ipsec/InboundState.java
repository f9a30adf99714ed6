package io.esplanade.engine.ipsec;

import io.esplanade.engine.counters.DropReason;

/**
 * An inbound SA while it runs: what decapsulation needs, its replay window, the selectors of what
 * may come out of it, and what it refused. Thread rules are {@link AssociationState}'s and {@link
 * ReplayWindow}'s.
 */
public final class InboundState extends AssociationState {

    private final ReplayWindow window;
    private final SelectorSet selectors;

    private Object guard;

    /**
     * @param sa the inbound SA
     * @param tunnel index of its tunnel
     * @param provider index of the crypto provider that made the contexts
     * @param contexts one decrypting context per worker; they stay the caller's
     */
    public InboundState(SecurityAssociation sa, int tunnel, int provider, long... contexts) {
        super(sa, tunnel, provider, contexts);
        if (sa.direction() != Direction.INBOUND) {
            throw new IllegalArgumentException(this + " is not inbound");
        }
        window = new ReplayWindow(sa.replayWindow(), sa.initialSequence() - 1);
        selectors = SelectorSet.of(sa.selectors());
    }

    public ReplayWindow window() {
        return window;
    }

    /** What threads that share this SA guard its window with; null where one has it alone. */
    public Object guard() {
        return guard;
    }

    /** Says what guards the window; before the SA is in the SAD. */
    public void guard(Object newGuard) {
        guard = newGuard;
    }

    /** What may come out of it, as inner packets have it; what none matches may not. */
    public SelectorSet selectors() {
        return selectors;
    }

    @Override
    public long sequence() {
        return window.top();
    }

    /** Counts a packet refused by the ICV or the replay window; other reasons do not count here. */
    public void countRefused(DropReason reason) {
        switch (reason) {
            case ICV_FAILED -> HOT.setOpaque(hot, INTEGRITY_FAILURES, hot[INTEGRITY_FAILURES] + 1);
            case REPLAYED, TOO_OLD -> HOT.setOpaque(hot, REPLAYS, hot[REPLAYS] + 1);
            default -> {}
        }
    }

    /** As {@link #countRefused}, where several threads count on one SA. */
    public void countRefusedShared(DropReason reason) {
        switch (reason) {
            case ICV_FAILED -> HOT.getAndAdd(hot, INTEGRITY_FAILURES, 1L);
            case REPLAYED, TOO_OLD -> HOT.getAndAdd(hot, REPLAYS, 1L);
            default -> {}
        }
    }

    /** Packets whose ICV was wrong. */
    public long integrityFailures() {
        return (long) HOT.getOpaque(hot, INTEGRITY_FAILURES);
    }

    /** Packets that were duplicates or left of the window when checked in order. */
    public long replays() {
        return (long) HOT.getOpaque(hot, REPLAYS);
    }
}
