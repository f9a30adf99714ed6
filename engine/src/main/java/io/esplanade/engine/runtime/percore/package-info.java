/**
 * Lanes: each has one Disruptor ring of vectors between Ingress, its workers and Egress, queues of
 * the ports, and the run-time state of the SAs placed on it. Lanes share nothing that is written.
 *
 * <pre>
 *             ┌──────────────────────────── lane ────────────────────────────┐
 *  RxQueue ──►│ IngressRole ──► ring of Vectors ──► WorkerRole 0..W-1        │
 *             │     ▲  ▲                                  │                  │
 *             │     │  └───────── loop ─────────── EgressRole ◄──────────────│──► TxQueue
 *             └─────┼──────────────────────────────────┼──────────────────────┘
 *     other lanes ──┘ packets of this lane's SAs       └─► packets for ports of other lanes
 *                       every mbuf goes home to the lane it was allocated in
 * </pre>
 *
 * <p>The Disruptor is used for its ring, its sequences and their gating; roles poll and never block
 * in it, since they may share a thread. Only Ingress claims. It gives each vector to a worker, so
 * one SA can use all workers of its lane, and Egress takes all vectors in order: packets leave in
 * the order in which they came, and no lock is taken.
 */
package io.esplanade.engine.runtime.percore;
