package io.esplanade.engine.testing;

import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.MbufSource;
import io.esplanade.engine.port.Capability;
import io.esplanade.engine.port.LinkType;
import io.esplanade.engine.port.Port;
import io.esplanade.engine.port.RxQueue;
import io.esplanade.engine.port.Side;
import io.esplanade.engine.port.TxQueue;

import java.io.IOException;
import java.util.Set;

/** A port that is another one, but for what a subclass has it do otherwise. */
public class DelegatingPort implements Port {

    protected final Port port;

    protected DelegatingPort(Port port) {
        this.port = port;
    }

    @Override
    public RxQueue rxQueue(int index, MbufSource source) {
        return port.rxQueue(index, source);
    }

    @Override
    public TxQueue txQueue(int index, MbufSource home) {
        return port.txQueue(index, home);
    }

    @Override
    public String name() {
        return port.name();
    }

    @Override
    public Side side() {
        return port.side();
    }

    @Override
    public LinkType linkType() {
        return port.linkType();
    }

    @Override
    public int mtu() {
        return port.mtu();
    }

    @Override
    public long mac() {
        return port.mac();
    }

    @Override
    public int rxQueues() {
        return port.rxQueues();
    }

    @Override
    public int txQueues() {
        return port.txQueues();
    }

    @Override
    public Set<Capability> capabilities() {
        return port.capabilities();
    }

    @Override
    public void attach(MbufPool pool) throws IOException {
        port.attach(pool);
    }

    @Override
    public void close() throws IOException {
        port.close();
    }
}
