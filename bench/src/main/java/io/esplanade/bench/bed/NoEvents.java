package io.esplanade.bench.bed;

import io.esplanade.engine.control.ControlEvents;
import io.esplanade.engine.control.Stall;
import io.esplanade.engine.ipsec.AuditEvent;
import io.esplanade.engine.ipsec.Expiry;
import io.esplanade.engine.ipsec.TrafficSelector;

import java.net.InetSocketAddress;

/** For gateways without an owner: what fails is thrown, the rest is nobody's concern. */
public final class NoEvents implements ControlEvents {

    @Override
    public void inputEnded() {}

    @Override
    public void portFailed(String port, Throwable cause) {}

    @Override
    public void portNotice(String port, String notice) {}

    @Override
    public void laneFailed(int lane, Throwable cause) {
        throw new IllegalStateException("lane " + lane, cause);
    }

    @Override
    public void stalled(Stall stall) {}

    @Override
    public void acquire(String policy, TrafficSelector selectors) {}

    @Override
    public void peerMoved(String tunnel, InetSocketAddress from, InetSocketAddress to) {}

    @Override
    public void linkChanged(String port, boolean up, int mtu) {}

    @Override
    public void audit(AuditEvent event) {}

    @Override
    public void softExpired(String sa, Expiry cause) {}

    @Override
    public void hardExpired(String sa, Expiry cause) {}
}
