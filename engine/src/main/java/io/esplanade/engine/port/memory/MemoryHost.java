package io.esplanade.engine.port.memory;

import io.esplanade.engine.port.LinkType;

/**
 * A host made of Java at the far end of a cable: gives packets to an engine's port and takes what
 * the engine sends there. For tests, and for programs that make packets themselves.
 *
 * <p>One thread sends, one receives (the same or another), and {@link #close} is called when
 * neither does. Closing tells the engine that the port's input has ended; the port itself belongs
 * to the engine, which closes it.
 */
public final class MemoryHost implements AutoCloseable {

    private final MemoryPort port;
    private final PacketRing toPort;
    private final PacketRing fromPort;
    private final int longest;
    private boolean inputEnded;
    private boolean closed;

    private MemoryHost(MemoryPort port, PacketRing toPort, PacketRing fromPort) {
        this.port = port;
        this.toPort = toPort;
        this.fromPort = fromPort;
        longest = 0xffff + port.linkType().headerLength() + 8;
    }

    /** A host, and the port at the other end of its cable. */
    public static MemoryHost on(Plug plug, Cable cable) {
        RingPair rings = RingPair.map(cable.ringBytes());
        try {
            MemoryPort port = new MemoryPort(plug, cable, rings.there(), rings.back());
            return new MemoryHost(port, rings.there(), rings.back());
        } catch (RuntimeException e) {
            rings.unmap();
            throw e;
        }
    }

    /** The engine's end of the cable. */
    public MemoryPort port() {
        return port;
    }

    /** As {@link #send(byte[], long)}, with no time stamp. */
    public boolean send(byte[] packet) {
        return send(packet, 0);
    }

    /**
     * Sends a packet to the port: with its Ethernet header on a cable of {@link LinkType#ETHERNET},
     * otherwise from its IP header on. Copied; nothing in it is checked.
     *
     * @param time when the port is to have received it, ns since 1970; 0 for not known
     * @return false if the cable is full: again later
     * @throws IllegalStateException if the engine has closed the port, or the input was ended
     */
    public boolean send(byte[] packet, long time) {
        if (closed || inputEnded || toPort.consumerClosed()) {
            throw new IllegalStateException(port + " takes packets no more");
        }
        if (packet.length > longest) {
            throw new IllegalArgumentException("no IP packet has " + packet.length + " bytes");
        }
        boolean sent = toPort.offer(packet, time);
        toPort.publish();
        return sent;
    }

    /** The next packet that the engine has sent, or null if there is none now. */
    public byte[] receive() {
        if (closed) {
            throw new IllegalStateException(port + ": this host is closed");
        }
        long slot = fromPort.peek();
        if (slot == 0) {
            return null;
        }
        byte[] packet = PacketRing.bytes(slot);
        fromPort.take(slot);
        fromPort.release();
        return packet;
    }

    /** Whether the engine has closed the port and everything it sent has been received. */
    public boolean ended() {
        return closed || fromPort.ended();
    }

    /** Says that nothing more will be sent; what was sent is still received. */
    public void endInput() {
        if (!inputEnded) {
            inputEnded = true;
            toPort.closeProducer();
        }
    }

    /** Ends the input and takes no more packets; twice does nothing. */
    @Override
    public void close() {
        endInput();
        if (!closed) {
            closed = true;
            fromPort.closeConsumer();
        }
    }
}
