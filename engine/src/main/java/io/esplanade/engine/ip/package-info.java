/**
 * What IP asks of a router besides forwarding: fragments, reassembly, ICMP errors, path MTU.
 *
 * <p>Pure work on packets and small tables of one lane: no routes, no policies, no ports. All of it
 * is off the fast path.
 */
package io.esplanade.engine.ip;
