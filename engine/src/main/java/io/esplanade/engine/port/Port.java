package io.esplanade.engine.port;

import io.esplanade.engine.mbuf.MbufPool;
import io.esplanade.engine.mbuf.MbufSource;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;

/**
 * A place where packets enter and leave the engine.
 *
 * <p>Life: made closed by its factory or constructor; {@link #attach} once, then {@link #rxQueue}
 * and {@link #txQueue} once per queue, all by the thread that starts the engine; then each queue
 * belongs to its lane's thread; {@link #close} when no thread uses a queue any more. A port that
 * cannot open says so at {@code attach}, never later.
 */
public interface Port extends AutoCloseable {

    /** The name it has in configuration and reports; unique in its engine. */
    String name();

    Side side();

    LinkType linkType();

    /** The largest IP packet it carries, in bytes, link-layer header not counted. */
    int mtu();

    /** The link-layer address of an Ethernet port as 48 bits; 0 on a port that has none. */
    default long mac() {
        return 0;
    }

    /**
     * The name of the kernel's network device that an Ethernet port is on, or that another port is
     * the far end of, as of a TUN device; null if there is none. Fixed from {@link #attach} on.
     */
    default String device() {
        return null;
    }

    /** How many mbufs it keeps posted to the kernel for receiving; the pool is the larger. */
    default int postedMbufs() {
        return 0;
    }

    /**
     * Says which addresses are the gateway's own: before {@link #attach}, and by the conductor's
     * thread when they have changed. A port that shares its device with the kernel takes what is
     * for them only if it is IPsec.
     */
    default void own(Set<InetAddress> addresses) {}

    /** How many receive queues it has, at least one. */
    int rxQueues();

    /** How many transmit queues it has, at least one. */
    int txQueues();

    /** What it can do; fixed from {@link #attach} on. */
    Set<Capability> capabilities();

    /**
     * Looks at what the port is joined to, from time to time and by the conductor's thread: sees
     * what has changed there, and begins anew where need be, while lanes use the queues.
     *
     * @return what a person should know, in words; mostly nothing
     */
    default List<String> look() {
        return List.of();
    }

    /** How the port moves packets, in words: the mode that it has chosen when it was attached. */
    default String mode() {
        return "";
    }

    /**
     * Opens the port. Its packets will live in {@code pool}, which outlives it.
     *
     * @throws IOException if it cannot be opened: the message names the port and the remedy
     */
    void attach(MbufPool pool) throws IOException;

    /**
     * The receive queue {@code index}, which takes the mbufs it fills from {@code source}.
     *
     * @throws IllegalStateException if the port is not attached or the queue was asked for before
     */
    RxQueue rxQueue(int index, MbufSource source);

    /**
     * The transmit queue {@code index}, which frees what it has sent to {@code home}.
     *
     * @throws IllegalStateException if the port is not attached or the queue was asked for before
     */
    TxQueue txQueue(int index, MbufSource home);

    /**
     * Closes the port: mbufs it still holds, posted or not yet sent, go home to their sources.
     * Closing twice does nothing.
     *
     * @throws IOException if something sent could not be made durable (a full disk)
     */
    @Override
    void close() throws IOException;
}
