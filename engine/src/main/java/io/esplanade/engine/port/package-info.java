/**
 * Where packets come from and go to: the port SPI. Implementations live in the packages below.
 *
 * <p>A port has a side of the IPsec boundary (RFC 4301 §3.1) and any number of receive and transmit
 * queues, each used by one thread. Queues work in bursts, never block and never wait.
 */
package io.esplanade.engine.port;
