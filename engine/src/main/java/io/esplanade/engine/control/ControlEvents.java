package io.esplanade.engine.control;

import io.esplanade.engine.ipsec.AuditEvent;
import io.esplanade.engine.ipsec.Expiry;
import io.esplanade.engine.ipsec.TrafficSelector;

import java.net.InetSocketAddress;

/** What the conductor tells upwards; called by its thread alone. */
public interface ControlEvents {

    /** All receive queues have ended and no packet is under way; said once. */
    void inputEnded();

    /** A port failed; said once per port. */
    void portFailed(String port, Throwable cause);

    /** What a port is joined to has changed, and the port goes on. */
    void portNotice(String port, String notice);

    /** A stage of a lane threw; its packets were dropped by name and it goes on. */
    void laneFailed(int lane, Throwable cause);

    /** A role does not get through its duty cycle; said once until it does again. */
    void stalled(Stall stall);

    /** A packet met a policy that wants an SA with just these selectors for it. */
    void acquire(String policy, TrafficSelector selectors);

    /** A peer behind a NAT is elsewhere now, and is sent to there. */
    void peerMoved(String tunnel, InetSocketAddress from, InetSocketAddress to);

    /** The device that a port is on came up, went down or changed its MTU. */
    void linkChanged(String port, boolean up, int mtu);

    /** A packet was dropped for a reason that is an auditable event. */
    void audit(AuditEvent event);

    /** An SA came to a soft limit, or nearly to the end of its numbers; said once per SA. */
    void softExpired(String sa, Expiry cause);

    /** An SA came to a hard limit and is removed. */
    void hardExpired(String sa, Expiry cause);
}
