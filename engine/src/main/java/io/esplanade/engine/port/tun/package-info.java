/**
 * Ports that are TUN devices: the kernel's own packets, and those that it forwards, by way of a
 * device that it routes to.
 *
 * <p>The kernel gives super-packets of up to 64 KiB, which are split here, and takes such, which
 * are gathered here: a system call for each, and not for each packet.
 */
package io.esplanade.engine.port.tun;
