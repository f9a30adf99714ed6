/**
 * The runtime for tests: any other runtime's roles and the conductor on one thread, in an order
 * that a seed decides. What happens to packets then is the same each time, so that a fault found in
 * one of millions of interleavings is found again from its seed.
 *
 * <p>A role's duty cycle is the smallest step: what threads do to each other within a cycle is for
 * tests with threads.
 */
package io.esplanade.engine.runtime.stepped;
