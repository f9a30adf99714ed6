package io.esplanade.engine.port;

import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.MbufSource;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.Objects;

/**
 * The life of a port that has as many transmit as receive queues: keeps the rules of {@link Port},
 * so that what is below need only open, make queues and shut.
 */
public abstract class AbstractPort implements Port {

    /** The MTU of a port whose configuration names none, in bytes. */
    public static final int DEFAULT_MTU = 1500;

    private final String name;
    private final Side side;
    private final LinkType linkType;
    private final int mtu;
    private final int queues;
    private final BitSet rxTaken = new BitSet();
    private final BitSet txTaken = new BitSet();
    private final Deque<AutoCloseable> kept = new ArrayDeque<>();
    private MbufPool pool;
    private boolean closed;

    /**
     * Made closed.
     *
     * @param mtu largest IP packet in bytes, 0 for {@link #DEFAULT_MTU}
     * @param queues how many receive queues it has, and how many transmit queues
     */
    protected AbstractPort(String name, Side side, LinkType linkType, int mtu, int queues) {
        this.name = Objects.requireNonNull(name, "name");
        this.side = Objects.requireNonNull(side, "side");
        this.linkType = Objects.requireNonNull(linkType, "linkType");
        this.mtu = mtu == 0 ? DEFAULT_MTU : mtu;
        this.queues = queues;
        // RFC 791: every host takes 68 bytes; 65535 is all that a total length can say.
        if (this.mtu < 68 || this.mtu > 65_535) {
            throw new IllegalArgumentException(
                    "port " + name + ": mtu " + mtu + " is not between 68 and 65535");
        }
    }

    /** The pool that it was attached with. */
    protected final MbufPool pool() {
        return pool;
    }

    /**
     * Has something closed when the port is, or cannot be opened; what was kept last is closed
     * first.
     */
    protected final <T extends AutoCloseable> T keep(T what) {
        kept.push(what);
        return what;
    }

    /**
     * Opens what is outside; called once. What it opened and does not {@link #keep} it closes again
     * when it throws.
     */
    protected abstract void open() throws IOException;

    /** Makes the receive queue {@code index}; called at most once each, after {@link #open}. */
    protected abstract RxQueue openRxQueue(int index, MbufFiller filler);

    /** Makes the transmit queue {@code index}; called at most once each, after {@link #open}. */
    protected abstract TxQueue openTxQueue(int index, MbufSource home);

    /** Closes what is outside and not kept, whether or not it was opened; called once. */
    protected void shut() throws IOException {}

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
        return queues;
    }

    @Override
    public final int txQueues() {
        return queues;
    }

    @Override
    public final void attach(MbufPool pool) throws IOException {
        if (this.pool != null || closed) {
            throw new IllegalStateException("port " + name + " was attached or closed before");
        }
        Objects.requireNonNull(pool, "pool");
        this.pool = pool;
        boolean open = false;
        try {
            open();
            open = true;
        } finally {
            if (!open) {
                this.pool = null;
                closeKept();
            }
        }
    }

    @Override
    public final RxQueue rxQueue(int index, MbufSource source) {
        take("receive", index, rxTaken);
        return openRxQueue(index, new MbufFiller(pool, source));
    }

    @Override
    public final TxQueue txQueue(int index, MbufSource home) {
        take("transmit", index, txTaken);
        return openTxQueue(index, home);
    }

    private void take(String direction, int index, BitSet taken) {
        Objects.checkIndex(index, queues);
        boolean open = pool != null && !closed;
        if (!open || taken.get(index)) {
            throw new IllegalStateException(
                    "port %s: its %s queue %d %s"
                            .formatted(name, direction, index, open ? "is taken" : "is not open"));
        }
        taken.set(index);
    }

    @Override
    public final void close() throws IOException {
        if (!closed) {
            closed = true;
            try {
                shut();
            } finally {
                closeKept();
            }
        }
    }

    private void closeKept() throws IOException {
        while (!kept.isEmpty()) {
            try {
                kept.pop().close();
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
    }

    @Override
    public String toString() {
        return "port " + name;
    }
}
