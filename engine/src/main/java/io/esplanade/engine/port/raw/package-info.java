/**
 * Ports that are raw sockets of ESP and AH: by way of the kernel's own IP, on every network that it
 * reaches, where nothing faster can be had.
 *
 * <p>Outer headers are the engine's own on the way out. On the way in the kernel gives them over
 * IPv4; over IPv6 they are written anew from what it says of a packet.
 */
package io.esplanade.engine.port.raw;
