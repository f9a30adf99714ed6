/**
 * Captures as ports: pcap and pcapng files in, pcap files out; and the readers and the writer by
 * themselves.
 *
 * <p>Files are read and written through a buffer of fixed size. What a file says of itself is not
 * believed: a wrong length is an error that names the file and the byte, never a large allocation
 * or an endless loop.
 */
package io.esplanade.engine.port.pcap;
