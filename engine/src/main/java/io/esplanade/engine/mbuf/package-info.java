/**
 * Packet buffers: the pool, the metadata line of each mbuf, who owns it, and bursts of them.
 *
 * <p>A packet is one contiguous buffer in memory outside the heap; there are no chains. An mbuf is
 * known by its <em>handle</em>, the absolute address of its metadata line, a {@code long}; {@link
 * io.esplanade.engine.mbuf.Mbuf} reads and writes the line. Giving is final: whoever hands an mbuf
 * on must not touch it again. Only the drop sink and transmit completion free mbufs.
 */
package io.esplanade.engine.mbuf;
