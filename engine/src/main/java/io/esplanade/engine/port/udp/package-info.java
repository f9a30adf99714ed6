/**
 * Ports that are UDP sockets: ESP in UDP (RFC 3948) by way of the kernel's own IP, which needs no
 * privileges.
 *
 * <p>The engine knows whole IP packets. So here their outer headers come off on the way out, where
 * they say to the kernel what it is to write, and come back on the way in, from what the kernel
 * says of a datagram. The kernel takes runs of datagrams in one piece, and gives them so.
 */
package io.esplanade.engine.port.udp;
