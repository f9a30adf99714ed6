/**
 * The rival in the manner of FAST_IPSEC: threads without a common lock, on SAs that they share.
 * Each thing shared has a guard of its own, and each packet pays for those it meets:
 *
 * <ul>
 *   <li>finding an SA: a reference taken and given back, atomically;
 *   <li>going out: a sequence number, by compare and set;
 *   <li>coming in: the lock of the SA's replay window;
 *   <li>counting on the SA: atomically;
 *   <li>mbufs: the pool's lock, once per batch;
 *   <li>sending by a port with fewer queues than threads: the queue's lock, once per burst.
 * </ul>
 */
package io.esplanade.engine.runtime.finegrained;
