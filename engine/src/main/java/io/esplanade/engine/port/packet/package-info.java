/**
 * Ports on packet sockets, {@code packet(7)}: frames by rings in memory shared with the kernel,
 * TPACKET_V3 in and TPACKET_V2 out. They work on every network device and need CAP_NET_RAW alone.
 *
 * <p>The kernel gives such a socket a copy of what comes in, and goes on with it itself.
 */
package io.esplanade.engine.port.packet;
