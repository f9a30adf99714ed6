package io.esplanade.engine.port;

import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.MbufSource;

import java.io.IOException;
import java.util.Objects;

/**
 * The life of a port that has one receive and one transmit queue: keeps the rules of {@link Port},
 * so that what is below need only open, make queues and shut.
 */
public abstract class SingleQueuePort implements Port {

    /** The MTU of a port whose configuration names none, in bytes. */
    public static final int DEFAULT_MTU = 1500;

    private final String name;
    private final Side side;
    private final LinkType linkType;
    private final int mtu;
    private MbufPool pool;
    private boolean rxTaken;
    private boolean txTaken;
    private boolean closed;

    /**
     * Made closed.
     *
     * @param mtu largest IP packet in bytes, 0 for {@link #DEFAULT_MTU}
     */
    protected SingleQueuePort(String name, Side side, LinkType linkType, int mtu) {
        this.name = Objects.requireNonNull(name, "name");
        this.side = Objects.requireNonNull(side, "side");
        this.linkType = Objects.requireNonNull(linkType, "linkType");
        this.mtu = mtu == 0 ? DEFAULT_MTU : mtu;
        // RFC 791: every host takes 68 bytes; 65535 is all that a total length can say.
        if (this.mtu < 68 || this.mtu > 65_535) {
            throw new IllegalArgumentException(
                    "port " + name + ": mtu " + mtu + " is not between 68 and 65535");
        }
    }

    /** Opens what is outside; called once. What it opened it closes again when it throws. */
    protected abstract void open() throws IOException;

    /** Makes the receive queue; called at most once, after {@link #open}. */
    protected abstract RxQueue openRxQueue(MbufFiller filler);

    /** Makes the transmit queue; called at most once, after {@link #open}. */
    protected abstract TxQueue openTxQueue(MbufSource home);

    /** Closes what is outside, whether or not it was opened; called once. */
    protected abstract void shut() throws IOException;

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final Side side() {
        return side;
    }

    @Override
    public final LinkType linkType() {
        return linkType;
    }

    @Override
    public final int mtu() {
        return mtu;
    }

    @Override
    public final int rxQueues() {
        return 1;
    }

    @Override
    public final int txQueues() {
        return 1;
    }

    @Override
    public final void attach(MbufPool pool) throws IOException {
        if (this.pool != null || closed) {
            throw new IllegalStateException("port " + name + " was attached or closed before");
        }
        Objects.requireNonNull(pool, "pool");
        open();
        this.pool = pool;
    }

    @Override
    public final RxQueue rxQueue(int index, MbufSource source) {
        checkQueue("receive", index, rxTaken);
        rxTaken = true;
        return openRxQueue(new MbufFiller(pool, source));
    }

    @Override
    public final TxQueue txQueue(int index, MbufSource home) {
        checkQueue("transmit", index, txTaken);
        txTaken = true;
        return openTxQueue(home);
    }

    private void checkQueue(String direction, int index, boolean taken) {
        Objects.checkIndex(index, 1);
        if (pool == null || closed || taken) {
            throw new IllegalStateException(
                    "port %s: its %s queue %s"
                            .formatted(name, direction, taken ? "is taken" : "is not open"));
        }
    }

    @Override
    public final void close() throws IOException {
        if (!closed) {
            closed = true;
            shut();
        }
    }

    @Override
    public String toString() {
        return "port " + name;
    }
}
