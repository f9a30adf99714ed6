package io.esplanade.engine.ipsec;

import io.esplanade.engine.counters.DropReason;

/**
 * Guards inbound SAs against replay (RFC 4303 §3.4.3): a seam at which the runtimes differ. A
 * lane's windows are plain; windows shared by threads have a lock each.
 */
public interface ReplayGate {

    /**
     * The 64-bit sequence number of a packet that carries {@code low}, inferred from the window
     * (RFC 4303 appendix A2); without ESN, {@code low} itself.
     */
    long infer(InboundState sa, int low);

    /**
     * A cheap look before the ICV is checked, which drops only what is certain.
     *
     * @return {@link DropReason#NONE}, {@link DropReason#REPLAYED} or {@link DropReason#TOO_OLD}
     */
    DropReason early(InboundState sa, long sequence);

    /**
     * The authoritative check, after the ICV verified; marks {@code sequence} as received if it
     * passes.
     *
     * @return {@link DropReason#NONE} if the packet is accepted, else why not
     */
    DropReason accept(InboundState sa, long sequence);
}
