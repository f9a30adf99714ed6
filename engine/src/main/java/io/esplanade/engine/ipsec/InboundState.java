package io.esplanade.engine.ipsec;

import io.esplanade.engine.counters.DropReason;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;

/**
 * An inbound SA while it runs: what decapsulation needs, its replay window, the selectors of what
 * may come out of it, and what it refused. Thread rules are {@link AssociationState}'s and {@link
 * ReplayWindow}'s.
 */
public final class InboundState extends AssociationState {

    private static final VarHandle PEER;
    private static final VarHandle SEEN;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            PEER = lookup.findVarHandle(InboundState.class, "peer", PeerAddress.class);
            SEEN = lookup.findVarHandle(InboundState.class, "seen", PeerAddress.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final ReplayWindow window;
    private volatile SelectorSet selectors;

    private final boolean follows;
    private PeerAddress peer; // the conductor's; null where nobody is followed
    private PeerAddress seen; // Egress's: where the newest packet came from, if elsewhere

    private final PartialPacket partial;

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
        UdpEncapsulation udp = sa.encapsulation();
        partial = sa.tfc().aggregate() ? new PartialPacket(sa.initialSequence()) : null;
        follows = udp != null && udp.follow() && !transport();
        peer = follows ? PeerAddress.of(sa.source(), udp.remotePort()) : null;
    }

    /** What has come of a packet that goes on in the next; null unless packets are put together. */
    public PartialPacket partial() {
        return partial;
    }

    /** Whether it is of interest where its packets come from. */
    public boolean follows() {
        return follows;
    }

    /**
     * Egress: a packet that verified and is the newest of all came from there. Costs nothing but a
     * look while that is where packets are sent to.
     */
    public void cameFrom(long high, long low, int port) {
        PeerAddress known = (PeerAddress) PEER.getOpaque(this);
        PeerAddress last = (PeerAddress) SEEN.getOpaque(this);
        PeerAddress now = last == null ? known : last;
        if (!now.is(high, low, port)) {
            SEEN.setRelease(this, new PeerAddress(high, low, port)); // once per move
        }
    }

    /** The conductor: where the peer is now, if it is not where it was, else null. */
    public PeerAddress moved() {
        PeerAddress now = (PeerAddress) SEEN.getAcquire(this);
        return now == null || now.equals(peer) ? null : now;
    }

    /** The conductor: where the peer is as far as it knows; null where nobody is followed. */
    public PeerAddress peer() {
        return peer;
    }

    /** The conductor: that is where packets are sent to from now on. */
    public void peer(PeerAddress newPeer) {
        PEER.setOpaque(this, newPeer);
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

    /** The conductor: from now on that may come out of it, and nothing else. */
    public void select(List<TrafficSelector> newSelectors) {
        selectors = SelectorSet.of(newSelectors);
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
