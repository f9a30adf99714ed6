/**
 * Ports on AF_XDP sockets: the mbuf pool is the memory into which the kernel receives and out of
 * which it sends, and a small BPF program chooses, at the device, what comes to the port; all else
 * stays with the kernel.
 */
package io.esplanade.engine.port.xdp;
