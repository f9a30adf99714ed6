package io.esplanade.engine.path;

/**
 * A packet that the conductor has a lane send at the start of a duty cycle: the gateway's own,
 * whole, beginning with its IP header unless it is a frame. It is copied into an mbuf of the lane.
 */
public sealed interface LaneTask {

    /** The packet, or frame. */
    byte[] packet();

    /** As it is, to where its destination is routed. No policy is asked. */
    record Send(byte[] packet) implements LaneTask {}

    /**
     * On the outbound SA of a tunnel, as a dummy that the receiver discards (RFC 4303 §2.6).
     *
     * @param packet between the SA's two addresses, with the next header 59
     */
    record Dummy(byte[] packet, int tunnel) implements LaneTask {}

    /**
     * As it is, by a port of Ethernet.
     *
     * @param packet a frame that begins with its link-layer header
     */
    record Frame(byte[] packet, int port) implements LaneTask {}
}
