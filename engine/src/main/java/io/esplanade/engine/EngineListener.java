package io.esplanade.engine;

import io.esplanade.engine.ipsec.AuditEvent;
import io.esplanade.engine.ipsec.Expiry;
import io.esplanade.engine.ipsec.TrafficSelector;

import java.net.InetSocketAddress;

/**
 * What an engine tells its owner. Called by the conductor's thread alone, one call at a time; a
 * listener that is slow delays changes, never packets. What it throws is logged and ignored.
 */
public interface EngineListener {

    /** All receive queues have ended and no packet is under way: nothing more will happen. */
    default void inputEnded() {}

    /**
     * A role of a lane has not got through a duty cycle for a second: it hangs in something, or its
     * thread gets no CPU. Its lane stands still, the others go on. Said once until it goes on.
     */
    default void stalled(int lane, String role) {}

    /** A port failed; its packets are dropped by name from now on. */
    default void portFailed(String port, Throwable cause) {}

    /**
     * What a port is joined to has changed, such as a device that went down or came again; the port
     * goes on by itself.
     *
     * @param notice for a person
     */
    default void portNotice(String port, String notice) {}

    /** A lane stopped because a stage threw; its packets were dropped by name. */
    default void laneFailed(int lane, Throwable cause) {}

    /**
     * A packet met a policy that {@linkplain io.esplanade.engine.ipsec.SecurityPolicy#populated
     * populates} selectors from packets, and was dropped as {@code NO_OUTBOUND_SA}, as those behind
     * it in its flow are. Who has keys answers with an SA of a tunnel of its own, and with a
     * PROTECT policy for {@code selectors} by that tunnel, before {@code policy} in priority. Said
     * of a flow's first packet, and again when tables have changed or flow caches have forgotten it
     * and the flow goes on: who negotiates already ignores it.
     */
    default void acquire(String policy, TrafficSelector selectors) {}

    /**
     * The peer of a tunnel in UDP sends from another address or port now, as when its NAT forgot
     * the old one; a packet proved it, and it is sent to there from now on.
     */
    default void peerMoved(String tunnel, InetSocketAddress from, InetSocketAddress to) {}

    /**
     * The kernel's device that a port is on came up, went down or has another MTU; once at the
     * start too. Said only where {@linkplain EngineBuilder#followKernel the kernel is followed}.
     *
     * @param up whether it can carry packets: false also when it is gone
     * @param mtu of the device, in bytes; 0 when it is gone
     */
    default void linkChanged(String port, boolean up, int mtu) {}

    /**
     * A packet was dropped for a reason that is an auditable event (RFC 4301 §9). The log has it
     * too, under the name {@value Engine#AUDIT_LOG}. {@link EngineBuilder#auditEventsPerSecond}
     * says how many are told.
     */
    default void audit(AuditEvent event) {}

    /**
     * An SA came to a {@linkplain io.esplanade.engine.ipsec.Lifetime soft limit}, or nearly used up
     * its sequence numbers (15 in 16 of them): negotiate another. Said once per SA, whatever comes
     * first.
     */
    default void softExpired(String sa, Expiry cause) {}

    /**
     * An SA came to a {@linkplain io.esplanade.engine.ipsec.Lifetime hard limit}: it is removed, as
     * by {@link Changes#removeSa}. An outbound SA that has used up its sequence numbers does not:
     * it stays and drops what it should send, as {@code SEQUENCE_EXHAUSTED}.
     */
    default void hardExpired(String sa, Expiry cause) {}
}
