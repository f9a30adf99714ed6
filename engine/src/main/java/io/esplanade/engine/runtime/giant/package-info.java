/**
 * The rival in the manner of KAME: one lock around everything from input to output, held for a
 * drain of at most 50 packets as netisr's queue had them, or for each packet.
 *
 * <pre>
 *                      ┌────── with the lock ───────┐
 *  RxQueues of thread 0├► Ingress, Worker, Egress ──┤► TxQueues
 *  RxQueues of thread 1├► Ingress, Worker, Egress ──┤
 *                      └────────────────────────────┘
 * </pre>
 *
 * <p>Here, and in {@code runtime.finegrained}, which has its {@link
 * io.esplanade.engine.runtime.giant.Mutex Mutex} from here, are all the locks a packet can meet.
 */
package io.esplanade.engine.runtime.giant;
