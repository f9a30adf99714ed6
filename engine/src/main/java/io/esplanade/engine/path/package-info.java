/**
 * The stages a packet passes, written once for every runtime: Ingress, Worker, Egress.
 *
 * <pre>
 *  Ingress  parse, find SA or policy and route, take the sequence number     sequential
 *  Worker   ESP headers and cryptography, one submission per burst           parallel
 *  Egress   replay window, selector check, routes, transmit                  sequential
 * </pre>
 *
 * <p>Stages hold no thread and no lock; what differs between runtimes comes in through {@code
 * SequenceSource}, {@code ReplayGate}, {@code SaTable} and {@code MbufSource}. A stage that rejects
 * a packet writes the reason into its metadata and leaves it in its burst; only Ingress, for what
 * it has just received, and Egress, for all else, give packets to the drop sink. What Egress could
 * not send goes back to Ingress if something may be done about it: its {@code SlowPath} has all
 * that is rare, packets too long, in pieces, or to be answered.
 */
package io.esplanade.engine.path;
