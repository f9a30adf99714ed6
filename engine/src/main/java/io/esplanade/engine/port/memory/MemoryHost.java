package io.esplanade.engine.port.memory;

import io.esplanade.engine.port.LinkType;

/**
 * A host made of Java at the far end of a cable: gives packets to an engine's port and takes what
 * the engine sends there. For tests, and for programs that make packets themselves.
 *
 * <p>On a cable of several strands it sends as a NIC with receive-side scaling receives: a packet's
 * addresses, protocol and ports, or ESP's SPI, decide which strand takes it, so that those of one
 * flow stay in order; it receives from the strands in turn.
 *
 * <p>One thread sends, one receives (the same or another), and {@link #close} is called when
 * neither does. Closing tells the engine that the port's input has ended; the port itself belongs
 * to the engine, which closes it.
 */
public final class MemoryHost implements AutoCloseable {

    private final MemoryPort port;
    private final Strands toPort;
    private final Strands fromPort;
    private final int longest;
    private int nextStrand;
    private boolean inputEnded;
    private boolean closed;

    private MemoryHost(MemoryPort port, Strands toPort, Strands fromPort) {
        this.port = port;
        this.toPort = toPort;
        this.fromPort = fromPort;
        longest = 0xffff + port.linkType().headerLength() + 8;
    }

    /** A host, and the port at the other end of its cable. */
    public static MemoryHost on(Plug plug, Cable cable) {
        CableMemory memory = CableMemory.map(cable);
        try {
            MemoryPort port = new MemoryPort(plug, cable, memory.there(), memory.back());
            return new MemoryHost(port, memory.there(), memory.back());
        } catch (RuntimeException e) {
            memory.unmap();
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
     * @return false if the packet's strand of the cable is full: again later
     * @throws IllegalStateException if the engine has closed the port, or the input was ended
     */
    public boolean send(byte[] packet, long time) {
        PacketRing strand = toPort.ring(queueOf(packet));
        if (closed || inputEnded || strand.consumerClosed()) {
            throw new IllegalStateException(port + " takes packets no more");
        }
        if (packet.length > longest) {
            throw new IllegalArgumentException("no IP packet has " + packet.length + " bytes");
        }
        boolean sent = strand.offer(packet, time);
        strand.publish();
        return sent;
    }

    /** Which receive queue of the port {@link #send} gives this packet to. */
    public int queueOf(byte[] packet) {
        return ReceiveScaling.queue(packet, port.linkType().headerLength(), toPort.count());
    }

    /** The next packet that the engine has sent, or null if there is none now. */
    public byte[] receive() {
        if (closed) {
            throw new IllegalStateException(port + ": this host is closed");
        }
        for (int looked = 0; looked < fromPort.count(); looked++) {
            PacketRing strand = fromPort.ring(nextStrand);
            nextStrand = (nextStrand + 1) % fromPort.count();
            long slot = strand.peek();
            if (slot != 0) {
                byte[] packet = PacketRing.bytes(slot);
                strand.take(slot);
                strand.release();
                return packet;
            }
        }
        return null;
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
