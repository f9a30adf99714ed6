/**
 * Ports that are memory: a cable between two engines of one process, and one between an engine and
 * the Java program around it.
 *
 * <p>A cable has one strand or several. Each direction of a strand is a ring of packets outside the
 * heap with one producer and one consumer, and is the queue of a port at either end. Bytes are
 * copied, so the two ends may have pools of their own and live on any two threads.
 */
package io.esplanade.engine.port.memory;
